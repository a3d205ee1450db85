#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace llmapikey {

// Server-sent events (HTML Standard section 9.2.6) that arrive in pieces of any size. Only their
// data is read: comments and other fields are passed over, and an event that is not complete in the
// end counts for nothing. Not thread-safe.
class EventStream {
public:
    enum class State {
        open,
        stopped,   // by the receiver
        too_long,  // an event is larger than is taken
    };
    // Gets each event's data; false: no more.
    using Receiver = std::function<bool(std::string_view data)>;

    explicit EventStream(Receiver receiver, std::size_t event_bytes_max = 256 * 1024)
        : receiver_(std::move(receiver)), event_bytes_max_(event_bytes_max) {}

    // Once it is not open any more, nothing is read.
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
    bool is_after_return_ = false;  // a line feed now belongs to the line end before
};

}  // namespace llmapikey
