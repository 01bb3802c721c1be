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
        return connection->is_stream() && !connection->close_when_sent_;
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
    const auto milliseconds = static_cast<unsigned int>(server_.patience.idle_after.count());
    setsockopt(socket_->fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
    sd_event_source* made = nullptr;
    bus::checked(sd_event_add_io(loop_.event(), &made, socket_->fd(), EPOLLIN, on_io, this), "sd_event_add_io");
    source_.reset(made);
}

int Connection::on_io(sd_event_source*, int, std::uint32_t events, void* self) {
    const auto connection = static_cast<Connection*>(self)->shared_from_this();
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || (connection->is_stream() && (events & EPOLLRDHUP) != 0)) {
        connection->close();
        return 0;
    }
    if ((events & EPOLLRDHUP) != 0) connection->client_is_done();
    if ((events & EPOLLOUT) != 0) connection->writable();
    if ((events & EPOLLIN) != 0 && connection->is_open()) connection->readable();
    return 0;
}

void Connection::client_is_done() {
    client_is_done_ = true;
    given_up_.request_stop();
    watch();
}

std::stop_token Connection::given_up() {
    given_up_ = {};
    if (client_is_done_ || finishing_ || !is_open()) given_up_.request_stop();
    watch();
    return given_up_.get_token();
}

void Connection::writable() {
    send_queued();
    if (!is_open() || queued() > 0) return;
    drained();
    if (std::exchange(has_more_, false)) next_request();
    watch();
}

void Connection::drained() {
    drained_asked_ = false;
    if (!is_stream() || queued() > 0) return;
    if (const auto sink = sink_.lock()) sink->drained();
}

void Connection::readable() {
    char buffer[16 * 1024];
    const auto count = recv(socket_->fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) return close();
    if (count == 0) {
        // It has said all it wants to say, and may still listen.
        return state_ == State::reading && queued() > 0 ? send_last() : close();
    }
    if (is_stream() || state_ == State::leaving) return;  // it has nothing more to ask
    last_moved_ = Clock::now();
    if (in_.empty()) request_began_ = last_moved_;
    if (!has_room(static_cast<std::size_t>(count))) return refuse(Exchange::malformed(503));
    in_.append(buffer, static_cast<std::size_t>(count));
    if (state_ == State::reading) next_request();
    watch();
}

void Connection::next_request() {
    if (in_next_request_) return;  // write() comes back here while the server still answers; the loop below goes on
    in_next_request_ = true;
    for (int count = 0; state_ == State::reading && !in_.empty(); ++count) {
        // Of a client that asks and asks and does not read, or leaves nobody else his turn.
        has_more_ = queued() > 0 || count == most_at_once;
        if (has_more_) break;
        const auto framing = frame_request(in_);
        if (framing.kind == Framing::Kind::refused) {
            refuse(Exchange::malformed(framing.status));
            break;
        }
        if (framing.kind == Framing::Kind::incomplete) {
            if (framing.head_size > 0 && !std::exchange(saw_head_, true)) only_head(framing);
            break;
        }
        hand_over(framing.head_size, framing.size);
    }
    in_next_request_ = false;
}

/// The body is still to come: whoever may not ask is not let send it.
void Connection::only_head(const Framing& framing) {
    if (auto refusal = server_.refusal(std::string_view{in_}.substr(0, framing.head_size))) return refuse(*std::move(refusal));
    if (!framing.wants_continue) return;
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    answer_began_ = Clock::now();
    send_queued();
}

void Connection::hand_over(std::size_t head_size, std::size_t size) {
    state_ = State::answering;
    saw_head_ = false;
    auto request = std::exchange(in_, in_.substr(size));  // what held a large body is not kept
    request.resize(size);
    asked_ = size;
    has_served_ = true;
    request_began_ = Clock::now();  // the next one, if there is a part of it
    server_.request(shared_from_this(), std::move(request), head_size);
}

void Connection::refuse(std::string answer) {
    state_ = State::answering;
    leave_when_sent_ = true;
    in_.clear();
    in_.shrink_to_fit();
    write(std::move(answer), true);
}

void Connection::write(std::string bytes, bool close) {
    if (state_ != State::answering || close_when_sent_) return;
    asked_ = 0;
    given_up_ = std::stop_source{std::nostopstate};
    if (!leave_when_sent_ && !has_room(bytes.size())) return refuse(Exchange::malformed(503));
    if (out_.empty()) out_ = std::move(bytes);
    else out_ += bytes;
    last_moved_ = answer_began_ = Clock::now();
    if (close || finishing_) return send_last();
    state_ = State::reading;
    send_queued();
    if (state_ == State::reading) next_request();
    if (is_open()) watch();
}

/// What is queued is the last that it sends.
void Connection::send_last() {
    state_ = State::answering;
    close_when_sent_ = true;
    has_more_ = false;
    send_queued();
}

