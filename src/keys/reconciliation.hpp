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
    bool ends_older = false;  // keys with the name of an older deployment that no row knows
    base::Seconds settle_time{30};
    base::Seconds call_timeout{15};
    // Asked before keys of another life of the installation are ended, with what they are and why
    // they were left alone. Without it they are reported.
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

// Compares all of upstream's keys with all rows, and on Repair::fix mends what differs, by the
// rules of docs/guarantees.md. Holds a page of each at a time, and a few bytes for each key
// upstream. What cannot be mended is reported, and keeps nothing else from it. Safe to run
// anywhere, any number of times at once. Blocking; for one thread at a time.
class Reconciler {
public:
    Reconciler(ReconcileParts parts, ReconcileOptions options) : parts_(parts), options_(std::move(options)) {}

    // Fails as the stores and the provider do, where the list cannot be read or an outage ends it;
    // what was mended by then stays so.
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
    // The steps of a run, after the list was read.
    base::Result<void> find_missing(Pass& pass, const std::stop_token& stop);
    base::Result<void> end_unknown(Pass& pass, const std::stop_token& stop);
    base::Result<void> end_expired(Pass& pass, const std::stop_token& stop);
    base::Result<void> mark_missing(Pass& pass, const std::stop_token& stop);
    base::Result<void> mend_drifts(Pass& pass, const std::stop_token& stop);

    const ReconcileParts parts_;
    const ReconcileOptions options_;
    // Orphans that were too young by upstream's clock, by handle: when this process first saw them.
    // Clocks can differ.
    std::map<std::string, base::Timestamp> first_seen_;
    // What could not be mended of a key, by handle, and when that was found: told once, and tried
    // again after a while.
    struct Told {
        std::string what;
        base::Timestamp at;
    };
    std::map<std::string, Told> told_;
};

}  // namespace llmapikey
