#pragma once

#include <deque>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/jobs/job_lease.hpp"
#include "app/jobs/job_timer.hpp"
#include "base/clock.hpp"
#include "ops/metrics.hpp"

namespace llmapikey::app {

// What came of one run of a job.
struct JobRun {
    AfterJob next = AfterJob::pause;
    std::vector<std::string> failures = {};  // for the log and the console; empty: all went well
};

enum class Wanted { no, yes };  // whether this process does the job at all

// Whether /metrics counts the runs of a job: Jobs does, or the job itself, or nobody.
enum class Counted { never, by_itself, each_run };

// One row of the table of background jobs (src/app/composition.cpp).
struct Job {
    const char* name;    // of its thread, in /metrics and in the log; at most 15 characters
    base::Millis pause;  // between two runs; jittered
    // For as long as a run may take, only one of all processes does it; 0: each process does it.
    base::Seconds lease;
    Counted counted;
    Wanted wanted;
    FirstRun first;
    std::function<JobRun(const std::stop_token& stop)> run;
};

// Runs a table of jobs, each on a thread of its own, and reports what they come to.
class Jobs {
public:
    // `note_failure`: called on the threads of the jobs. All must outlive the jobs.
    Jobs(std::vector<Job> table, JobLeases& leases, ops::Metrics& metrics,
         std::function<void(const std::string& message)> note_failure);
    ~Jobs() { stop(); }
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    // Starts those that are wanted.
    void start();
    // Ends the pause of the job with this name, which must be in the table. From any thread.
    void wake(std::string_view name);
    // Tells all runs that are under way to stop, and waits for them. Idempotent.
    void stop();

private:
    struct Running {
        Running(Jobs& jobs, Job row);
        const Job job;
        JobLease lease;
        JobTimer timer;
    };
    AfterJob run(Running& running, const std::stop_token& stop);

    JobLeases& leases_;
    ops::Metrics& metrics_;
    const std::function<void(const std::string&)> note_failure_;
    std::deque<Running> running_;  // a deque, since a timer cannot be moved
};

}  // namespace llmapikey::app
