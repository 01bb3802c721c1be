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

/// A value or the reason why there is none (std::expected is C++23). `E` is Error, or a type that has its `message` and more.
template <class T, class E = Error>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::in_place_type<T>, std::move(value)) {}
    Result(E error) : content_(std::in_place_type<E>, std::move(error)) {}

    explicit operator bool() const { return std::holds_alternative<T>(content_); }
    const T& operator*() const& { return std::get<T>(content_); }
    T& operator*() & { return std::get<T>(content_); }
    T&& operator*() && { return std::get<T>(std::move(content_)); }
    const T* operator->() const { return &std::get<T>(content_); }
    T* operator->() { return &std::get<T>(content_); }
    const std::string& error() const { return failure().message; }
    const E& failure() const { return std::get<E>(content_); }

private:
    std::variant<T, E> content_;
};

}  // namespace hal0::slot
