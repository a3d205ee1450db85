#include "app/jobs/jobs.hpp"

#include <algorithm>
#include <stdexcept>

namespace llmapikey::app {

Jobs::Jobs(std::vector<Job> table, JobLeases& leases, ops::Metrics& metrics,
           std::function<void(const std::string& message)> note_failure)
    : leases_(leases), metrics_(metrics), note_failure_(std::move(note_failure)) {
    for (Job& job : table)
        running_.emplace_back(*this, std::move(job));
}

Jobs::Running::Running(Jobs& jobs, Job row)
    : job(std::move(row)),
      lease{job.name, job.lease},
      timer(
          job.name, job.pause, [&jobs, this](const std::stop_token& stop) { return jobs.run(*this, stop); },
          job.first) {}

void Jobs::start() {
    for (Running& each : running_) {
        if (each.job.wanted == Wanted::no) continue;
        if (each.job.counted != Counted::never) metrics_.expect_job(each.job.name);
        each.timer.start();
    }
}

void Jobs::wake(std::string_view name) {
    const auto found =
        std::find_if(running_.begin(), running_.end(), [&](const Running& each) { return each.job.name == name; });
    if (found == running_.end()) throw std::logic_error("no background job is called " + std::string(name));
    found->timer.wake();
}

void Jobs::stop() {
    for (Running& each : running_)
        each.timer.request_stop();
    for (Running& each : running_)
        each.timer.stop();
}

AfterJob Jobs::run(Running& running, const std::stop_token& stop) {
    const Job& job = running.job;
    if (job.lease.count() > 0 && !leases_.hold(running.lease)) return AfterJob::pause;
    const JobRun done = job.run(stop);
    for (const std::string& failure : done.failures)
        note_failure_(std::string(job.name) + ": " + failure);
    if (job.counted == Counted::each_run) metrics_.count_job(job.name, done.failures.empty());
    return done.next;
}

}  // namespace llmapikey::app
