#include "service/reconciliation.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/crypto.hpp"
#include "service/audited.hpp"
#include "service/key_synchronization.hpp"
#include "service/outage.hpp"
#include "service/upstream_scan.hpp"

namespace llmapikey::service {
namespace {

constexpr int rows_at_once = 200;
constexpr std::size_t most_orphans_at_once = 2'000;
constexpr std::size_t most_missing_at_once = 200;
// More rows than this and than half of all whose keys are unknown upstream: we are looking in the wrong place.
constexpr std::int64_t few_missing = 5;
constexpr std::size_t token_bytes = 12;
const Initiator reconciler{"system", "reconciler"};

// Eight bytes of a handle. Handles are random, so a chance that two share them is nothing to reckon with.
std::uint64_t fingerprint_of(const std::string& handle) {
    return std::hash<std::string>{}(handle);
}

std::string subject_of_key(const Finding& finding) {
    return "account:" + finding.github_user_id.text() + " key:" + finding.delete_handle;
}

bool is_drift(const Drift& drift) {
    return drift.is_looser || drift.stricter.is_disabled || drift.stricter.daily_limit || drift.expires_at;
}

// The stricter of the two holds: a cap that is lower upstream, or a key that is switched off there, may be somebody's
// emergency; a cap that is higher there costs money that nobody meant to spend. A change on its way is no drift.
Drift drift_between(const UpstreamKey& key, const domain::Grant& grant, base::Timestamp now) {
    Drift drift;
    if (!grant.unsynced.empty()) return drift;
    const base::MicroUsd agreed = domain::limit_at(grant, now);
    drift.is_looser =
        !key.limit || *key.limit > agreed || key.limit_reset != "daily" || (!key.is_disabled && grant.is_disabled);
    if (key.is_disabled && !grant.is_disabled) drift.stricter.is_disabled = true;
    if (key.limit && *key.limit < agreed && !grant.carried_until) drift.stricter.daily_limit = *key.limit;
    // Of an adopted key upstream knows the time; of one that we made, the earlier time counts.
    const bool is_earlier = key.expires_at && *key.expires_at < grant.expires_at;
    const bool is_other = key.expires_at && *key.expires_at != grant.expires_at;
    if (is_earlier || (is_other && grant.nonce.empty())) drift.expires_at = key.expires_at;
    return drift;
}

std::string describe(const Drift& drift) {
    std::string text;
    const auto add = [&](const char* words) { text += (text.empty() ? "" : "; ") + std::string(words); };
    if (drift.is_looser) add("upstream allowed more than was agreed");
    if (drift.stricter.is_disabled) add("it was switched off upstream");
    if (drift.stricter.daily_limit) add("its cap was lowered upstream");
    if (drift.expires_at) add("it expires at another time");
    return text;
}

bool is_same_wish(const domain::Grant& left, const domain::Grant& right) {
    return left.status == right.status && left.unsynced == right.unsynced && left.is_disabled == right.is_disabled &&
           left.daily_limit == right.daily_limit && left.carried_until == right.carried_until;
}

}  // namespace

std::string_view to_text(Finding::Kind kind) {
    switch (kind) {
        case Finding::Kind::orphan:
            return "orphan";
        case Finding::Kind::older:
            return "older";
        case Finding::Kind::unverified:
            return "unverified";
        case Finding::Kind::missing:
            return "missing";
        case Finding::Kind::expired:
            return "expired";
        case Finding::Kind::drift:
            return "drift";
        case Finding::Kind::unsettled:
            return "unsettled";
        case Finding::Kind::revoking:
            return "revoking";
        case Finding::Kind::replacing:
            return "replacing";
        case Finding::Kind::guardrail:
            return "guardrail";
        case Finding::Kind::unguarded:
            return "unguarded";
    }
    return "";
}

void ReconcileReport::add(Finding finding) {
    KindCount& count = counts[finding.kind];
    ++count.found;
    if (finding.is_fixed) ++count.fixed;
    if (findings.size() < most_listed) findings.push_back(std::move(finding));
}

bool ReconcileReport::is_clean() const {
    return std::all_of(counts.begin(), counts.end(), [](const auto& each) {
        return each.first == Finding::Kind::unverified || each.second.found == each.second.fixed;
    });
}

std::string summary_of(const ReconcileReport& report) {
    std::string text = std::to_string(report.upstream_keys) + " keys upstream";
    for (const auto& [kind, count] : report.counts) {
        text += ", " + std::string(to_text(kind)) + " " + std::to_string(count.found);
        if (kind != Finding::Kind::unverified) text += " (mended " + std::to_string(count.fixed) + ")";
    }
    return text;
}

// What one run knows.
struct Reconciler::Pass {
    base::Timestamp begun_at;
    ReconcileReport report;
    std::vector<std::uint64_t> seen;     // fingerprints of upstream's handles, sorted when the list is read
    std::vector<Finding> orphans;        // ended after the list is read, so that reading it is not disturbed
    std::vector<domain::Grant> missing;  // the first of them
    std::int64_t missing_count = 0;
    std::vector<std::string> found_again;  // ids of grants
    bool has_adopted = false;              // this database is an older deployment's heir
    std::map<std::string, base::Timestamp> young;
    std::unordered_set<std::uint64_t> judged;  // fingerprints of keys that no row knows
};

// What a mend leaves in the audit log; a failure to write it is the run's problem, not the mend's.
void Reconciler::record(const Finding& finding, const std::string& action) {
    Audited audited(parts_.audit, parts_.clock, reconciler, action, subject_of_key(finding), finding.note);
    if (finding.is_fixed) {
        (void)audited.done();
    } else {
        (void)audited.failed({base::Errc::internal, finding.note, {}});
    }
}

base::Result<ReconcileReport> Reconciler::run(base::Deadline deadline, const std::stop_token& stop) {
    Pass pass;
    pass.begun_at = parts_.clock.now();
    base::Result<void> compared{};
    std::vector<UpstreamKey> page;
    const auto flush = [&] {
        compared = compare_page(page, pass);
        page.clear();
    };
    const auto visit = [&](const UpstreamKey& key) {
        page.push_back(key);
        if (page.size() >= static_cast<std::size_t>(rows_at_once)) flush();
        return compared && !stop.stop_requested() ? Scan::go_on : Scan::stop;
    };
    const auto scanned = scan_upstream_keys(parts_.provider, {deadline, options_.call_timeout}, visit);
    if (compared && scanned) flush();
    if (!scanned) return tl::unexpected(scanned.error());
    if (!compared) return tl::unexpected(compared.error());
    if (stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
    std::sort(pass.seen.begin(), pass.seen.end());
    pass.seen.erase(std::unique(pass.seen.begin(), pass.seen.end()), pass.seen.end());
    pass.report.upstream_keys = static_cast<std::int64_t>(pass.seen.size());
    first_seen_ = std::move(pass.young);
    for (const auto step : {&Reconciler::find_missing, &Reconciler::end_orphans, &Reconciler::end_expired}) {
        const auto done = (this->*step)(pass);
        if (!done) return tl::unexpected(done.error());
    }
    return std::move(pass.report);
}

base::Result<void> Reconciler::compare_page(const std::vector<UpstreamKey>& page, Pass& pass) {
    std::vector<std::string> handles, nonces;
    std::vector<std::pair<const UpstreamKey*, std::optional<domain::UpstreamKeyName>>> keys;
    for (const UpstreamKey& key : page) {
        pass.seen.push_back(fingerprint_of(key.delete_handle));
        auto name = domain::parse_upstream_key_name(key.name);
        handles.push_back(key.delete_handle);
        if (name && !name->nonce.empty()) nonces.push_back(name->nonce);
        keys.emplace_back(&key, std::move(name));
    }
    // After the page was read: the row of an attempt is there before its key is, so a key that no row knows now has
    // been given up by whoever made it.
    const auto known = page.empty() ? std::vector<domain::Grant>{} : parts_.admin.find_known(handles, nonces);
    if (!known) return tl::unexpected(known.error());
    for (const auto& [key, name] : keys) {
        const auto grant = std::find_if(known->begin(), known->end(), [&, &key = key, &name = name](const auto& each) {
            const bool is_of_attempt = name && !name->nonce.empty() && each.nonce == name->nonce;
            const bool may_become = each.delete_handle.empty() && each.status != domain::GrantStatus::waiting;
            return each.delete_handle == key->delete_handle || (is_of_attempt && may_become);
        });
        if (grant != known->end()) {
            compare(*key, *grant, pass);
        } else if (name) {
            judge_unknown(*key, *name, pass);
        }
    }
    return {};
}

void Reconciler::compare(const UpstreamKey& key, const domain::Grant& grant, Pass& pass) {
    if (grant.status != domain::GrantStatus::active || grant.delete_handle != key.delete_handle) return;
    if (grant.missing_since && pass.found_again.size() < most_missing_at_once) pass.found_again.push_back(grant.id);
    if (is_drift(drift_between(key, grant, pass.begun_at))) mend_drift(grant, pass);
}

// Looks again first, at upstream between two looks at the row: what was changed while the list was read is no drift.
void Reconciler::mend_drift(const domain::Grant& seen, Pass& pass) {
    const base::Deadline deadline = base::Deadline::after(options_.call_timeout);
    const auto before = parts_.admin.find_grant(seen.id);
    const auto key = parts_.provider.get(seen.delete_handle, deadline);
    const auto after = parts_.admin.find_grant(seen.id);
    Finding finding{Finding::Kind::drift, seen.github_user_id, seen.delete_handle, false, ""};
    if (!before || !key || !after) {
        finding.note = "it could not be looked at again";
        return pass.report.add(std::move(finding));
    }
    if (!*before || !*after || !is_same_wish(**before, **after)) return;
    const Drift drift = drift_between(*key, **after, parts_.clock.now());
    if (!is_drift(drift)) return;
    finding.note = describe(drift);
    if (options_.repair == Repair::fix) {
        const auto mended = mend(drift, **after);
        finding.is_fixed = mended.has_value();
        if (!mended) finding.note += ": " + mended.error().detail;
        record(finding, "reconcile.drift");
    }
    pass.report.add(std::move(finding));
}

base::Result<void> Reconciler::mend(const Drift& drift, const domain::Grant& grant) {
    if (drift.expires_at) {
        const auto learned = parts_.admin.set_expiry(grant.id, *drift.expires_at);
        if (!learned) return learned;
    }
    if (!drift.is_looser && !drift.stricter.is_disabled && !drift.stricter.daily_limit) return {};
    const auto changed = parts_.admin.begin_change(grant.id, drift.stricter, base::random_token(token_bytes));
    if (!changed) return tl::unexpected(changed.error());
    return synchronize_key(parts_.admin, parts_.provider, *changed, parts_.clock.now(),
                           base::Deadline::after(options_.call_timeout));
}

void Reconciler::judge_unknown(const UpstreamKey& key, const domain::UpstreamKeyName& name, Pass& pass) {
    if (!pass.judged.insert(fingerprint_of(key.delete_handle)).second) return;  // pages overlap
    const bool is_older = name.nonce.empty();
    const bool is_made_here = !is_older && parts_.nonces.has_made(name.github_user_id, name.nonce);
    Finding finding{Finding::Kind::orphan, name.github_user_id, key.delete_handle, false, ""};
    if (is_older) finding.kind = Finding::Kind::older;
    if (!is_older && !is_made_here) finding.kind = Finding::Kind::unverified;
    if (finding.kind == Finding::Kind::unverified) {
        finding.note = "not made by this deployment";
        return pass.report.add(std::move(finding));
    }
    // Age is a second lock on the door: by upstream's clock or by our own since it was first seen.
    const auto seen = first_seen_.find(key.delete_handle);
    const base::Timestamp first = seen == first_seen_.end() ? pass.begun_at : seen->second;
    const bool is_old = (key.created_at && *key.created_at + options_.settle_time <= pass.begun_at) ||
                        first + options_.settle_time <= pass.begun_at;
    if (!is_old) {
        pass.young[key.delete_handle] = first;
        return;
    }
    if (pass.orphans.size() < most_orphans_at_once) {
        pass.orphans.push_back(std::move(finding));
    } else {
        finding.note = "left to the next run";
        pass.report.add(std::move(finding));
    }
}

base::Result<void> Reconciler::end_orphans(Pass& pass) {
    for (Finding& orphan : pass.orphans) {
        const bool is_meant = orphan.kind == Finding::Kind::orphan || options_.ends_older || pass.has_adopted;
        if (options_.repair == Repair::fix && is_meant) {
            const auto known = parts_.store.knows(orphan.delete_handle, "");
            if (!known) return tl::unexpected(known.error());
            if (*known) continue;
            // Revoked while the list was read, or being revoked: a later run sees whether it is really gone.
            const auto is_ending = parts_.admin.has_ended(orphan.delete_handle, pass.begun_at - options_.settle_time);
            if (!is_ending) return tl::unexpected(is_ending.error());
            if (*is_ending) continue;
            const auto revoked =
                parts_.provider.revoke(orphan.delete_handle, base::Deadline::after(options_.call_timeout));
            orphan.is_fixed = revoked.has_value();
            orphan.note = revoked ? "revoked" : revoked.error().detail;
            record(orphan, "reconcile.orphan");
            if (!revoked && is_outage(revoked.error())) return revoked;
        } else if (!is_meant) {
            orphan.note = "of an older deployment; `reconcile --fix --older` revokes it";
        }
        pass.report.add(std::move(orphan));
    }
    return {};
}

base::Result<void> Reconciler::find_missing(Pass& pass) {
    std::string after_id;
    std::int64_t rows = 0;
    while (true) {
        const auto page = parts_.admin.list_active(after_id, rows_at_once);
        if (!page) return tl::unexpected(page.error());
        if (page->empty()) break;
        rows += static_cast<std::int64_t>(page->size());
        for (const domain::Grant& grant : *page) {
            const bool is_listed =
                std::binary_search(pass.seen.begin(), pass.seen.end(), fingerprint_of(grant.delete_handle));
            const bool is_of_before = grant.attempted_at + options_.settle_time <= pass.begun_at;
            pass.has_adopted |= grant.nonce.empty();
            if (is_listed || !is_of_before || grant.missing_since) continue;
            ++pass.missing_count;
            if (pass.missing.size() < most_missing_at_once) pass.missing.push_back(grant);
        }
        after_id = page->back().id;
    }
    return mark_missing(pass, rows);
}

// The row stays, with its handle: a key that turns up again is simply found again.
base::Result<void> Reconciler::mark_missing(Pass& pass, std::int64_t rows) {
    const bool is_elsewhere = pass.missing_count > few_missing && pass.missing_count * 2 > rows;
    std::vector<std::string> gone;
    for (const domain::Grant& grant : pass.missing) {
        Finding finding{Finding::Kind::missing, grant.github_user_id, grant.delete_handle, false,
                        "upstream does not know the key"};
        if (is_elsewhere) {
            finding.note =
                "most keys are unknown upstream: is OPENROUTER_MANAGEMENT_KEY or OPENROUTER_WORKSPACE_ID "
                "another one than before?";
        } else {
            const auto key = parts_.provider.get(grant.delete_handle, base::Deadline::after(options_.call_timeout));
            if (key) continue;  // it is there, only not in the list
            if (key.error().code != base::Errc::not_found) return tl::unexpected(key.error());
            if (options_.repair == Repair::fix) gone.push_back(grant.id);
            finding.is_fixed = options_.repair == Repair::fix;
            if (finding.is_fixed) record(finding, "reconcile.missing");
        }
        pass.report.add(std::move(finding));
    }
    if (options_.repair != Repair::fix) return {};
    const auto marked = parts_.admin.set_missing(gone, pass.begun_at);
    return marked ? parts_.admin.set_missing(pass.found_again, std::nullopt) : marked;
}

// Revoked, so that nothing is left upstream, and the place is free. A switched-off key's row stays: its recipient is
// not to get another one by waiting.
base::Result<void> Reconciler::end_expired(Pass& pass) {
    const auto rows = parts_.admin.list_expired(pass.begun_at, rows_at_once);
    if (!rows) return tl::unexpected(rows.error());
    for (const domain::Grant& grant : *rows) {
        Finding finding{Finding::Kind::expired, grant.github_user_id, grant.delete_handle, false, "expired"};
        const base::Deadline deadline = base::Deadline::after(options_.call_timeout);
        // When an adopted key expires is a guess of ours: upstream knows.
        const auto key = grant.nonce.empty() ? parts_.provider.get(grant.delete_handle, deadline)
                                             : base::Result<UpstreamKey>(UpstreamKey{});
        if (!key && key.error().code != base::Errc::not_found) return tl::unexpected(key.error());
        const bool lives_on = grant.nonce.empty() && key && !(key->expires_at && *key->expires_at <= pass.begun_at);
        if (options_.repair == Repair::fix && lives_on) {
            const base::Timestamp never = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
            const auto learned = parts_.admin.set_expiry(grant.id, key->expires_at.value_or(never));
            finding.is_fixed = learned.has_value();
            finding.note = learned ? "it does not expire yet, says upstream" : learned.error().detail;
        } else if (options_.repair == Repair::fix) {
            const auto ended = parts_.revocation.revoke(grant.id, reconciler, "expired", std::nullopt, deadline);
            finding.is_fixed = ended || ended.error().code == base::Errc::not_found;
            if (!finding.is_fixed) finding.note = ended.error().detail;
            if (!finding.is_fixed && is_outage(ended.error())) return tl::unexpected(ended.error());
        }
        pass.report.add(std::move(finding));
    }
    return {};
}

}  // namespace llmapikey::service
