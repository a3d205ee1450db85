#include "net/http_connections.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

namespace llmapikey::net {

void Pressure::note_refusal() {
    refused_at_ = std::chrono::steady_clock::now();
    if (!takes_turns_) take_turns(true);
}

void Pressure::look() {
    constexpr std::chrono::seconds lasting{1};
    if (takes_turns_ && std::chrono::steady_clock::now() - refused_at_ > lasting) take_turns(false);
}

void Pressure::take_turns(bool does) {
    takes_turns_ = does;
    int policy = 0;
    sched_param none{};
    pthread_getschedparam(pthread_self(), &policy, &none);
    // A policy that somebody chose for the whole process stays as it is.
    if (policy == (does ? SCHED_OTHER : SCHED_BATCH)) {
        pthread_setschedparam(pthread_self(), does ? SCHED_BATCH : SCHED_OTHER, &none);
    }
}

void Connections::add(Connected& connection) {
    connection.place = all_.size();
    all_.push_back(&connection);
}

void Connections::remove(Connected& connection) {
    all_.back()->place = connection.place;
    all_[connection.place] = all_.back();
    all_.pop_back();
}

std::span<Connected* const> Connections::take_turn() {
    const std::size_t begin = next_ < all_.size() ? next_ : 0;
    const std::size_t size = std::min(std::max(few, all_.size() / turns + 1), all_.size() - begin);
    next_ = begin + size;
    return std::span(all_).subspan(begin, size);
}

void Connections::begin_waiting(Connected& connection) {
    (connection.has_asked ? idle_ : strangers_).push_back(connection);
}

Connected* Connections::take_waiting() {
    Waiting& from = strangers_.empty() ? idle_ : strangers_;
    if (from.empty()) return nullptr;
    Connected& longest = from.front();
    from.pop_front();
    return &longest;
}

}  // namespace llmapikey::net
