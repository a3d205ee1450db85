#include "net/body_stream.hpp"

#include <algorithm>
#include <utility>

namespace llmapikey::net {

bool BodyStream::write(std::string_view bytes) {
    std::unique_lock lock(mutex_);
    while (!bytes.empty()) {
        const bool is_in_time =
            has_room_.wait_until(lock, deadline_.at(), [this] { return !has_reader_ || waiting_.size() < capacity_; });
        if (!is_in_time || !has_reader_ || end_) return false;
        const std::size_t count = std::min(bytes.size(), capacity_ - waiting_.size());
        waiting_.append(bytes.substr(0, count));
        bytes.remove_prefix(count);
        if (wake_) wake_();
    }
    return has_reader_ && !end_ && !deadline_.has_passed();
}

bool BodyStream::is_wanted() const {
    const std::lock_guard lock(mutex_);
    return has_reader_ && !deadline_.has_passed();
}

void BodyStream::end(BodyEnd how) {
    const std::lock_guard lock(mutex_);
    if (end_) return;
    end_ = how;
    if (wake_) wake_();
}

void BodyStream::listen(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
}

BodyStream::Taken BodyStream::take() {
    Taken taken;
    {
        const std::lock_guard lock(mutex_);
        taken.bytes.swap(waiting_);
        taken.end = end_;
    }
    has_room_.notify_all();
    return taken;
}

void BodyStream::leave() {
    {
        const std::lock_guard lock(mutex_);
        has_reader_ = false;
        wake_ = nullptr;
        waiting_.clear();
    }
    has_room_.notify_all();
}

}  // namespace llmapikey::net