/// To close with something unread is a reset, which takes from the client what it has not read yet (RFC 9112, 9.6): so it
/// is let say what it still has to say.
void Connection::leave() {
    state_ = State::leaving;
    last_moved_ = Clock::now();
    ::shutdown(socket_->fd(), SHUT_WR);
    watch();
}

void Connection::send_queued() {
    while (queued() > 0) {
        const auto count = ::send(socket_->fd(), out_.data() + sent_, queued(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) {
            // One who always reads a little less than there is must not make us keep it all.
            if (sent_ > queued()) out_.erase(0, std::exchange(sent_, 0)), out_.shrink_to_fit();
            return watch();
        }
        if (count < 0) return close();
        sent_ += static_cast<std::size_t>(count);
        last_moved_ = Clock::now();
    }
    out_.clear();
    sent_ = 0;
    if (out_.capacity() > held_for_free) out_.shrink_to_fit();
    if (close_when_sent_) return leave_when_sent_ ? leave() : close();
    watch();
}

/// Reads only while there is room for it, and asks to write only while there is something to write.
void Connection::watch() {
    if (!is_open()) return;
    std::uint32_t events = 0;
    if ((state_ == State::reading && !has_more_) || is_stream() || state_ == State::leaving) events |= EPOLLIN;
    // Whoever follows a stream and says no more has gone. Whoever waits for an answer may still listen: he gets it, and sooner.
    if (is_stream() || (given_up_.stop_possible() && !client_is_done_)) events |= EPOLLRDHUP;
    if (queued() > 0 || has_more_) events |= EPOLLOUT;
    sd_event_source_set_io_events(source_.get(), events);
}

std::shared_ptr<EventSink> Connection::become_stream(std::string head) {
    if (state_ != State::answering) return nullptr;
    state_ = State::streaming;
    const auto sink = std::make_shared<Sink>(weak_from_this());
    sink_ = sink;
    in_.clear();
    asked_ = 0;
    given_up_ = std::stop_source{std::nostopstate};
    out_ += head;
    out_ += Exchange::chunk("retry: 2000\n\n");
    send_queued();
    if (finishing_) end_stream();
    return is_stream() && !close_when_sent_ ? sink : nullptr;
}

void Connection::queue_frame(const std::string& frame) {
    if (!is_stream() || close_when_sent_) return;
    // One frame may be of any size: how everything is comes in one, and whoever is behind by nothing is not slow.
    const bool too_slow = queued() > 0 && queued() + frame.size() > most_queued;
    if (too_slow || !has_room(frame.size())) return close();
    const bool idle = queued() == 0;
    out_ += Exchange::chunk(frame);
    if (!idle) return;
    send_queued();
    // Not from within send(): whoever sends is not done yet.
    if (queued() > 0 || std::exchange(drained_asked_, true)) return;
    server_.later([weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && self->drained_asked_) self->drained();
    });
}

void Connection::end_stream() {
    if (!is_stream() || close_when_sent_) return;
    close_when_sent_ = true;
    out_ += Exchange::last_chunk;
    send_queued();
}

void Connection::finish() {
    const auto keep = shared_from_this();
    finishing_ = true;
    given_up_.request_stop();
    if (is_stream()) return end_stream();
    if (state_ == State::leaving) return close();
    if (state_ != State::reading) return;
    if (queued() > 0) return send_last();
    // What has arrived, and only not been read yet, is answered. So is the first request of one who has only just come: to him,
    // closing would look like a refusal. One who has had an answer knows that a kept connection may end (RFC 9112, 9.3.1).
    readable();
    if (state_ == State::reading && has_served_ && in_.empty() && queued() == 0) close();
}

void Connection::look_at_clock(Clock::time_point now) {
    const auto& patience = server_.patience;
    const auto still = now - last_moved_;
    if (state_ == State::leaving) {
        if (still >= patience.last_words_within) close();
    } else if (queued() > 0) {
        if (still >= patience.stalled_after || (!is_stream() && now - answer_began_ >= patience.whole_answer_within)) close();
    } else if (is_stream()) {
        if (still >= patience.ping_every) queue_frame(": ping\n\n");
    } else if (state_ == State::reading && in_.empty()) {
        if (still >= patience.idle_after) close();
    } else if (state_ == State::reading) {
        if (still >= patience.stalled_after || now - request_began_ >= patience.whole_request_within) close();
    }
}

void Connection::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    given_up_.request_stop();
    source_.reset();
    socket_.reset();
    out_.clear();
    const auto keep = std::exchange(self_, nullptr);
    if (const auto sink = sink_.lock())
        if (auto call = sink->take_ended()) server_.later(std::move(call));
    server_.closed(*this);
}

}  // namespace hal0::http
