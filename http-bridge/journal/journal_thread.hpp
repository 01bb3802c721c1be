#pragma once

#include "dbus-interfaces/loop/inbox.hpp"
#include "dbus-interfaces/loop/loop.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace hal0::http {

/// The thread that reads the journal: it waits for a disk, the bridge's loop does not. It has a loop of its own, for it is told of new
/// entries by descriptors.
class JournalThread {
public:
    /// Throws std::system_error.
    JournalThread();
    JournalThread(const JournalThread&) = delete;
    JournalThread& operator=(const JournalThread&) = delete;
    /// Ends after the job that runs now; what waits is dropped.
    ~JournalThread();

    /// Runs `job` on the thread, one after the other in their order. From any thread. A job may not throw.
    void run(std::function<void()> job) { jobs_.post(std::move(job)); }
    /// For what runs on the thread.
    bus::Loop& loop() { return loop_; }

private:
    void take(const std::function<void()>& job);

    std::atomic<bool> ending_ = false;
    bus::Loop loop_{bus::Loop::without_signals};
    bus::Inbox<std::function<void()>> jobs_;
    std::thread thread_;
};

}  // namespace hal0::http
