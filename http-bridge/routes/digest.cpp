#include "http-bridge/routes/digest.hpp"

#include <openssl/sha.h>

#include <fmt/format.h>

#include <iterator>

namespace hal0::http {

std::string sha256_hex(std::string_view text) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    std::string hex;
    for (const auto byte : digest) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
    return hex;
}

}  // namespace hal0::http
