#include "keys/reconciliation.hpp"

#include <algorithm>

#include "audit/audited.hpp"
#include "keys/reconcile_pass.hpp"
#include "providers/upstream_scan.hpp"

namespace llmapikey {
namespace {

constexpr std::chrono::days told_again_after{1};  // for drifts and revocations that failed

std::string subject_of_key(const Finding& finding) {
    return "account:" + finding.github_user_id.text() + " key:" + finding.delete_handle;
}

}  // namespace

// Records a repair in the audit log. If that fails, the repair still counts.
void Reconciler::record(const Finding& finding, const std::string& action) {
    Audited audited(parts_.audit, parts_.clock, reconciler_actor, action, subject_of_key(finding), finding.note);
    if (finding.is_fixed) {
        (void)audited.done();
    } else {
        (void)audited.failed({base::Errc::internal, finding.note, {}});
    }
}

// Reports a single failure, whose finding stays open. Returns an error if the next items would fail
// as well.
base::Result<void> Reconciler::note_failure(Finding finding, const base::Error& error, Pass& pass) {
    finding.note += (finding.note.empty() ? "" : ": ") + error.detail;
    pass.report.add(std::move(finding));
    return pass.watch.note_failure(error) ? base::Result<void>(tl::unexpected(error)) : base::Result<void>{};
}

base::Result<ReconcileReport> Reconciler::run(base::Deadline deadline, const std::stop_token& stop) {
    Pass pass;
    pass.begun_at = parts_.clock.now();
    TRY(compare_all(deadline, stop, pass));
    pass.report.upstream_keys = static_cast<std::int64_t>(pass.seen.size());
    first_seen_ = std::move(pass.young);
    std::erase_if(told_, [&](const auto& each) { return each.second.at + told_again_after <= pass.begun_at; });
    // Keys that cost money unseen are ended first, because the run may be cut off.
    for (const auto step : {&Reconciler::find_missing, &Reconciler::end_unknown, &Reconciler::end_expired,
                            &Reconciler::mark_missing, &Reconciler::mend_drifts}) {
        if (stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        TRY((this->*step)(pass, stop));
    }
    TRY(parts_.history.prune(attempt_memory));
    return std::move(pass.report);
}

base::Result<void> Reconciler::compare_all(base::Deadline deadline, const std::stop_token& stop, Pass& pass) {
    base::Result<void> compared{};
    std::vector<UpstreamKey> page;
    const auto flush = [&] {
        compared = compare_page(page, pass);
        page.clear();
    };
    const auto visit = [&](const UpstreamKey& key) {
        page.push_back(key);
        if (page.size() >= static_cast<std::size_t>(rows_per_batch)) flush();
        return compared ? Scan::go_on : Scan::stop;
    };
    TRY(scan_upstream_keys(parts_.provider, {deadline, options_.call_timeout, stop}, visit));
    if (compared) flush();
    std::sort(pass.seen.begin(), pass.seen.end());
    return compared;
}

base::Result<void> Reconciler::compare_page(const std::vector<UpstreamKey>& page, Pass& pass) {
    std::vector<std::string> handles, nonces;
    std::vector<std::pair<const UpstreamKey*, Name>> keys, unknown;
    for (const UpstreamKey& key : page) {
        pass.seen.push_back(fingerprint_of(key.delete_handle));
        auto name = parse_upstream_key_name(key.name);
        handles.push_back(key.delete_handle);
        if (name && !name->nonce.empty()) nonces.push_back(name->nonce);
        keys.emplace_back(&key, std::move(name));
    }
    // The rows are read after the page: the row of an attempt exists before its key, so a key that
    // no row knows now has been given up by the process that made it.
    const auto known = TRY(page.empty() ? std::vector<Grant>{} : parts_.admin.find_known(handles, nonces));
    for (auto& [key, name] : keys) {
        const auto grant = std::find_if(known.begin(), known.end(), [&, &key = key, &name = name](const auto& each) {
            const bool is_of_attempt = name && !name->nonce.empty() && each.nonce == name->nonce;
            const bool may_become = each.delete_handle.empty() && each.status != GrantStatus::waiting;
            return each.delete_handle == key->delete_handle || (is_of_attempt && may_become);
        });
        if (grant != known.end()) {
            compare(*key, *grant, pass);
        } else if (name && is_old_enough(*key, pass)) {
            unknown.emplace_back(key, std::move(name));
        }
    }
    return judge_unknown(unknown, pass);
}

void Reconciler::compare(const UpstreamKey& key, const Grant& grant, Pass& pass) {
    if (grant.status != GrantStatus::active || grant.delete_handle != key.delete_handle) return;
    if (grant.missing_since && pass.found_again.size() < missing_per_pass_max) pass.found_again.push_back(grant.id);
    const bool has_drifted = is_drift(drift_between(key, grant, pass.begun_at));
    if (has_drifted && pass.drifted.size() < mended_per_pass_max) pass.drifted.push_back(grant);
}

}  // namespace llmapikey
