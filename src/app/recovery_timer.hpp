#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/clock.hpp"

namespace llmapikey::app {

// Runs a job again and again on a thread of its own, with a jittered pause between, until stopped.
class RecoveryTimer {
public:
    using Job = std::function<void(const std::stop_token& stop)>;

    RecoveryTimer(base::Millis pause, Job job) : pause_(pause), job_(std::move(job)) {}
    ~RecoveryTimer() { stop(); }
    RecoveryTimer(const RecoveryTimer&) = delete;
    RecoveryTimer& operator=(const RecoveryTimer&) = delete;

    void start();
    // Tells a run that is under way to stop, and waits for it. Idempotent.
    void stop();

private:
    void run(const std::stop_token& stop);

    const base::Millis pause_;
    const Job job_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace llmapikey::app
