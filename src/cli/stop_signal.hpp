#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>

namespace llmapikey::cli {

// SIGTERM, SIGINT and SIGHUP (the terminal is gone) as something to wait for; not SIGHUP where it
// is ignored, as under nohup. Construct before any thread is started: threads inherit the mask.
class StopSignal {
public:
    StopSignal() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGINT);
        struct sigaction on_hangup {};
        sigaction(SIGHUP, nullptr, &on_hangup);
        if (on_hangup.sa_handler != SIG_IGN) sigaddset(&signals_, SIGHUP);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }
    // Blocks until one arrives; returns its number.
    int wait() {
        int number = 0;
        sigwait(&signals_, &number);
        return number;
    }

    // As wait(), for `duration` at the most; 0: none arrived.
    int wait_for(std::chrono::milliseconds duration) {
        const timespec limit{duration.count() / 1000, duration.count() % 1000 * 1'000'000};
        return std::max(sigtimedwait(&signals_, nullptr, &limit), 0);
    }

private:
    sigset_t signals_{};
};

}  // namespace llmapikey::cli
