#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/clock.hpp"

// What one I/O thread of the HTTP server knows of its connections; private to net/.
namespace llmapikey::net {

using Instant = std::chrono::steady_clock::time_point;
// `duration` from now.
inline Instant after(base::Millis duration) {
    return std::chrono::steady_clock::now() + duration;
}

// One connection, as the thread that owns it sees it. Touched on that thread only.
struct Connected {
    explicit Connected(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    // Whether something has arrived that nobody has read yet.
    bool has_bytes() const {
        boost::system::error_code ignored;
        return socket.available(ignored) > 0;
    }
    boost::asio::ip::tcp::socket socket;
    Instant deadline = Instant::max();  // of the operation under way; the sweep cancels what is late
    bool is_late = false;
    boost::asio::steady_timer* alarm = nullptr;  // cancelled to wake a wait that is not one for the socket
    bool is_deserted = false;                    // the client went during such a wait
    bool is_idle = true;                         // between requests
    bool has_asked = false;                      // a whole request has come
    std::size_t place = 0;                       // among the connections of its thread
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> waiting;
};

// The connections of one I/O thread. Touched on that thread only.
class Connections {
public:
    void add(Connected& connection);
    void remove(Connected& connection);
    const std::vector<Connected*>& all() const { return all_; }
    static constexpr int turns = 8;
    // Whether there are so many that they are looked at by turns.
    bool are_many() const { return all_.size() > few; }
    // Those whose turn it is to be looked at: all, where there are few; each after about eight
    // turns, where there are many. The span is good until the next call of anything here.
    std::span<Connected* const> take_turn();

    // From here on it waits for a request to be whole: it can be closed to make room.
    void begin_waiting(Connected& connection);
    static void end_waiting(Connected& connection) { connection.waiting.unlink(); }
    // The one that makes room with the least harm: that which has waited longest, of those that
    // have never sent a whole request if there are any. It waits no more. nullptr: none waits.
    Connected* take_waiting();

private:
    using Hook = boost::intrusive::member_hook<Connected, decltype(Connected::waiting), &Connected::waiting>;
    using Waiting = boost::intrusive::list<Connected, Hook, boost::intrusive::constant_time_size<false>>;

    static constexpr std::size_t few = 1000;
    std::vector<Connected*> all_;
    std::size_t next_ = 0;
    Waiting strangers_, idle_;
};

// How an I/O thread behaves towards those who do the work. One that wakes usually interrupts them;
// while more comes than can be done that is one interruption for each request that is refused. So
// it waits for its turn meanwhile (SCHED_BATCH), and finds several requests then. Touched on that
// thread only.
class Pressure {
public:
    void note_refusal();
    void look();  // from time to time: ends it when nothing has been refused for a second

private:
    void take_turns(bool does);
    bool takes_turns_ = false;
    Instant refused_at_;
};

}  // namespace llmapikey::net
