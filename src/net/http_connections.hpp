#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/clock.hpp"

// The connections of one I/O thread of the HTTP server; private to net/.
namespace llmapikey::net {

using Instant = std::chrono::steady_clock::time_point;
// Returns the instant `duration` from now.
inline Instant after(base::Millis duration) {
    return std::chrono::steady_clock::now() + duration;
}

// One connection. Only the I/O thread that owns it touches it.
struct Connected {
    explicit Connected(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    // Returns whether bytes have arrived that nobody has read yet.
    bool has_bytes() const {
        boost::system::error_code ignored;
        return socket.available(ignored) > 0;
    }
    boost::asio::ip::tcp::socket socket;
    Instant deadline = Instant::max();  // of the current operation; the sweep cancels what is late
    bool is_late = false;
    boost::asio::steady_timer* alarm = nullptr;  // cancelled to wake a wait that is not on the socket
    bool is_deserted = false;                    // the client left during such a wait
    bool is_idle = true;                         // between two requests
    bool has_asked = false;                      // a whole request has arrived
    std::size_t place = 0;                       // index among the connections of its thread
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> waiting;
};

// The connections of one I/O thread. Only that thread touches this object.
class Connections {
public:
    void add(Connected& connection);
    void remove(Connected& connection);
    const std::vector<Connected*>& all() const { return all_; }
    static constexpr int turns = 8;
    // Returns whether there are so many connections that each sweep looks at a part of them.
    bool are_many() const { return all_.size() > few; }
    // Returns the connections that the next sweep looks at: all if they are few, otherwise a part,
    // so that each has its turn within about eight calls. The span is valid until the next call of
    // a member.
    std::span<Connected* const> take_turn();

    // Marks a connection that waits for a complete request. It may be closed to make room.
    void begin_waiting(Connected& connection);
    static void end_waiting(Connected& connection) { connection.waiting.unlink(); }
    // Removes and returns the waiting connection whose loss does the least harm: the one that has
    // waited longest, taken first from those that never sent a whole request. nullptr: none waits.
    Connected* take_waiting();

private:
    using Hook = boost::intrusive::member_hook<Connected, decltype(Connected::waiting), &Connected::waiting>;
    using Waiting = boost::intrusive::list<Connected, Hook, boost::intrusive::constant_time_size<false>>;

    static constexpr std::size_t few = 1000;
    std::vector<Connected*> all_;
    std::size_t next_ = 0;
    Waiting strangers_, idle_;
};

// While requests are being refused, runs the I/O thread as SCHED_BATCH: it wakes once for several
// arrivals and preempts fewer workers. Otherwise each refused request would interrupt a worker.
// Only that I/O thread touches this object.
class Pressure {
public:
    void note_refusal();
    void look();  // called from time to time: restores SCHED_OTHER after a second without a refusal

private:
    void take_turns(bool does);
    bool takes_turns_ = false;
    Instant refused_at_;
};

}  // namespace llmapikey::net
