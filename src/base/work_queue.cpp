#include "base/work_queue.hpp"

#include <chrono>
#include <utility>

namespace llmapikey::base {

WorkQueue::WorkQueue(std::string name, int threads, std::size_t waiting_max, Millis wait_max, Millis idle_for)
    : name_(std::move(name)),
      waiting_max_(waiting_max),
      wait_max_(wait_max),
      idle_for_(idle_for),
      threads_max_(static_cast<std::size_t>(threads)) {
    pthread_getschedparam(pthread_self(), &policy_, &priority_);
}

WorkQueue::~WorkQueue() {
    stop();
}

bool WorkQueue::try_submit(Job job) {
    Threads ended;
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_ || !takes_another()) return false;
        const bool needs_thread = idle_.empty() && threads_.size() < threads_max_;
        if (needs_thread && !start_thread() && threads_.empty()) return false;
        jobs_.push_back({std::move(job), std::chrono::steady_clock::now()});
        call_one();
        ended.swap(ended_);
    }
    for (std::thread& thread : ended)
        thread.join();
    return true;
}

// The caller holds the lock.
bool WorkQueue::takes_another() const {
    if (jobs_.size() >= waiting_max_) return false;
    if (wait_max_.count() == 0 || jobs_.size() < threads_max_) return true;
    return usual_time_ * (static_cast<double>(jobs_.size()) / static_cast<double>(threads_max_)) <= wait_max_;
}

// The caller holds the lock.
void WorkQueue::note_time(std::chrono::steady_clock::duration took) {
    constexpr double weight = 1.0 / 16;
    usual_time_ += (std::chrono::duration<double>(took) - usual_time_) * weight;
}

// The caller holds the lock: the called thread may end as soon as the lock is released.
void WorkQueue::call_one() {
    if (idle_.empty()) return;
    Idler& latest = *idle_.back();
    idle_.pop_back();
    latest.is_called = true;
    latest.is_wanted.notify_one();
}

// The caller holds the lock. Returns false if the system provides no thread.
bool WorkQueue::start_thread() {
    const auto place = threads_.emplace(threads_.end());
    try {
        *place = std::thread([this, place] { run(place); });
    } catch (...) {  // no thread, or no memory for one
        threads_.erase(place);
        return false;
    }
    return true;
}

bool WorkQueue::is_full() const {
    const std::lock_guard lock(mutex_);
    return is_stopping_ || !takes_another();
}

std::size_t WorkQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
}

std::size_t WorkQueue::threads() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
}

WorkQueue::Record WorkQueue::record() const {
    const std::lock_guard lock(mutex_);
    return record_;
}

void WorkQueue::stop() {
    Threads threads;
    {
        std::unique_lock lock(mutex_);
        is_stopping_ = true;
        while (!idle_.empty())
            call_one();
        // Each thread moves itself to `ended_`.
        all_ended_.wait(lock, [this] { return threads_.empty(); });
        threads.swap(ended_);
    }
    for (std::thread& thread : threads)
        thread.join();
}

void WorkQueue::abandon() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        jobs_.clear();
    }
    stop();
}

// Returns false if the thread must end: the queue is stopped, or `idle_for_` passed without work.
bool WorkQueue::is_given_work(std::unique_lock<std::mutex>& lock, Idler& self) {
    while (jobs_.empty()) {
        if (is_stopping_) return false;
        self.is_called = false;
        idle_.push_back(&self);
        if (self.is_wanted.wait_for(lock, idle_for_, [&self] { return self.is_called; })) continue;
        std::erase(idle_, &self);
        return false;
    }
    return true;
}

void WorkQueue::run(Threads::iterator self) {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    // A new thread inherits the scheduling policy of the thread that submitted the job, which may
    // be running as SCHED_BATCH at the moment.
    pthread_setschedparam(pthread_self(), policy_, &priority_);
    Idler idler;
    std::unique_lock lock(mutex_);
    while (is_given_work(lock, idler)) {
        auto [job, since] = std::move(jobs_.front());
        jobs_.pop_front();
        const auto begun = std::chrono::steady_clock::now();
        ++record_.jobs;
        record_.waited += begun - since;
        lock.unlock();
        job();
        job = nullptr;  // frees what the job holds before the next one runs
        const auto took = std::chrono::steady_clock::now() - begun;
        lock.lock();
        note_time(took);
    }
    ended_.splice(ended_.end(), threads_, self);
    if (threads_.empty()) all_ended_.notify_all();
}

}  // namespace llmapikey::base
