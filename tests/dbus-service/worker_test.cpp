#include "dbus-service/worker.hpp"

#include "dbus-interfaces/operation_failed.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <future>

namespace hal0::service {
namespace {

using std::chrono::milliseconds;

TEST(Worker, RunsTheJobElsewhereAndTheRestOnTheLoop) {
    bus::Loop loop;
    Worker worker{loop};
    std::thread::id job, then;
    worker.run([&] { job = std::this_thread::get_id(); }, [&] {
        then = std::this_thread::get_id();
        loop.exit(0);
    });
    loop.run();
    EXPECT_EQ(then, std::this_thread::get_id());
    EXPECT_NE(job, then);
    EXPECT_NE(job, std::thread::id{});
}

TEST(Worker, KeepsTheOrder) {
    bus::Loop loop;
    Worker worker{loop};
    std::vector<int> jobs, thens;
    for (int i = 0; i < 100; ++i)
        worker.run([&jobs, i] { jobs.push_back(i); }, [&, i] {
            thens.push_back(i);
            if (i == 99) loop.exit(0);
        });
    loop.run();
    ASSERT_EQ(jobs.size(), 100U);
    EXPECT_TRUE(std::is_sorted(jobs.begin(), jobs.end()));
    EXPECT_EQ(thens, jobs);
}

TEST(Worker, LeavesTheLoopFreeMeanwhile) {
    bus::Loop loop;
    Worker worker{loop};
    std::promise<void> go;
    bool turned = false;
    bus::Loop::Timer timer{loop, [&] {
                          turned = true;
                          go.set_value();
                      }};
    timer.set(milliseconds{1});
    worker.run([&] { go.get_future().wait(); }, [&] { loop.exit(0); });
    loop.run();
    EXPECT_TRUE(turned);
}

TEST(Worker, MoreCanBeAskedForOnTheLoop) {
    bus::Loop loop;
    Worker worker{loop};
    worker.run([] {}, [&] { worker.run([] {}, [&] { loop.exit(7); }); });
    EXPECT_EQ(loop.run(), 7);
}

TEST(Worker, FinishesWhatWaitsBeforeItEnds) {
    bus::Loop loop;
    int jobs = 0, thens = 0;
    {
        Worker worker{loop};
        for (int i = 0; i < 50; ++i) worker.run([&] { ++jobs; }, [&] { ++thens; });
    }
    EXPECT_EQ(jobs, 50);
    EXPECT_EQ(thens, 0);
}

TEST(Worker, RefusesMoreThanItsQueueHolds) {
    bus::Loop loop;
    std::promise<void> go;
    const auto wait = go.get_future().share();
    Worker worker{loop};
    std::size_t taken = 0;
    try {
        for (; taken < Worker::most_waiting + 2; ++taken) worker.run([wait] { wait.wait(); }, [] {});
        ADD_FAILURE() << "no limit";
    } catch (const bus::OperationFailed& problem) {
        EXPECT_EQ(problem.kind(), slot::ErrorKind::busy);
        EXPECT_NE(std::string{problem.what()}.find("disk"), std::string::npos);
    }
    EXPECT_GE(taken, Worker::most_waiting);
    go.set_value();
}

TEST(Worker, TakesNoSignal) {
    bus::Loop loop;
    Worker worker{loop};
    sigset_t blocked;
    sigemptyset(&blocked);
    worker.run([&] { pthread_sigmask(SIG_BLOCK, nullptr, &blocked); }, [&] { loop.exit(0); });
    loop.run();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1}) EXPECT_EQ(sigismember(&blocked, signal), 1) << signal;
    sigset_t own;
    pthread_sigmask(SIG_BLOCK, nullptr, &own);
    EXPECT_EQ(sigismember(&own, SIGUSR1), 0) << "the loop's thread has kept its own";
}

}  // namespace
}  // namespace hal0::service
