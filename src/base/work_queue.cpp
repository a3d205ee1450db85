#include "base/work_queue.hpp"

#include <pthread.h>

#include <utility>

namespace llmapikey::base {

WorkQueue::WorkQueue(std::string name, int threads, std::size_t max_waiting)
    : name_(std::move(name)), max_waiting_(max_waiting) {
    for (int i = 0; i < threads; ++i)
        threads_.emplace_back([this] { run(); });
}

WorkQueue::~WorkQueue() {
    stop();
}

bool WorkQueue::try_submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_ || jobs_.size() >= max_waiting_) return false;
        jobs_.push_back(std::move(job));
    }
    ready_.notify_one();
    return true;
}

std::size_t WorkQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
}

void WorkQueue::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void WorkQueue::abandon() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        jobs_.clear();
    }
    stop();
}

void WorkQueue::run() {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
}

}  // namespace llmapikey::base
