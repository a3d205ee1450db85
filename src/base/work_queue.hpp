#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace llmapikey::base {

// A fixed number of threads that run jobs in the order of their arrival, from a queue of bounded length. Thread-safe.
class WorkQueue {
public:
    using Job = std::function<void()>;  // must not throw

    WorkQueue(std::string name, int threads, std::size_t max_waiting);
    ~WorkQueue();  // as stop()
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    // False, and the job is dropped, if the queue is full or stopped.
    [[nodiscard]] bool try_submit(Job job);
    std::size_t waiting() const;
    // Refuses new jobs, runs those that wait, joins. Idempotent.
    void stop();
    // As stop(), but drops the jobs that wait; those that run are finished.
    void abandon();

private:
    void run();

    const std::string name_;
    const std::size_t max_waiting_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Job> jobs_;
    bool is_stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace llmapikey::base
