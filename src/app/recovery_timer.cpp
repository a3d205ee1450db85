#include "app/recovery_timer.hpp"

#include <pthread.h>

#include <random>

namespace llmapikey::app {

void RecoveryTimer::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void RecoveryTimer::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void RecoveryTimer::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "recovery");
    // Replicas that start together must not run in step.
    std::minstd_rand generator(std::random_device{}());
    std::uniform_int_distribution<std::int64_t> jitter(pause_.count() / 2, pause_.count());
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, base::Millis{jitter(generator)}, [] { return false; });
        if (!stop.stop_requested()) job_(stop);
    }
}

}  // namespace llmapikey::app
