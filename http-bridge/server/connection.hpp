#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "http-bridge/http/event_sink.hpp"
#include "http-bridge/server/exchange.hpp"
#include "http-bridge/server/framing.hpp"
#include "slot/disk/descriptor.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace hal0::http {

using Clock = std::chrono::steady_clock;

/// How long a client is waited for.
struct Patience {
    using Time = std::chrono::milliseconds;
    // A client that has begun a request and does not go on, or does not take its answer: it is gone, or means no good.
    Time stalled_after = std::chrono::seconds{10};
    // One that takes of its answer now and then, and is never done. Not of a stream: that has a bound of its own.
    Time whole_answer_within = std::chrono::minutes{2};
    // One that goes on, and is never done.
    Time whole_request_within = std::chrono::seconds{60};
    // A connection that is kept for a next request that does not come.
    Time idle_after = std::chrono::seconds{15};
    // Proxies and browsers give up a stream that is silent (http-api.md, 5).
    Time ping_every = std::chrono::seconds{15};
    // A client that is refused, and still sends.
    Time last_words_within = std::chrono::seconds{2};
    // How exactly all this is meant.
    Time look_every = std::chrono::seconds{1};
};

/// One client's connection, on the loop thread. It reads requests one after the other, hands each to the server and writes what it
/// is given; it may become an event stream, until it ends. It never waits for its client.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// What a connection needs of its server.
    struct Server {
        /// A whole request; the answer comes by write().
        std::function<void(const std::shared_ptr<Connection>&, std::string request, std::size_t head_size)> request;
        /// Asked when the body is still to come: whether the head alone is reason enough to send this answer, and end.
        std::function<std::optional<std::string>(std::string_view head)> refusal;
        /// Whether it may hold that many bytes more; only asked for more than held_for_free.
        std::function<bool(std::size_t more)> has_room;
        std::function<void(Connection&)> closed;
        std::function<void(std::function<void()>)> later;  // calls it when the loop comes round
        Patience patience = {};
    };

    Connection(bus::Loop& loop, disk::Descriptor socket, std::string client, const Server& server);
    /// Begins to read. Not in the constructor: it needs its shared_ptr.
    void open();

    /// The largest head, and most answers.
    static constexpr std::size_t held_for_free = 16 * 1024;
    /// Bytes of what has come and what is to be sent.
    std::size_t held() const { return in_.size() + asked_ + out_.size(); }

    /// Sends bytes, or that there is no room for them. `close`: then ends. Otherwise the next request is read.
    void write(std::string bytes, bool close);
    /// Becomes an event stream: sends `head`, then what the sink is given. Null if the connection has ended meanwhile.
    std::shared_ptr<EventSink> become_stream(std::string head);
    void close();
    /// What is under way is finished, and a first request is still answered; then it ends. An event stream ends now.
    void finish();

    /// Of the request that is being answered: stops when the client has gone, or has no more to say, or when this is to finish. In a callback
    /// of it nothing may be done to the connection.
    std::stop_token given_up();

    const std::string& client() const { return client_; }
    bool is_stream() const { return state_ == State::streaming; }
    bool is_open() const { return state_ != State::closed; }
    /// Whether no request is under way.
    bool is_waiting() const { return state_ == State::reading && queued() == 0; }
    /// When bytes went either way, or a request began.
    Clock::time_point last_moved() const { return last_moved_; }
    /// Ends it if it has kept us waiting for too long; a stream that is silent says that it is there.
    void look_at_clock(Clock::time_point now);

private:
    enum class State {
        reading,
        answering,  // nothing is read
        streaming,
        leaving,  // it has sent its last, and takes no notice of what comes
        closed
    };
    class Sink;

    static int on_io(sd_event_source*, int, std::uint32_t events, void* self);
    void readable();
    void client_is_done();
    void writable();
    void next_request();
    void only_head(const Framing& framing);
    void hand_over(std::size_t head_size, std::size_t size);
    /// Answers this and ends, though the client may still send.
    void refuse(std::string answer);
    bool has_room(std::size_t more) const { return held() + more <= held_for_free || server_.has_room(more); }
    void send_last();
    void leave();
    void drained();
    void send_queued();
    void queue_frame(const std::string& frame);
    void end_stream();
    void watch();
    std::size_t queued() const { return out_.size() - sent_; }

    bus::Loop& loop_;
    std::optional<disk::Descriptor> socket_;
    std::string client_;
    const Server& server_;
    bus::EventSource source_;
    State state_ = State::reading;
    bool close_when_sent_ = false, leave_when_sent_ = false, finishing_ = false, has_served_ = false, saw_head_ = false, client_is_done_ = false, in_next_request_ = false, has_more_ = false, drained_asked_ = false;
    std::string in_, out_;
    std::size_t sent_ = 0;
    std::size_t asked_ = 0;  // bytes of the request that is being answered
    std::stop_source given_up_{std::nostopstate};
    Clock::time_point last_moved_ = Clock::now(), request_began_ = {}, answer_began_ = {};
    std::weak_ptr<Sink> sink_;
    std::shared_ptr<Connection> self_;  // until it is closed
};

}  // namespace hal0::http
