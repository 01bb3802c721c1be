#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <string>

namespace hal0::http {

/// How the figures of D-Bus are shown: rounded to what a person can use, so that noise does not look like news.
inline double rounded(double value, double parts_of_one) { return std::round(value * parts_of_one) / parts_of_one; }
inline double mebibytes(std::uint64_t bytes) { return rounded(static_cast<double>(bytes) / (1024.0 * 1024.0), 10); }
inline double gibibytes(std::uint64_t bytes) { return rounded(static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0), 1000); }

/// Seconds since 1970 of a point in time in microseconds; null for never.
inline nlohmann::json epoch_seconds(std::uint64_t usec) { return usec == 0 ? nlohmann::json() : nlohmann::json(static_cast<double>(usec) / 1e6); }

/// A text, or null where D-Bus has an empty one.
inline nlohmann::json text_or_null(const std::string& text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); }

}  // namespace hal0::http
