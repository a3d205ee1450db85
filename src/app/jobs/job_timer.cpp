#include "app/jobs/job_timer.hpp"

#include <pthread.h>

#include <random>

namespace llmapikey::app {

void JobTimer::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void JobTimer::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void JobTimer::wake() {
    {
        const std::lock_guard lock(mutex_);
        is_woken_ = true;
    }
    wake_.notify_one();
}

void JobTimer::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), name_.c_str());
    // Replicas that start together must not run in step.
    std::minstd_rand generator(std::random_device{}());
    std::uniform_int_distribution<std::int64_t> jitter(pause_.count() / 2, pause_.count());
    std::unique_lock lock(mutex_);
    AfterJob next = first_ == FirstRun::at_once ? AfterJob::go_on : AfterJob::pause;
    while (!stop.stop_requested()) {
        if (next == AfterJob::pause)
            wake_.wait_for(lock, stop, base::Millis{jitter(generator)}, [this] { return is_woken_; });
        is_woken_ = false;
        lock.unlock();
        if (!stop.stop_requested()) next = job_(stop);
        lock.lock();
    }
}

}  // namespace llmapikey::app
