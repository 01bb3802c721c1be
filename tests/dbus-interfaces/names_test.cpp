#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

#include <gtest/gtest.h>
#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace hal0::names {
namespace {

/// What libsystemd makes of it.
std::string encoded(const std::string& name) {
    char* path = nullptr;
    EXPECT_GE(sd_bus_path_encode("/dev/hal0/Slots1/slot", name.c_str(), &path), 0);
    const std::unique_ptr<char, decltype(&std::free)> owned{path, std::free};
    return path ? path : "";
}

std::string path_of(const std::string& name) { return slot_path(*slot::SlotName::parse(name)); }

TEST(SlotPath, LettersAndDigitsStayButALeadingDigit) {
    EXPECT_EQ(path_of("chat"), "/dev/hal0/Slots1/slot/chat");
    EXPECT_EQ(path_of("stt-npu"), "/dev/hal0/Slots1/slot/stt_2dnpu");
    EXPECT_EQ(path_of("a_b"), "/dev/hal0/Slots1/slot/a_5fb");
    EXPECT_EQ(path_of("1a"), "/dev/hal0/Slots1/slot/_31a");
    EXPECT_EQ(path_of("a1"), "/dev/hal0/Slots1/slot/a1");
}

TEST(SlotPath, IsWhatSystemdMakesOfEveryCharacterOfAName) {
    for (const std::string first : {"a", "z", "0", "9"})
        for (const char c : std::string{"abcdefghijklmnopqrstuvwxyz0123456789_-"}) {
            const auto name = first + c + "-" + c;
            EXPECT_EQ(path_of(name), encoded(name));
        }
    const std::string longest(32, '9');
    EXPECT_EQ(path_of(longest), encoded(longest));
}

TEST(ErrorName, GoesBothWaysForEveryKind) {
    EXPECT_EQ(error_name(slot::ErrorKind::no_such_slot), "dev.hal0.Slots1.Error.NoSuchSlot");
    for (const auto& [kind, word] : slot::spellings<slot::ErrorKind>) EXPECT_EQ(error_kind(error_name(kind)), kind) << word;
}

TEST(ErrorName, OfSomebodyElseHasNoKind) {
    for (const auto* name : {"", "NoSuchSlot", "dev.hal0.Slots1.Error.", "dev.hal0.Slots1.Error.NoSuchSlot2", "dev.hal0.Slots1.ErrorNoSuchSlot",
                             "org.freedesktop.DBus.Error.NoSuchSlot", "dev.hal0.Slots2.Error.NoSuchSlot"})
        EXPECT_EQ(error_kind(name), std::nullopt) << name;
}

}  // namespace
}  // namespace hal0::names
