#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "grant/key_name.hpp"
#include "keys/admin_store.hpp"
#include "keys/attempt_history.hpp"
#include "keys/drift.hpp"
#include "keys/key_store.hpp"
#include "keys/reconcile_report.hpp"
#include "keys/revocation.hpp"
#include "providers/key_provider.hpp"
#include "providers/outage.hpp"

namespace llmapikey {

enum class Repair { report_only, fix };

struct ReconcileOptions {
    Repair repair = Repair::report_only;
    bool ends_older = false;  // also end keys that are named as by an older deployment and that no row knows
    base::Seconds settle_time{30};
    base::Seconds call_timeout{15};
    // Asked before keys of another life of the installation are ended, with a description and the
    // reason why they were left alone. If it is empty, they are only reported.
    std::function<bool(const UnrememberedKeys& keys, const std::string& why)> may_end_unremembered = {};
};

struct ReconcileParts {
    KeyStore& store;
    AdminStore& admin;
    KeyProvider& provider;
    Revocation& revocation;
    AuditLog& audit;
    AttemptHistory& history;
    const NonceMaker& nonces;
    const base::Clock& clock;
};

// Compares all of upstream's keys with all rows and, with Repair::fix, repairs the differences by
// the rules of docs/guarantees.md. Holds one page of each at a time, and a few bytes for each key
// upstream. What cannot be repaired is reported, and does not stop the rest. Safe to run anywhere,
// any number of times at once. Blocking; use one thread at a time.
class Reconciler {
public:
    Reconciler(ReconcileParts parts, ReconcileOptions options) : parts_(parts), options_(std::move(options)) {}

    // Fails as the stores and the provider do if the list cannot be read or an outage ends the run.
    // Repairs made until then remain.
    base::Result<ReconcileReport> run(base::Deadline deadline, const std::stop_token& stop);

private:
    struct Pass;
    struct Unknown;
    using Name = std::optional<UpstreamKeyName>;
    base::Result<void> compare_all(base::Deadline deadline, const std::stop_token& stop, Pass& pass);
    base::Result<void> compare_page(const std::vector<UpstreamKey>& page, Pass& pass);
    void compare(const UpstreamKey& key, const Grant& grant, Pass& pass);
    bool is_old_enough(const UpstreamKey& key, Pass& pass) const;
    base::Result<void> judge_unknown(const std::vector<std::pair<const UpstreamKey*, Name>>& keys, Pass& pass);
    base::Result<void> decide_on_unremembered(Pass& pass);
    base::Result<void> end_one(Unknown& unknown, Pass& pass);
    base::Result<void> mend_drift(const Grant& seen, Pass& pass);
    base::Result<void> mend(const Drift& drift, const Grant& grant);
    base::Result<void> end_expired_one(const Grant& grant, base::Timestamp now, Finding& finding);
    base::Result<void> note_failure(Finding finding, const base::Error& error, Pass& pass);
    void record(const Finding& finding, const std::string& action);
    // The steps of a run after the list is read.
    base::Result<void> find_missing(Pass& pass, const std::stop_token& stop);
    base::Result<void> end_unknown(Pass& pass, const std::stop_token& stop);
    base::Result<void> end_expired(Pass& pass, const std::stop_token& stop);
    base::Result<void> mark_missing(Pass& pass, const std::stop_token& stop);
    base::Result<void> mend_drifts(Pass& pass, const std::stop_token& stop);

    const ReconcileParts parts_;
    const ReconcileOptions options_;
    // By handle, the time when this process first saw a key that was too young by upstream's clock.
    // Clocks can differ.
    std::map<std::string, base::Timestamp> first_seen_;
    // By handle, a repair that failed, and when that was found. The audit log gets it once until
    // told_again_after is over; a drift is not retried before that.
    struct Told {
        std::string what;
        base::Timestamp at;
    };
    std::map<std::string, Told> told_;
};

}  // namespace llmapikey
