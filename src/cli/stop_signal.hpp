#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>

namespace llmapikey::cli {

// Waits for SIGTERM, SIGINT and SIGHUP (the terminal is gone). SIGHUP is not waited for if it is
// ignored, as under nohup. Construct it before any thread is started, because threads inherit the
// mask.
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
    // Blocks until a signal arrives; returns its number.
    int wait() {
        int number = 0;
        sigwait(&signals_, &number);
        return number;
    }

    // Waits at most `duration`; returns 0 if no signal arrived.
    int wait_for(std::chrono::milliseconds duration) {
        const timespec limit{duration.count() / 1000, duration.count() % 1000 * 1'000'000};
        return std::max(sigtimedwait(&signals_, nullptr, &limit), 0);
    }

private:
    sigset_t signals_{};
};

}  // namespace llmapikey::cli
