#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace hal0::ready {

/// What one look at the health path gave: the HTTP status, or why there is none.
struct Health {
    enum class Answer { status, silent, closed, not_listening };
    Answer answer = Answer::not_listening;
    int status = 0;
    bool operator==(const Health&) const = default;

    bool is_healthy() const { return answer == Answer::status && status == 200; }
    /// What a person reads meanwhile.
    std::string in_words() const;
};

/// Asks http://127.0.0.1:port/path once and reads nothing but the answer's head.
Health ask(std::uint16_t port, const std::string& path);

/// Waits for the end of a process as long as that. Returns whether it has ended.
bool ends_within(pid_t process, std::chrono::milliseconds time);

enum class Outcome { healthy, process_ended };

/// Asks again and again until the answer is healthy or the process ends; `on_change` hears of every change. How long
/// that may take is the unit's TimeoutStartSec= to say.
Outcome wait_healthy(pid_t process, const std::function<Health()>& ask_once, const std::function<void(const Health&)>& on_change);

}  // namespace hal0::ready
