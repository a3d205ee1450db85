#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace llmapikey {

// Parses server-sent events (HTML Standard, section 9.2.6) that arrive in pieces of any size. It
// reads only the field `data`; comments, other fields and an incomplete last event are ignored. Not
// thread-safe.
class EventStream {
public:
    enum class State {
        open,
        stopped,   // by the receiver
        too_long,  // an event is larger than `event_bytes_max`
    };
    // Receives the data of one event; returns false to stop.
    using Receiver = std::function<bool(std::string_view data)>;

    explicit EventStream(Receiver receiver, std::size_t event_bytes_max = 256 * 1024)
        : receiver_(std::move(receiver)), event_bytes_max_(event_bytes_max) {}

    // Parses a piece and calls the receiver. Once the state is not `open`, pieces are ignored.
    State feed(std::string_view piece);

private:
    void end_line();
    void take_field(std::string_view line);

    const Receiver receiver_;
    const std::size_t event_bytes_max_;
    State state_ = State::open;
    std::string line_;
    std::string data_;
    bool has_data_ = false;
    bool is_first_line_ = true;
    bool is_after_return_ = false;  // a line feed now would belong to the line end before it
};

}  // namespace llmapikey
