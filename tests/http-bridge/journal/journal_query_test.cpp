#include "http-bridge/journal/journal_query.hpp"

#include "chat_slot.hpp"

#include <gtest/gtest.h>

namespace hal0::http {
namespace {

TEST(JournalQueryTest, OfASlotsLogIsWhatJournalctlTakesForAUnit) {
    EXPECT_EQ(slot_log(chat_slot), (JournalQuery{{{"_SYSTEMD_UNIT=hal0-slot@chat.service"},
                                                  {"MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1", "_UID=0", "COREDUMP_UNIT=hal0-slot@chat.service"},
                                                  {"_PID=1", "UNIT=hal0-slot@chat.service"},
                                                  {"_UID=0", "OBJECT_SYSTEMD_UNIT=hal0-slot@chat.service"}}}));
}

TEST(JournalQueryTest, OfTransitionsTakesHal0dsAlone) {
    EXPECT_EQ(transitions(chat_slot, LeastSeverity::error),
              (JournalQuery{{{"_SYSTEMD_UNIT=hal0d.service", "HAL0_SLOT=chat", "HAL0_STATE=offline", "HAL0_STATE=pulling", "HAL0_STATE=starting", "HAL0_STATE=warming",
                              "HAL0_STATE=ready", "HAL0_STATE=serving", "HAL0_STATE=idle", "HAL0_STATE=unloading", "HAL0_STATE=error", "PRIORITY=0", "PRIORITY=1",
                              "PRIORITY=2", "PRIORITY=3"}}}));
    EXPECT_EQ(transitions().any_of.front().at(1), "HAL0_STATE=offline");
}

TEST(JournalQueryTest, OfOwnServicesTakesBoth) {
    const auto query = own_services(LeastSeverity::warning);
    ASSERT_EQ(query.any_of.size(), 8U);
    EXPECT_EQ(query.any_of[0], (JournalQuery::Group{"_SYSTEMD_UNIT=hal0d.service", "PRIORITY=0", "PRIORITY=1", "PRIORITY=2", "PRIORITY=3", "PRIORITY=4"}));
    EXPECT_EQ(query.any_of[4].front(), "_SYSTEMD_UNIT=hal0-http.service");
}

}  // namespace
}  // namespace hal0::http
