#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"

namespace llmapikey::base {

// Threads that run jobs in the order of their arrival, from a queue of bounded length. They are started when there is
// work for them, and end when there has been none for a while. Thread-safe.
class WorkQueue {
public:
    using Job = std::function<void()>;  // must not throw

    // `threads`: at the most. `longest_wait`: a job that would wait longer, as far as can be told from those that ran
    // lately, is refused; 0: none is.
    WorkQueue(std::string name, int threads, std::size_t max_waiting, Millis longest_wait = Millis{0});
    ~WorkQueue();  // as stop()
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    // False, and the job is dropped, if too many wait or the queue is stopped, or no thread is to be had.
    [[nodiscard]] bool try_submit(Job job);
    // Whether a job would be refused now: asked before a costly one is made.
    bool is_full() const;
    std::size_t waiting() const;
    // Refuses new jobs, runs those that wait, joins. Idempotent.
    void stop();
    // As stop(), but drops the jobs that wait; those that run are finished.
    void abandon();

private:
    using Threads = std::list<std::thread>;
    void run(Threads::iterator self);
    bool start_thread();
    bool takes_another() const;
    void note_time(std::chrono::steady_clock::duration took);

    const std::string name_;
    const std::size_t max_waiting_;
    const Millis longest_wait_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::condition_variable all_ended_;
    std::deque<Job> jobs_;
    bool is_stopping_ = false;
    const std::size_t most_threads_;
    std::size_t idle_ = 0;                         // threads that wait for work
    std::chrono::duration<double> usual_time_{0};  // of a job, lately
    Threads threads_;
    Threads ended_;  // to be joined
};

}  // namespace llmapikey::base
