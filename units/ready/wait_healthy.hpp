#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

namespace hal0::ready {

/// What one look at the health path gave.
enum class Health { healthy, loading, silent, not_listening };

/// What a person reads meanwhile; empty once it is healthy.
std::string_view in_words(Health health);

/// Asks http://127.0.0.1:port/path once. 200 is healthy; any other answer means that the server is still loading.
Health ask(std::uint16_t port, const std::string& path);

enum class Outcome { healthy, process_ended };

/// Asks again and again until the answer is healthy or the process ends; `on_change` hears of every change. How long
/// that may take is the unit's TimeoutStartSec= to say.
Outcome wait_healthy(pid_t process, const std::function<Health()>& ask_once, const std::function<void(Health)>& on_change);

}  // namespace hal0::ready
