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

// Threads that run jobs in the order of their arrival, from a queue of bounded length. They are
// started when there is work for them, and end when there has been none for a while: work goes to
// the one that was busy last, so that those a peak leaves behind are not kept by turns. They are
// scheduled as the thread that made the queue. Thread-safe.
class WorkQueue {
public:
    using Job = std::function<void()>;  // must not throw

    // `threads`: at the most. `longest_wait`: a job that would wait longer, as far as can be told
    // from those that ran lately, is refused; 0: none is. `idle_for`: after so long without work a
    // thread ends.
    WorkQueue(std::string name, int threads, std::size_t waiting_max, Millis wait_max = Millis{0},
              Millis idle_for = Millis{30'000});
    ~WorkQueue();  // as stop()
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    // False, and the job is dropped, if too many wait or the queue is stopped, or no thread is to
    // be had.
    [[nodiscard]] bool try_submit(Job job);
    // Whether a job would be refused now: asked before a costly one is made.
    bool is_full() const;
    std::size_t waiting() const;
    std::size_t threads() const;  // that run now
    const std::string& name() const { return name_; }
    // Since the start: jobs that a thread took up, and how long they had waited for that, all
    // together.
    struct Record {
        std::uint64_t jobs = 0;
        std::chrono::duration<double> waited{0};
    };
    Record record() const;
    // Refuses new jobs, runs those that wait, joins. Idempotent.
    void stop();
    // As stop(), but drops the jobs that wait; those that run are finished.
    void abandon();

private:
    using Threads = std::list<std::thread>;
    struct Waiting {
        Job job;
        std::chrono::steady_clock::time_point since;
    };
    // A thread that waits for work, and how it is told of some.
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
    int policy_ = 0;  // of scheduling
    sched_param priority_{};
    mutable std::mutex mutex_;
    std::condition_variable all_ended_;
    std::deque<Waiting> jobs_;
    Record record_;
    bool is_stopping_ = false;
    const std::size_t threads_max_;
    std::vector<Idler*> idle_;                     // those not called yet; the last has waited least
    std::chrono::duration<double> usual_time_{0};  // of a job, lately
    Threads threads_;
    Threads ended_;  // to be joined
};

}  // namespace llmapikey::base
