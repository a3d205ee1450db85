#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace llmapikey::base {

// A thread pool that runs jobs in the order of their arrival, from a queue of bounded length.
// Threads start on demand and end when idle. The thread that was busy last gets the next job, so
// that surplus threads after a peak stay idle and end. The threads have the scheduling policy of
// the thread that made the queue. Thread-safe.
class WorkQueue {
public:
    using Job = std::function<void()>;  // must not throw

    // `threads`: the maximum. `waiting_max`: how many jobs may wait. `wait_max`: a job is refused
    // if its wait, estimated from recent jobs, would be longer; 0 means no bound. `idle_for`: a
    // thread ends after so long without work.
    WorkQueue(std::string name, int threads, std::size_t waiting_max, Millis wait_max = Millis{0},
              Millis idle_for = Millis{30'000});
    ~WorkQueue();  // as stop()
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    // Returns false and drops the job if too many jobs wait, the queue is stopped, or the system
    // provides no thread.
    [[nodiscard]] bool try_submit(Job job);
    // Returns whether a job would be refused now. Callers ask this before they make a costly job.
    bool is_full() const;
    std::size_t waiting() const;
    std::size_t threads() const;  // running now
    const std::string& name() const { return name_; }
    // The number of jobs that threads took up since the start, and the sum of their waiting times.
    struct Record {
        std::uint64_t jobs = 0;
        std::chrono::duration<double> waited{0};
    };
    Record record() const;
    // Refuses new jobs, runs the waiting ones and joins the threads. Idempotent.
    void stop();
    // Works like stop(), but drops the waiting jobs. Running jobs are finished.
    void abandon();

private:
    using Threads = std::list<std::thread>;
    struct Waiting {
        Job job;
        std::chrono::steady_clock::time_point since;
    };
    // A thread that waits for work, and the condition variable that wakes it.
    struct Idler {
        std::condition_variable is_wanted;
        bool is_called = false;
    };
    void run(Threads::iterator self);
    bool is_given_work(std::unique_lock<std::mutex>& lock, Idler& self);
    void call_one();
    bool start_thread();
    bool takes_another() const;
    void note_time(std::chrono::steady_clock::duration took);

    const std::string name_;
    const std::size_t waiting_max_;
    const Millis wait_max_, idle_for_;
    int policy_ = 0;  // scheduling policy of the threads
    sched_param priority_{};
    mutable std::mutex mutex_;
    std::condition_variable all_ended_;
    std::deque<Waiting> jobs_;
    Record record_;
    bool is_stopping_ = false;
    const std::size_t threads_max_;
    std::vector<Idler*> idle_;                     // not called yet; the last one has waited least
    std::chrono::duration<double> usual_time_{0};  // moving average of a job's duration
    Threads threads_;
    Threads ended_;  // to be joined
};

}  // namespace llmapikey::base
