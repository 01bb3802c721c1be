#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/inbox.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hal0::service {

/// One thread for what waits for a disk, so that the loop does not: jobs run one after the other, in their order.
class Worker {
public:
    /// Throws std::system_error.
    explicit Worker(bus::Loop& loop);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Does what was asked for before it ends, because somebody was promised it; nobody is told of it any more.
    ~Worker();

    /// Runs `job` on the worker's thread, then `then` on the loop's. Neither may throw; what `job` touches is its own.
    /// Throws OperationFailed if more jobs wait than a disk that works can leave behind.
    void run(std::function<void()> job, std::function<void()> then);

    static constexpr std::size_t most_waiting = 1024;

private:
    struct Job {
        std::function<void()> run, then;
    };
    void work();

    bus::Inbox<std::function<void()>> done_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> waiting_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace hal0::service
