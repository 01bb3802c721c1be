#include "http-bridge/server/connection.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace hal0::http {
namespace {

using namespace std::chrono_literals;

// A client that has begun a request and does not go on, or does not take its answer: it is gone, or means no good.
constexpr auto stalled_after = 10s;
// A connection that is kept for a next request that does not come.
constexpr auto idle_after = 15s;
// Proxies and browsers give up a stream that is silent (http-api.md, 5).
constexpr auto ping_every = 15s;
// Of a stream that is not read.
constexpr std::size_t most_queued = 256 * 1024;

// Requests that have come together, of one connection in one turn of the loop.
constexpr int most_at_once = 16;

}  // namespace

/// The stream's side that others hold: it outlives the connection if they do.
class Connection::Sink final : public EventSink {
public:
    explicit Sink(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}
    ~Sink() override { end(); }

    bool send(std::string frame) override {
        const auto connection = connection_.lock();
        if (!connection) return false;
        connection->queue_frame(frame);
        return !connection_.expired() && connection->is_stream();
    }
    void end() override {
        if (const auto connection = connection_.lock()) connection->end_stream();
    }
    std::size_t room() const override {
        const auto connection = connection_.lock();
        return connection && connection->queued() < most_queued ? most_queued - connection->queued() : 0;
    }
    void when_drained(std::function<void()> call) override { drained_ = std::move(call); }
    void when_ended(std::function<void()> call) override { ended_ = std::move(call); }

    void drained() const {
        if (const auto call = drained_) call();
    }
    /// What is to be called now that the connection is gone.
    std::function<void()> take_ended() {
        connection_.reset();
        drained_ = nullptr;
        return std::exchange(ended_, nullptr);
    }

private:
    std::weak_ptr<Connection> connection_;
    std::function<void()> drained_, ended_;
};

Connection::Connection(bus::Loop& loop, disk::Descriptor socket, std::string client, const Server& server)
    : loop_(loop), socket_(std::move(socket)), client_(std::move(client)), server_(server) {}

