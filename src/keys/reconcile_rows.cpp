// Rows whose keys are gone, expired or changed upstream.
#include <algorithm>

#include "base/crypto.hpp"
#include "keys/key_synchronization.hpp"
#include "keys/reconcile_pass.hpp"

namespace llmapikey {
namespace {

// If more keys than this, and more than half of all, are unknown upstream, we are probably looking
// in the wrong account.
constexpr std::int64_t few_missing = 5;
constexpr std::size_t token_bytes = 12;

bool is_same_wish(const Grant& left, const Grant& right) {
    return left.status == right.status && left.unsynced == right.unsynced && left.is_disabled == right.is_disabled &&
           left.daily_limit == right.daily_limit && left.carried_until == right.carried_until;
}

}  // namespace

base::Result<void> Reconciler::find_missing(Pass& pass, const std::stop_token&) {
    std::string after_id;
    while (true) {
        const auto page = TRY(parts_.admin.list_active(after_id, rows_per_batch));
        if (page.empty()) return {};
        pass.active_rows += static_cast<std::int64_t>(page.size());
        for (const Grant& grant : page) {
            const bool is_listed =
                std::binary_search(pass.seen.begin(), pass.seen.end(), fingerprint_of(grant.delete_handle));
            const bool is_of_before = grant.attempted_at + options_.settle_time <= pass.begun_at;
            pass.has_adopted |= grant.nonce.empty();
            if (is_listed || !is_of_before || grant.missing_since) continue;
            ++pass.missing_count;
            if (pass.missing.size() < missing_per_pass_max) pass.missing.push_back(grant);
        }
        after_id = page.back().id;
    }
}

// The row stays with its handle, so that a key that appears again is recognized.
base::Result<void> Reconciler::mark_missing(Pass& pass, const std::stop_token& stop) {
    const bool is_elsewhere = pass.missing_count > few_missing && pass.missing_count * 2 > pass.active_rows;
    std::vector<std::string> gone;
    for (const Grant& grant : pass.missing) {
        if (stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        Finding finding{Finding::Kind::missing, grant.github_user_id, grant.delete_handle, false,
                        "upstream does not know the key"};
        if (is_elsewhere) {
            const ProviderVariables& variables = parts_.provider.traits().variables;
            finding.note = "most keys are unknown upstream: is " + std::string(variables.management_key) +
                           (variables.workspace.empty() ? "" : " or " + std::string(variables.workspace)) +
                           " another one than before?";
            pass.report.add(std::move(finding));
            continue;
        }
        const auto key = parts_.provider.get(grant.delete_handle, base::Deadline::after(options_.call_timeout));
        if (key) continue;  // the key exists, although the list lacks it
        if (key.error().code != base::Errc::not_found) {
            finding.note = "it is not listed, and could not be looked at";
            TRY(note_failure(std::move(finding), key.error(), pass));
            continue;
        }
        pass.watch.note_success();
        if (options_.repair == Repair::fix) gone.push_back(grant.id);
        finding.is_fixed = options_.repair == Repair::fix;
        if (finding.is_fixed) record(finding, "reconcile.missing");
        pass.report.add(std::move(finding));
    }
    if (options_.repair != Repair::fix) return {};
    const auto marked = parts_.admin.set_missing(gone, pass.begun_at);
    return marked ? parts_.admin.set_missing(pass.found_again, std::nullopt) : marked;
}

base::Result<void> Reconciler::mend_drifts(Pass& pass, const std::stop_token& stop) {
    for (const Grant& grant : pass.drifted) {
        if (stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        TRY(mend_drift(grant, pass));
    }
    return {};
}

// Looks again first, at upstream between two looks at the row: what was changed while the list was
// read is no drift.
base::Result<void> Reconciler::mend_drift(const Grant& seen, Pass& pass) {
    const auto before = TRY(parts_.admin.find_grant(seen.id));
    const auto key = parts_.provider.get(seen.delete_handle, base::Deadline::after(options_.call_timeout));
    const auto after = TRY(parts_.admin.find_grant(seen.id));
    Finding finding{Finding::Kind::drift, seen.github_user_id, seen.delete_handle, false, ""};
    if (!key && key.error().code == base::Errc::not_found) return {};  // gone since then: the next run reports it
    if (!key) {
        finding.note = "it could not be looked at again";
        return note_failure(std::move(finding), key.error(), pass);
    }
    pass.watch.note_success();
    if (!before || !after || !is_same_wish(*before, *after)) return {};
    const Drift drift = drift_between(*key, *after, parts_.clock.now());
    if (!is_drift(drift)) return {};
    finding.note = describe(drift);
    const auto told = told_.find(seen.delete_handle);
    const bool is_known = told != told_.end() && told->second.what == finding.note;
    if (options_.repair != Repair::fix || is_known) {
        if (is_known) finding.note += "; it could not be mended";
        pass.report.add(std::move(finding));
        return {};
    }
    const std::string what = finding.note;
    const auto mended = mend(drift, *after);
    finding.is_fixed = mended.has_value();
    if (!mended) finding.note += ": " + mended.error().detail;
    record(finding, "reconcile.drift");
    if (mended) {
        pass.report.add(std::move(finding));
        return {};
    }
    told_[seen.delete_handle] = {what, pass.begun_at};
    finding.note = what;
    return note_failure(std::move(finding), mended.error(), pass);
}

base::Result<void> Reconciler::mend(const Drift& drift, const Grant& grant) {
    if (drift.expires_at) {
        TRY(parts_.admin.set_expiry(grant.id, *drift.expires_at));
    }
    if (!drift.is_looser && !drift.stricter.is_disabled && !drift.stricter.daily_limit) return {};
    const auto changed = TRY(parts_.admin.begin_change(grant.id, drift.stricter, base::random_token(token_bytes)));
    return synchronize_key(parts_.admin, parts_.provider, changed, parts_.clock.now(),
                           base::Deadline::after(options_.call_timeout));
}

// Revokes expired keys, so that nothing is left upstream and the seat is free. The row of a
// disabled key stays: its recipient must not get another key by waiting.
base::Result<void> Reconciler::end_expired(Pass& pass, const std::stop_token& stop) {
    const auto rows = TRY(parts_.admin.list_expired(pass.begun_at, rows_per_batch));
    for (const Grant& grant : rows) {
        if (stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        Finding finding{Finding::Kind::expired, grant.github_user_id, grant.delete_handle, false, "expired"};
        const auto ended = end_expired_one(grant, pass.begun_at, finding);
        if (ended) {
            pass.watch.note_success();
            pass.report.add(std::move(finding));
            continue;
        }
        TRY(note_failure(std::move(finding), ended.error(), pass));
    }
    return {};
}

base::Result<void> Reconciler::end_expired_one(const Grant& grant, base::Timestamp now, Finding& finding) {
    const base::Deadline deadline = base::Deadline::after(options_.call_timeout);
    // Our expiry of an adopted key is a guess, so upstream is asked.
    const auto key = grant.nonce.empty() ? parts_.provider.get(grant.delete_handle, deadline)
                                         : base::Result<UpstreamKey>(UpstreamKey{});
    if (!key && key.error().code != base::Errc::not_found) return tl::unexpected(key.error());
    if (options_.repair != Repair::fix) return {};
    const bool lives_on = grant.nonce.empty() && key && !(key->expires_at && *key->expires_at <= now);
    if (lives_on) {
        const base::Timestamp never = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
        TRY(parts_.admin.set_expiry(grant.id, key->expires_at.value_or(never)));
        finding.note = "it does not expire yet, says upstream";
    } else {
        const auto ended = parts_.revocation.revoke(grant.id, reconciler_actor, "expired", std::nullopt, deadline,
                                                    EndsWhat::active_key);
        if (!ended && ended.error().code != base::Errc::not_found) return tl::unexpected(ended.error());
    }
    finding.is_fixed = true;
    return {};
}

}  // namespace llmapikey
