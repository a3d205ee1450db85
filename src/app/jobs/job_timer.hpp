#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.hpp"

namespace llmapikey::app {

enum class AfterJob { pause, go_on };
enum class FirstRun { after_pause, at_once };

// Runs a job again and again on a thread of its own, with a jittered pause between unless the job
// has more to do, until stopped.
class JobTimer {
public:
    using Job = std::function<AfterJob(const std::stop_token& stop)>;

    // `name`: of the thread, at most 15 characters.
    JobTimer(std::string name, base::Millis pause, Job job, FirstRun first = FirstRun::after_pause)
        : name_(std::move(name)), pause_(pause), job_(std::move(job)), first_(first) {}
    ~JobTimer() { stop(); }
    JobTimer(const JobTimer&) = delete;
    JobTimer& operator=(const JobTimer&) = delete;

    void start();
    void request_stop() { thread_.request_stop(); }
    // Tells a run that is under way to stop, and waits for it. Idempotent.
    void stop();
    // Ends a pause that is under way, or the next one. From any thread.
    void wake();

private:
    void run(const std::stop_token& stop);

    const std::string name_;
    const base::Millis pause_;
    const Job job_;
    const FirstRun first_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool is_woken_ = false;
    std::jthread thread_;
};

}  // namespace llmapikey::app
