#include "slot/shell_words.hpp"

#include "slot/text.hpp"

namespace hal0::slot {
namespace {

constexpr std::size_t most_words = 256;
// Far below what ends a start in an obscure way: 128 KiB for one argument (execve), 1 MiB for a line of a unit file.
constexpr std::size_t longest_text = 64 * 1024;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
/// Reads one word; `text` starts at its first character and is left behind its last one.
class WordReader {
public:
    explicit WordReader(std::string_view& text) : text_(text) {}

    Result<std::string> read() {
        while (!text_.empty() && !is_blank(text_.front())) {
            const char c = take();
            const bool ok = c == '\'' ? single_quoted() : c == '"' ? double_quoted() : c == '\\' ? escaped() : plain(c);
            if (!ok) return Error{problem_};
        }
        return std::move(word_);
    }

private:
    char take() {
        const char c = text_.front();
        text_.remove_prefix(1);
        return c;
    }
    bool fail(const char* problem) {
        problem_ = problem;
        return false;
    }
    bool plain(char c) {
        if (is_control(c)) return fail("a control character is not allowed in an argument");
        word_ += c;
        return true;
    }
    bool escaped() {
        if (text_.empty()) return fail("a backslash at the end escapes nothing");
        const char c = take();
        return c == '\n' || plain(c);  // backslash-newline continues the line
    }
    bool single_quoted() {
        while (!text_.empty()) {
            const char c = take();
            if (c == '\'') return true;
            if (!plain(c)) return false;
        }
        return fail("a single quote is not closed");
    }
    bool double_quoted() {
        while (!text_.empty()) {
            const char c = take();
            if (c == '"') return true;
            const bool escape = c == '\\' && !text_.empty() && std::string_view{"$`\"\\\n"}.find(text_.front()) != std::string_view::npos;
            if (!(escape ? escaped() : plain(c))) return false;
        }
        return fail("a double quote is not closed");
    }

    std::string_view& text_;
    std::string word_;
    const char* problem_ = "";
};

/// Takes blanks, and line breaks that a backslash hides, off the front of `text`.
void skip_blanks(std::string_view& text) {
    while (!text.empty() && (is_blank(text.front()) || text.starts_with("\\\n"))) text.remove_prefix(text.front() == '\\' ? 2 : 1);
}

}  // namespace

Result<std::vector<std::string>> split_shell_words(std::string_view text) {
    if (text.size() > longest_text) return Error{"longer than 64 KiB"};
    std::vector<std::string> words;
    while (true) {
        skip_blanks(text);
        if (text.empty()) return words;
        if (words.size() == most_words) return Error{"more than 256 arguments"};
        auto word = WordReader{text}.read();
        if (!word) return Error{word.error()};
        words.push_back(*std::move(word));
    }
}

std::string join_shell_words(const std::vector<std::string>& words) {
    static constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
    std::string text;
    for (const auto& word : words) {
        if (!text.empty()) text += ' ';
        if (!word.empty() && word.find_first_not_of(plain) == word.npos) {
            text += word;
            continue;
        }
        text += '\'';
        for (const char c : word) c == '\'' ? text += "'\\''" : text += c;
        text += '\'';
    }
    return text;
}

}  // namespace hal0::slot
