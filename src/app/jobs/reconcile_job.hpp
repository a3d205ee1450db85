#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "app/database.hpp"
#include "app/jobs/job_lease.hpp"
#include "keys/reconciliation.hpp"
#include "ops/metrics.hpp"

namespace llmapikey::app {

// Compares all of upstream's keys with the database from time to time, in one process at a time by
// a lease, and less often where that takes long. What is found and mended goes to the log, the
// audit log (by the reconciler), /metrics and the console. For one thread.
class ReconcileJob {
public:
    struct Parts {
        Stores& stores;
        JobLeases& leases;
        ops::Metrics& metrics;
        Reconciler& reconciler;
        const base::Clock& clock;
        std::function<void(const std::string& message)> note_failure;
        std::function<void(ReconcileReport& report, const std::stop_token& stop)> look_further;
        std::string provider;  // its name, for messages
    };
    // `every`: at least so long between two runs. `database`: for messages.
    ReconcileJob(Parts parts, base::Seconds every, std::string database)
        : parts_(std::move(parts)), every_(every), database_(std::move(database)) {}

    // Does nothing if it is not yet time, or another process's turn.
    void run_if_due(const std::stop_token& stop);

private:
    void note_left_alone(const ReconcileReport& report, std::map<std::string, std::string>& facts);

    const Parts parts_;
    const base::Seconds every_;
    const std::string database_;
    JobLease lease_{"reconcile", base::Seconds{20}};
    std::chrono::steady_clock::time_point next_{};
    std::string left_alone_;  // what the log was told of last
};

}  // namespace llmapikey::app
