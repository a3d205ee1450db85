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
    const bool is_held = held && *held;
    lease.renewed_at = is_held ? std::optional(now) : std::nullopt;
    if (is_held) {
        const std::lock_guard lock(mutex_);
        held_.insert(lease.name);
    }
    return is_held;
}

void JobLeases::give_back() {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : held_) {
        const auto released = store_.release(name, process_id_);
        if (!released) ops::log(ops::LogLevel::debug, "a lease was not given back: " + released.error().detail);
    }
    held_.clear();
}

}  // namespace llmapikey::app
