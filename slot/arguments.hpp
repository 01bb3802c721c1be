#pragma once

#include "slot/provider.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hal0::slot {

/// What put an argument on the command line.
enum class Source { hal0, model, profile, slot, extra_args };

template <>
inline constexpr std::array spellings<Source> = {
    Spelling<Source>{Source::hal0, "hal0"}, Spelling<Source>{Source::model, "model"}, Spelling<Source>{Source::profile, "profile"},
    Spelling<Source>{Source::slot, "slot"}, Spelling<Source>{Source::extra_args, "extra_args"}};

/// One flag with its values, or one word without a flag.
struct Argument {
    std::string flag;                 // as it was written, without `=value`; empty for a word of its own
    std::vector<std::string> values;
    Source source = Source::hal0;
    bool is_variable = false;         // `flag` is a reference such as $HAL0_MODEL_ARGS, which systemd expands
    bool operator==(const Argument&) const = default;
};

using Arguments = std::vector<Argument>;

/// Groups words into flags with their values. `--flag=value` becomes a flag and a value; a negative number is a value.
Arguments group_words(const std::vector<std::string>& words, Source source);

/// The name by which two spellings of a flag are the same: long for short, `--x` for `--no-x`, `-` for `_`.
std::string canonical_flag(const Provider& provider, std::string_view flag);

/// What is left of layers put on top of one another, and what was dropped for it: of a flag given twice the last wins,
/// unless it may repeat.
struct MergedArguments {
    Arguments kept;
    Arguments removed;
};
MergedArguments merge(const Provider& provider, const Arguments& layered);

/// The words, in order.
std::vector<std::string> words_of(const Arguments& arguments);

/// Words that stand beside one another and have one source, and what that is, spelled as above.
using SourcedWords = std::vector<std::pair<std::string, std::vector<std::string>>>;
SourcedWords sourced_words(const Arguments& arguments);
std::vector<std::string> words_of(const SourcedWords& runs);

}  // namespace hal0::slot
