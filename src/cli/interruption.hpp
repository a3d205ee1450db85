#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

namespace llmapikey::cli {

// While this object lives, Ctrl-C (SIGINT) and SIGTERM are a request to stop; otherwise they end
// the program. It may be constructed while threads are running. Only one may exist at a time.
class Interruption {
public:
    Interruption() {
        came = false;
        struct sigaction action = {};
        action.sa_handler = [](int) { came = true; };
        sigaction(SIGINT, &action, &before_int_);
        sigaction(SIGTERM, &action, &before_term_);
    }
    ~Interruption() {
        sigaction(SIGINT, &before_int_, nullptr);
        sigaction(SIGTERM, &before_term_, nullptr);
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    bool has_come() const { return came; }
    std::stop_token token() const { return stop_.get_token(); }
    // Returns early if the request comes.
    void wait_for(std::chrono::milliseconds duration) const {
        const auto end = std::chrono::steady_clock::now() + duration;
        while (!came && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(look_every);
    }

private:
    static constexpr std::chrono::milliseconds look_every{20};
    static inline std::atomic<bool> came{false};
    static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

    struct sigaction before_int_ = {};
    struct sigaction before_term_ = {};
    std::stop_source stop_;
    // A signal handler may not use a stop_source itself.
    std::jthread watcher_{[this](const std::stop_token& end) {
        while (!end.stop_requested()) {
            if (came) stop_.request_stop();
            std::this_thread::sleep_for(look_every);
        }
    }};
};

}  // namespace llmapikey::cli
