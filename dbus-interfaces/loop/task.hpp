#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace hal0::bus {

/// One step of an operation that waits for D-Bus, for systemd or for its turn, written as straight code: a lazy coroutine
/// on the loop thread. Whoever awaits it gets its value or its exception. It must be awaited, or given to detach().
/// gcc 12 destroys twice what a conversion, a lambda or ?: makes inside an expression with co_await (gcc bug 99576):
/// give it a name first.
template <class T = void>
class [[nodiscard]] Task;

namespace detail {

class PromiseBase {
public:
    struct ResumeAwaiter {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
            return ended.promise().awaiting_;
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    ResumeAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() { problem_ = std::current_exception(); }
    void set_awaiting(std::coroutine_handle<> awaiting) { awaiting_ = awaiting; }

protected:
    void rethrow() const {
        if (problem_) std::rethrow_exception(problem_);
    }

private:
    std::coroutine_handle<> awaiting_ = std::noop_coroutine();
    std::exception_ptr problem_;
};

template <class T>
class Promise : public PromiseBase {
public:
    Task<T> get_return_object();
    void return_value(T value) { value_.emplace(std::move(value)); }
    T take() {
        rethrow();
        return *std::move(value_);
    }

private:
    std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
public:
    Task<void> get_return_object();
    void return_void() {}
    void take() const { rethrow(); }
};

}  // namespace detail

template <class T>
class Task {
public:
    using promise_type = detail::Promise<T>;

    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
        coroutine_.promise().set_awaiting(awaiting);
        return coroutine_;
    }
    T await_resume() { return coroutine_.promise().take(); }

private:
    std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() { return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)}; }

struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }  // detach() catches everything
    };
};

}  // namespace detail

/// Runs a task by itself, up to its first wait at once. `ended` gets its exception, or null.
inline detail::Detached detach(Task<> task, std::function<void(std::exception_ptr)> ended) {
    std::exception_ptr problem;
    try {
        co_await std::move(task);
    } catch (...) {
        problem = std::current_exception();
    }
    ended(problem);
}

/// Awaits what somebody will call back with. `begin` is called once with the function to call; that may be called once,
/// on the loop thread, and not before `begin` has returned.
template <class T>
class Callback {
public:
    using Resume = std::function<void(T)>;
    explicit Callback(std::function<void(Resume)> begin) : begin_(std::move(begin)) {}

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
        begin_([this, awaiting](T value) {
            value_.emplace(std::move(value));
            awaiting.resume();
        });
    }
    T await_resume() { return *std::move(value_); }

private:
    std::function<void(Resume)> begin_;
    std::optional<T> value_;
};

}  // namespace hal0::bus
