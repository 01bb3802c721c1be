#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace hal0::slot {

/// Why something could not be done: one sentence for a person.
struct Error {
    std::string message;
    bool operator==(const Error&) const = default;
};

/// A value or the reason why there is none (std::expected is C++23).
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::move(value)) {}
    Result(Error error) : content_(std::move(error)) {}

    explicit operator bool() const { return std::holds_alternative<T>(content_); }
    const T& operator*() const& { return std::get<T>(content_); }
    T& operator*() & { return std::get<T>(content_); }
    T&& operator*() && { return std::get<T>(std::move(content_)); }
    const T* operator->() const { return &std::get<T>(content_); }
    T* operator->() { return &std::get<T>(content_); }
    const std::string& error() const { return std::get<Error>(content_).message; }

private:
    std::variant<T, Error> content_;
};

}  // namespace hal0::slot
