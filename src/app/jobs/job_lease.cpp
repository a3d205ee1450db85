#include "app/jobs/job_lease.hpp"

#include "base/crypto.hpp"
#include "ops/log.hpp"

namespace llmapikey::app {

JobLeases::JobLeases(Leases& store, const base::Clock& clock)
    : store_(store), clock_(clock), process_id_(base::random_uuid()) {}

bool JobLeases::hold(JobLease& lease) {
    const auto now = std::chrono::steady_clock::now();
    if (lease.renewed_at && now - *lease.renewed_at < lease.duration / 3) return true;
    const auto held = store_.acquire(lease.name, process_id_, clock_.now(), lease.duration);
    if (!held) ops::log(ops::LogLevel::warn, std::string("the lease ") + lease.name + ": " + held.error().detail);
    lease.renewed_at = held && *held ? std::optional(now) : std::nullopt;
    return held && *held;
}

void JobLeases::give_back(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const auto released = store_.release(name, process_id_);
        if (!released) ops::log(ops::LogLevel::debug, "a lease was not given back: " + released.error().detail);
    }
}

}  // namespace llmapikey::app