void Connection::open() {
    self_ = shared_from_this();
    const int on = 1;
    // An answer is one write: nothing is gained by waiting for more of it.
    setsockopt(socket_->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A host that vanished without a word: the kernel gives up what it does not acknowledge (tcp(7)).
    const unsigned int milliseconds = std::chrono::milliseconds{idle_after}.count();
    setsockopt(socket_->fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
    sd_event_source* made = nullptr;
    bus::checked(sd_event_add_io(loop_.event(), &made, socket_->fd(), EPOLLIN | EPOLLRDHUP, on_io, this), "sd_event_add_io");
    source_.reset(made);
}

int Connection::on_io(sd_event_source*, int, std::uint32_t events, void* self) {
    const auto connection = static_cast<Connection*>(self)->shared_from_this();
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || (connection->is_stream() && (events & EPOLLRDHUP) != 0)) {
        connection->close();
        return 0;
    }
    if ((events & EPOLLOUT) != 0) connection->writable();
    if ((events & EPOLLIN) != 0 && connection->is_open()) connection->readable();
    return 0;
}

void Connection::writable() {
    send_queued();
    if (!is_open() || queued() > 0) return;
    if (const auto sink = sink_.lock()) sink->drained();
    if (std::exchange(has_more_, false)) next_request();
    watch();
}

void Connection::readable() {
    char buffer[16 * 1024];
    const auto count = recv(socket_->fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return close();
    last_moved_ = Clock::now();
    if (is_stream()) return;  // it has nothing more to ask
    in_.append(buffer, static_cast<std::size_t>(count));
    if (state_ == State::reading) next_request();
    watch();
}

void Connection::next_request() {
    if (in_next_request_) return;  // write() comes back here while the server still answers; the loop below goes on
    in_next_request_ = true;
    for (int count = 0; state_ == State::reading && !in_.empty() && !finishing_; ++count) {
        // Of a client that asks and asks and does not read, or leaves nobody else his turn.
        has_more_ = queued() > 0 || count == most_at_once;
        if (has_more_) break;
        const auto framing = frame_request(in_);
        if (framing.kind == Framing::Kind::refused) {
            state_ = State::answering;
            write(Exchange::malformed(framing.status), true);
            break;
        }
        if (framing.kind == Framing::Kind::incomplete) {
            if (framing.wants_continue && !std::exchange(said_continue_, true)) out_ += "HTTP/1.1 100 Continue\r\n\r\n", send_queued();
            break;
        }
        state_ = State::answering;
        said_continue_ = false;
        auto request = in_.substr(0, framing.size);
        in_.erase(0, framing.size);
        server_.request(shared_from_this(), std::move(request), framing.head_size);
    }
    in_next_request_ = false;
}

void Connection::write(std::string bytes, bool close) {
    if (state_ != State::answering) return;
    state_ = State::reading;
    close_when_sent_ = close || finishing_;
    if (close_when_sent_) state_ = State::answering;  // nothing more is read
    out_ += bytes;
    last_moved_ = Clock::now();
    send_queued();
    if (state_ == State::reading) next_request();
    if (is_open()) watch();
}

void Connection::send_queued() {
    while (queued() > 0) {
        const auto count = ::send(socket_->fd(), out_.data() + sent_, queued(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return watch();
        if (count < 0) return close();
        sent_ += static_cast<std::size_t>(count);
        last_moved_ = Clock::now();
    }
    out_.clear();
    sent_ = 0;
    if (out_.capacity() > most_queued) out_.shrink_to_fit();
    if (close_when_sent_) return close();
    watch();
}

/// Reads only while there is room for it, and asks to write only while there is something to write.
void Connection::watch() {
    if (!is_open()) return;
    const bool full = has_more_ || in_.size() > RequestLimits{}.head_bytes + RequestLimits{}.body_bytes;
    const std::uint32_t events = EPOLLRDHUP | (full ? 0U : static_cast<std::uint32_t>(EPOLLIN)) | (queued() > 0 || has_more_ ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
    // A client that has said all it wants to say is not gone: level-triggered, RDHUP would wake us without end.
    sd_event_source_set_io_events(source_.get(), state_ == State::answering ? events & ~static_cast<std::uint32_t>(EPOLLRDHUP | EPOLLIN) : events);
}

std::shared_ptr<EventSink> Connection::become_stream(std::string head) {
    if (state_ != State::answering) return nullptr;
    state_ = State::streaming;
    const auto sink = std::make_shared<Sink>(weak_from_this());
    sink_ = sink;
    in_.clear();
    out_ += head;
    out_ += Exchange::chunk("retry: 2000\n\n");
    send_queued();
    return sink;
}

void Connection::queue_frame(const std::string& frame) {
    if (!is_stream() || close_when_sent_) return;
    if (queued() + frame.size() > most_queued) return close();
    const bool idle = queued() == 0;
    out_ += Exchange::chunk(frame);
    if (idle) send_queued();
}

void Connection::end_stream() {
    if (!is_stream() || close_when_sent_) return;
    close_when_sent_ = true;
    out_ += Exchange::last_chunk;
    send_queued();
}

void Connection::finish() {
    finishing_ = true;
    if (is_stream()) return end_stream();
    if (state_ == State::reading && queued() == 0) close();
    close_when_sent_ = state_ == State::reading;
}

void Connection::look_at_clock(Clock::time_point now) {
    const auto still = now - last_moved_;
    if (is_stream() && queued() == 0) {
        if (still >= ping_every) queue_frame(": ping\n\n");
        return;
    }
    if (queued() > 0 || (state_ == State::reading && !in_.empty())) {
        if (still >= stalled_after) close();
    } else if (state_ == State::reading && still >= idle_after) {
        close();
    }
}

void Connection::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    source_.reset();
    socket_.reset();
    out_.clear();
    const auto keep = std::exchange(self_, nullptr);
    if (const auto sink = sink_.lock())
        if (auto call = sink->take_ended()) server_.later(std::move(call));
    server_.closed(*this);
}

}  // namespace hal0::http
