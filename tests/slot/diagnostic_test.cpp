#include "slot/diagnostic.hpp"

#include "slot/config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

Diagnostic error(Place place, std::string key, std::string message) { return {Severity::error, std::move(place), std::move(key), std::move(message)}; }

const std::string chat_toml = "/etc/hal0/slots/chat.toml";

struct DiagnosticCase {
    std::string sentence;
    Diagnostic diagnostic;
};

const std::vector<DiagnosticCase> diagnostic_cases = {
    {chat_toml + ":1:8: port: 80 is not allowed: a number from 1024 to 65535", error({chat_toml, 1, 8}, "port", "80 is not allowed: a number from 1024 to 65535")},
    {chat_toml + ":12:3: model.context_size: too small", error({chat_toml, 12, 3}, "model.context_size", "too small")},
    {chat_toml + ":7: a key has more than 64 dots", error({chat_toml, 7, 0}, "", "a key has more than 64 dots")},
    {chat_toml + ": port: is missing: a number", error({chat_toml}, "port", "is missing: a number")},
    {chat_toml + ": cannot be read: Permission denied", error({chat_toml}, "", "cannot be read: Permission denied")},
    {chat_toml + ":2:1: Error while parsing key: expected a value", error({chat_toml, 2, 1}, "", "Error while parsing key: expected a value")},
    {chat_toml + R"(:3:1: "odd: \"key\"".x: given twice)", error({chat_toml, 3, 1}, R"("odd: \"key\"".x)", "given twice")},
    {"/r.toml:4:1: models[10].path: is missing", error({"/r.toml", 4, 1}, "models[10].path", "is missing")},
    {"chat.toml:4:1: port: wrong", error({"chat.toml", 4, 1}, "port", "wrong")},
    {"port: 80 is not allowed", error({}, "port", "80 is not allowed")},
    {"/a file/with spaces.toml:1:2: type: wrong", error({"/a file/with spaces.toml", 1, 2}, "type", "wrong")},
};

TEST(Diagnostic, IsPrintedAsOneSentence) {
    for (const auto& c : diagnostic_cases) EXPECT_EQ(to_string(c.diagnostic), c.sentence);
}

TEST(Diagnostic, IsReadBackFromItsSentence) {
    for (const auto& c : diagnostic_cases) {
        SCOPED_TRACE(c.sentence);
        const auto read = parse_diagnostic(c.sentence);
        ASSERT_TRUE(read);
        EXPECT_EQ(to_string(read->place), to_string(c.diagnostic.place));
        EXPECT_EQ(*read, c.diagnostic);
    }
}

TEST(Diagnostic, IsNotReadFromASentenceWithoutPlaceAndKey) {
    for (const std::string sentence : {"", "there is no slot \"chat\"", "model 'qwen' is not in the registry: add it", "slot chat is disabled (/x.toml:1:1): set enabled",
                                       "no colon at all", "port:80", ": ", "a..b: c", ".a: c", "\"open: c", "models[]: c", "models[1: c"}) {
        const auto read = parse_diagnostic(sentence);
        EXPECT_FALSE(read) << sentence << " gave " << to_string(*read);
    }
}

TEST(Diagnostic, NumbersThatAreNoLinesStayInTheFilesName) {
    const auto name = error({"/etc/a:0"}, "port", "wrong");
    EXPECT_EQ(parse_diagnostic("/etc/a:0: port: wrong"), name);
    const auto huge = error({"/etc/a:99999999999", 5, 0}, "port", "wrong");
    EXPECT_EQ(parse_diagnostic("/etc/a:99999999999:5: port: wrong"), huge);
}

/// What the reader of slot files itself says comes back as it was.
TEST(Diagnostic, OfAFileComesBack) {
    const auto name = *SlotName::parse("chat");
    for (const auto* toml : {"port = 80\n", "port = [\n", "port = 8081\nport = 8082\n", "", "port = 8081\nmodel = 5\n", "port = 8081\ntype = \"video\"\n",
                             "port = 8081\n[server]\nextra_args = \"'\"\n", "port = 8081\n[slot]\nport = 8082\n", "name = \"other\"\nport = 8081\n",
                             "port = 8081\n[limits]\nmemory_max = \"a: b\"\n", "a = \x01\n", "backend = \"cpu\"\ndevice = \"npu\"\nport = 8081\n"}) {
        const auto parsed = parse_slot(name, chat_toml, toml);
        ASSERT_NE(first_error(parsed.diagnostics), nullptr) << toml;
        EXPECT_EQ(parse_diagnostic(to_string(*first_error(parsed.diagnostics))), *first_error(parsed.diagnostics));
    }
}

}  // namespace
}  // namespace hal0::slot
