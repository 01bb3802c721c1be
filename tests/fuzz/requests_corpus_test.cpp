// Runs the entry of the requests' fuzzer over its committed corpus.

#include "corpus_inputs.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hal0 {
namespace {

TEST(RequestsCorpus, EveryInputIsRefusedOrFits) {
    const auto inputs = corpus_inputs(CORPUS);
    ASSERT_GE(inputs.size(), 30U);
    for (const auto& [name, text] : inputs)
        EXPECT_NO_THROW(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) << name;
}

}  // namespace
}  // namespace hal0
