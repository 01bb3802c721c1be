#include "http-bridge/journal/journal_thread.hpp"

#include "dbus-interfaces/loop/thread_without_signals.hpp"

namespace hal0::http {

JournalThread::JournalThread()
    : jobs_(loop_, [this](const std::function<void()>& job) { take(job); }), thread_(bus::thread_without_signals([this] { loop_.run(); })) {}

JournalThread::~JournalThread() {
    ending_ = true;
    run([] {});  // wakes it
    thread_.join();
}

void JournalThread::take(const std::function<void()>& job) {
    if (ending_)
        loop_.exit(0);
    else
        job();
}

}  // namespace hal0::http
