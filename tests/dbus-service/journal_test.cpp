#include "dbus-service/journal.hpp"

#include <gtest/gtest.h>

namespace hal0::service {
namespace {

using Fields = std::vector<std::string>;
const auto chat_slot = *slot::SlotName::parse("chat");

TEST(JournalFields, OfATransitionWithAReason) {
    EXPECT_EQ(journal_fields({chat_slot, slot::State::warming, {slot::State::error, "the model server crashed"}}),
              (Fields{"MESSAGE=slot chat: warming → error: the model server crashed", "PRIORITY=3", "HAL0_SLOT=chat", "HAL0_STATE=error", "HAL0_OLD_STATE=warming",
                      "HAL0_REASON=the model server crashed"}));
}

TEST(JournalFields, OfATransitionWithout) {
    EXPECT_EQ(journal_fields({chat_slot, slot::State::ready, {slot::State::serving, ""}}),
              (Fields{"MESSAGE=slot chat: ready → serving", "PRIORITY=6", "HAL0_SLOT=chat", "HAL0_STATE=serving", "HAL0_OLD_STATE=ready"}));
}

// Each field is sent with its length: a line break in a reason begins no new field.
TEST(JournalFields, AReasonIsOneFieldWhateverItHolds) {
    const auto fields = journal_fields({chat_slot, slot::State::ready, {slot::State::error, "one\nHAL0_SLOT=other"}});
    EXPECT_EQ(fields.size(), 6U);
    EXPECT_EQ(fields.back(), "HAL0_REASON=one\nHAL0_SLOT=other");
}

// Whether there is a journal here or not: neither is an error.
TEST(LastErrorLine, OfAStartThatNeverWasIsEmpty) { EXPECT_EQ(last_error_line(chat_slot, {std::string(32, '0'), true}), ""); }
TEST(LogTransition, WithoutAJournalDoesNothing) { EXPECT_NO_THROW(log_transition({chat_slot, slot::State::ready, {slot::State::serving, ""}})); }

}  // namespace
}  // namespace hal0::service
