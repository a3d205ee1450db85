#include "keys/revocation.hpp"

#include "audit/audited.hpp"
#include "base/system/crash_point.hpp"
#include "grant/written_text.hpp"
#include "keys/key_ending.hpp"

namespace llmapikey {
namespace {

constexpr int grants_per_page = 200;
constexpr int replaced_max = 5;

}  // namespace

// If the key was replaced meanwhile, its successor in the same seat is revoked instead.
base::Result<Grant> Revocation::begin(const std::string& grant_id, const Ending& ending) {
    std::string id = grant_id;
    for (int round = 0; round < replaced_max; ++round) {
        TRY(store_.begin_revocations({id}, ending));
        const auto grant = TRY(store_.find_grant(id));
        if (grant && grant->status == GrantStatus::revoking) return *grant;
        if (grant) return base::fail(base::Errc::conflict, "the key is not active any more");
        GrantQuery query;
        query.successors_of = {grant_id};
        query.replaced_from = ending.now - replica_clocks_apart_max;
        query.limit = 1;
        const auto next = TRY(store_.list(query));
        if (next.grants.empty() || ending.what == EndsWhat::active_key) break;
        id = next.grants.front().id;
    }
    return base::fail(base::Errc::not_found, "there is no such key");
}

base::Result<Grant> Revocation::revoke(const std::string& grant_id, const Initiator& by, const std::string& reason,
                                       const std::optional<Hold>& hold, base::Deadline deadline, EndsWhat what) {
    const auto checked_reason = TRY(check_text(reason, reason_rule));
    const base::Timestamp decided_at = clock_.now();  // keys that replace it from now on are included
    const auto found = TRY(store_.find_grant(grant_id));
    if (!found) return base::fail(base::Errc::not_found, "there is no such key");
    Audited audited(audit_, clock_, by, "key.revoke", subject_of(*found), checked_reason);
    TRY(audited.begin());
    base::crash_point("revoke.beginning");
    const auto begun = begin(grant_id, {by.actor, checked_reason, hold, decided_at, "", what});
    base::crash_point("revoke.begun");
    // Recovery settles the attempt, ends the key that it has made, and records that.
    if (begun && is_ending_attempt(*begun)) return begun;
    auto finished = begun ? end_key_upstream(provider_, spending_, *begun, clock_.now(), deadline)
                          : base::Result<void>(tl::unexpected(begun.error()));
    if (finished) finished = store_.finish_revocation(*begun, clock_.now());
    base::crash_point("revoke.finished");
    if (!finished) return tl::unexpected(audited.failed(finished.error()));
    const auto closed = audited.done();
    if (!closed) return base::fail_in("the key is revoked, but recording it failed", closed.error());
    return begun;
}

// Only a success is recorded, because this is repeated often while the upstream is down.
base::Result<void> Revocation::resume(const Grant& grant, const Initiator& by, const std::string& detail,
                                      base::Deadline deadline) {
    TRY(end_key_upstream(provider_, spending_, grant, clock_.now(), deadline));
    TRY(store_.finish_revocation(grant, clock_.now()));
    return Audited(audit_, clock_, by, "key.revoke", subject_of(grant), detail).done();
}

base::Result<std::vector<ResumedRevocation>> Revocation::resume_all(const Initiator& by, base::Deadline deadline) {
    std::vector<ResumedRevocation> resumed;
    std::string after_id;
    while (true) {
        const auto page = TRY(store_.list_revoking(after_id, grants_per_page, std::nullopt));
        if (page.empty()) return resumed;
        for (const LedgerEntry& entry : page)
            resumed.push_back({entry.grant, resume(entry.grant, by, entry.reason, deadline)});
        after_id = page.back().grant.id;
    }
}

}  // namespace llmapikey
