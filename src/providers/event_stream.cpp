#include "providers/event_stream.hpp"

namespace llmapikey {

EventStream::State EventStream::feed(std::string_view piece) {
    for (const char c : piece) {
        if (state_ != State::open) return state_;
        const bool is_rest_of_line_end = is_after_return_ && c == '\n';
        is_after_return_ = c == '\r';
        if (is_rest_of_line_end) continue;
        if (c == '\n' || c == '\r') {
            end_line();
        } else if (line_.size() + data_.size() < event_bytes_max_) {
            line_ += c;
        } else {
            state_ = State::too_long;
        }
    }
    return state_;
}

void EventStream::end_line() {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    std::string_view line = line_;
    if (is_first_line_ && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    is_first_line_ = false;
    if (!line.empty()) {
        take_field(line);
    } else if (has_data_) {
        if (!receiver_(data_)) state_ = State::stopped;
        data_.clear();
        has_data_ = false;
    }
    line_.clear();
}

void EventStream::take_field(std::string_view line) {
    const auto colon = line.find(':');
    if (line.substr(0, colon) != "data") return;
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
}

}  // namespace llmapikey
