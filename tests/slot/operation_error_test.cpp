#include "slot/operation_error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

TEST(ErrorKind, HasTheWordsOfTheContract) {
    EXPECT_EQ(all_words<ErrorKind>(), "NoSuchSlot, SlotExists, InvalidName, InvalidConfig, NoSuchModel, NoSuchProfile, PortInUse, NoFreePort, Disabled, "
                                      "Busy, NotAuthorized, SystemdFailed, FileFailed");
    for (const auto& [kind, word] : spellings<ErrorKind>) {
        EXPECT_EQ(to_string(kind), word);
        EXPECT_EQ(parse_word<ErrorKind>(word), kind);
    }
    EXPECT_EQ(spellings<ErrorKind>.front().first, ErrorKind::no_such_slot);
    EXPECT_EQ(spellings<ErrorKind>.back().first, ErrorKind::file_failed);
}

TEST(Result, CarriesAValueOrAFailure) {
    const Result<int, OperationError> value{3};
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, 3);
    const Result<int, OperationError> failure{OperationError{ErrorKind::busy, "it is busy"}};
    ASSERT_FALSE(failure);
    EXPECT_EQ(failure.error(), "it is busy");
    EXPECT_EQ(failure.failure().kind, ErrorKind::busy);
    const Result<std::vector<std::string>> plain{Error{"no"}};
    EXPECT_EQ(plain.error(), "no");
    EXPECT_EQ(plain.failure(), Error{"no"});
}

}  // namespace
}  // namespace hal0::slot
