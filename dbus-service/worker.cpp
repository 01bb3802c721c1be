#include "dbus-service/worker.hpp"

#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-interfaces/loop/thread_without_signals.hpp"

namespace hal0::service {
Worker::Worker(bus::Loop& loop) : done_(loop, [](const std::function<void()>& then) { then(); }), thread_(bus::thread_without_signals([this] { work(); })) {}

Worker::~Worker() {
    {
        const std::scoped_lock lock{mutex_};
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Worker::run(std::function<void()> job, std::function<void()> then) {
    {
        const std::scoped_lock lock{mutex_};
        if (waiting_.size() >= most_waiting) throw bus::OperationFailed{slot::ErrorKind::busy, "too much waits for the disk: it is slow or hangs; try again later"};
        waiting_.push_back({std::move(job), std::move(then)});
    }
    wake_.notify_one();
}

void Worker::work() {
    std::unique_lock lock{mutex_};
    for (;;) {
        wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        job.run();
        // Whatever the job holds ends here, before anybody learns that it is done.
        job.run = nullptr;
        done_.post(std::move(job.then));
        lock.lock();
    }
}

}  // namespace hal0::service
