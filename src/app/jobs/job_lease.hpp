#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "app/jobs/leases.hpp"
#include "base/clock.hpp"

namespace llmapikey::app {

// One of several processes does a job; used by the job's own thread.
struct JobLease {
    const char* name;
    base::Seconds duration;  // as long as a run may take; a process that ends in order gives its leases back
    std::optional<std::chrono::steady_clock::time_point> renewed_at{};  // while it is held
};

// The leases of this process.
class JobLeases {
public:
    JobLeases(Leases& store, const base::Clock& clock);

    // Whether this process is the one to do it. Where the database does not say, nobody does.
    // Renewed in good time only, so that an idle process hardly writes. For different leases from
    // different threads.
    bool hold(JobLease& lease);
    // Gives back every lease that this process has held, so that others need not wait for it to run
    // out.
    void give_back();

private:
    Leases& store_;
    const base::Clock& clock_;
    const std::string process_id_;
    std::mutex mutex_;
    std::set<std::string> held_;  // names
};

}  // namespace llmapikey::app
