#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "slot/disk/descriptor.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <functional>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace hal0::bus {

/// Where other threads leave what they found, and the loop takes it up.
template <class T>
class Inbox {
public:
    /// `take` is called on the loop thread with one after the other. Throws std::system_error.
    Inbox(Loop& loop, std::function<void(T)> take) : take_(std::move(take)), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!event_) throw std::system_error{errno, std::generic_category(), "eventfd"};
        sd_event_source* made = nullptr;
        checked(sd_event_add_io(loop.event(), &made, event_.fd(), EPOLLIN, on_posted, this), "sd_event_add_io");
        source_.reset(made);
    }
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    /// Can be called from any thread, and never waits for the loop.
    void post(T found) {
        const std::scoped_lock lock{mutex_};
        posted_.push_back(std::move(found));
        eventfd_write(event_.fd(), 1);
    }

private:
    static int on_posted(sd_event_source*, int fd, std::uint32_t, void* self) {
        eventfd_t ignored = 0;
        eventfd_read(fd, &ignored);
        static_cast<Inbox*>(self)->take_all();
        return 0;
    }
    void take_all() {
        std::vector<T> now;
        {
            const std::scoped_lock lock{mutex_};
            now.swap(posted_);
        }
        for (auto& found : now) take_(std::move(found));
    }

    std::function<void(T)> take_;
    disk::Descriptor event_;
    std::mutex mutex_;
    std::vector<T> posted_;
    EventSource source_;
};

}  // namespace hal0::bus
