// Keys upstream that no row knows: whose they are, and which of them are ended.
#include <algorithm>

#include "keys/reconcile_pass.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t ended_by_a_person_max = 1'000'000;

}  // namespace

// As a second precaution, a key must be older than the settle time, by upstream's clock or since
// this process first saw it.
bool Reconciler::is_old_enough(const UpstreamKey& key, Pass& pass) const {
    const auto seen = first_seen_.find(key.delete_handle);
    const base::Timestamp first = seen == first_seen_.end() ? pass.begun_at : seen->second;
    const bool is_old = (key.created_at && *key.created_at + options_.settle_time <= pass.begun_at) ||
                        first + options_.settle_time <= pass.begun_at;
    if (!is_old) pass.young[key.delete_handle] = first;
    return is_old;
}

// Sorts the keys by who made them. The history is read after the rows: an attempt that is given up
// is recorded in the transaction that removes it from its row.
base::Result<void> Reconciler::judge_unknown(const std::vector<std::pair<const UpstreamKey*, Name>>& keys, Pass& pass) {
    std::vector<std::string> nonces;
    for (const auto& [key, name] : keys)
        if (!name->nonce.empty()) nonces.push_back(name->nonce);
    const auto remembered = TRY(parts_.history.remembered(nonces));
    for (const auto& [key, name] : keys) {
        const bool is_older = name->nonce.empty();
        Unknown unknown{{Finding::Kind::orphan, name->github_user_id, key->delete_handle, false, ""}};
        if (!is_older && !parts_.nonces.has_made(name->github_user_id, name->nonce)) {
            unknown.finding.kind = Finding::Kind::unverified;
            unknown.finding.note = "not made by this deployment";
            pass.report.add(std::move(unknown.finding));
            continue;
        }
        if (is_older) {
            unknown.finding.kind = Finding::Kind::older;
            pass.older.add(key->created_at);
        } else if (!remembered.contains(name->nonce)) {
            unknown.finding.kind = Finding::Kind::unremembered;
            pass.unremembered.add(key->created_at);
        }
        const bool is_for_a_person = unknown.finding.kind == Finding::Kind::unremembered;
        const std::size_t most =
            is_for_a_person && options_.may_end_unremembered ? ended_by_a_person_max : mended_per_pass_max;
        if (pass.unknown.size() < most) {
            pass.unknown.push_back(std::move(unknown));
        } else {
            unknown.finding.note = "left to the next run";
            pass.report.add(std::move(unknown.finding));
        }
    }
    return {};
}

// This must run after the list is read, because it depends on the number of keys.
base::Result<void> Reconciler::decide_on_unremembered(Pass& pass) {
    const auto totals = TRY(parts_.store.totals());
    pass.live_rows = totals.live;
    const auto noted = TRY(parts_.history.unremembered_ends(pass.begun_at - attempt_memory));
    // A key that upstream still lists could not be revoked, and is counted among the present keys.
    const std::int64_t ended = std::count_if(noted.begin(), noted.end(), [&](const std::string& handle) {
        return !std::binary_search(pass.seen.begin(), pass.seen.end(), fingerprint_of(handle));
    });
    const bool are_older_few = pass.older.count + ended <= lost_rows_max(pass.live_rows);
    std::string why;
    bool is_confirmed = false;
    if (pass.unremembered.count > 0) {
        const auto began_at = TRY(parts_.history.began_at());
        why = why_left_alone(pass.unremembered, {began_at, pass.live_rows, ended}, parts_.provider.traits().name);
        const bool is_asked = !why.empty() && options_.repair == Repair::fix && options_.may_end_unremembered;
        is_confirmed = is_asked && options_.may_end_unremembered(pass.unremembered, why);
        if (!why.empty() && !is_confirmed) pass.report.left_alone = describe(pass.unremembered) + "; " + why;
    }
    for (Unknown& unknown : pass.unknown) {
        Finding& finding = unknown.finding;
        if (finding.kind == Finding::Kind::older) {
            unknown.is_meant = options_.ends_older || (pass.has_adopted && are_older_few);
            unknown.is_unasked = !options_.ends_older;
            if (!unknown.is_meant) finding.note = "of an older deployment; `reconcile --fix --older` revokes it";
            continue;
        }
        unknown.is_meant = finding.kind == Finding::Kind::orphan || why.empty() || is_confirmed;
        if (finding.kind == Finding::Kind::orphan) continue;
        if (!unknown.is_meant) finding.note = "never heard of: " + why;
        if (!why.empty()) continue;
        // The keys are few, and younger than the database's history, so their rows were lost.
        unknown.is_unasked = true;
        finding.kind = Finding::Kind::orphan;
    }
    return {};
}

base::Result<void> Reconciler::end_unknown(Pass& pass, const std::stop_token& stop) {
    TRY(decide_on_unremembered(pass));
    // Keys that are certainly ours go first.
    std::stable_partition(pass.unknown.begin(), pass.unknown.end(), [](const Unknown& each) {
        return each.finding.kind == Finding::Kind::orphan && !each.is_unasked;
    });
    for (Unknown& unknown : pass.unknown) {
        if (stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        if (options_.repair != Repair::fix || !unknown.is_meant) {
            pass.report.add(std::move(unknown.finding));
            continue;
        }
        TRY(end_one(unknown, pass));
    }
    return {};
}

base::Result<void> Reconciler::end_one(Unknown& unknown, Pass& pass) {
    Finding& finding = unknown.finding;
    const auto known = TRY(parts_.store.knows(finding.delete_handle, ""));
    if (known) return {};
    // The key was revoked while the list was read, or is being revoked. A later run checks whether
    // it is really gone.
    const auto is_ending = TRY(parts_.admin.has_ended(finding.delete_handle, pass.begun_at - options_.settle_time));
    if (is_ending) return {};
    if (unknown.is_unasked) {
        TRY(parts_.history.note_unremembered_end(finding.delete_handle, pass.begun_at));
    }
    const auto revoked = parts_.provider.revoke(finding.delete_handle, base::Deadline::after(options_.call_timeout));
    finding.is_fixed = revoked.has_value();
    finding.note = revoked ? "revoked" : revoked.error().detail;
    if (unknown.is_unasked && finding.kind == Finding::Kind::orphan)
        finding.note += "; its row seems to have been lost";
    // A failing revocation is tried in each run, and recorded once a day.
    const auto told = told_.find(finding.delete_handle);
    const bool is_told = told != told_.end() && told->second.what == finding.note;
    if (!is_told) record(finding, "reconcile.orphan");
    if (!revoked) {
        if (!is_told) told_[finding.delete_handle] = {finding.note, pass.begun_at};
        finding.note.clear();
        return note_failure(std::move(finding), revoked.error(), pass);
    }
    pass.watch.note_success();
    pass.report.add(std::move(finding));
    return {};
}

}  // namespace llmapikey
