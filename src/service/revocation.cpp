#include "service/revocation.hpp"

#include "base/crash_point.hpp"
#include "domain/written_text.hpp"
#include "service/audited.hpp"
#include "service/key_ending.hpp"

namespace llmapikey::service {
namespace {

constexpr int grants_per_page = 200;

}  // namespace

base::Result<domain::Grant> Revocation::begin(const std::string& grant_id, const Ending& ending) {
    const auto begun = store_.begin_revocations({grant_id}, ending);
    if (!begun) return tl::unexpected(begun.error());
    const auto grant = store_.find_grant(grant_id);
    if (!grant) return tl::unexpected(grant.error());
    if (!*grant) return base::fail(base::Errc::not_found, "there is no such key");
    if ((*grant)->status == domain::GrantStatus::revoking) return **grant;
    return base::fail(base::Errc::conflict, "the key is still being made");
}

base::Result<domain::Grant> Revocation::revoke(const std::string& grant_id, const Initiator& by,
                                               const std::string& reason, const std::optional<domain::Hold>& hold,
                                               base::Deadline deadline) {
    const auto checked_reason = domain::check_text(reason, domain::reason_rule);
    if (!checked_reason) return tl::unexpected(checked_reason.error());
    const auto found = store_.find_grant(grant_id);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return base::fail(base::Errc::not_found, "there is no such key");
    Audited audited(audit_, clock_, by, "key.revoke", subject_of(**found), *checked_reason);
    const auto recorded = audited.begin();
    if (!recorded) return tl::unexpected(recorded.error());
    base::crash_point("revoke.beginning");
    const auto begun = begin(grant_id, {by.actor, *checked_reason, hold, clock_.now(), ""});
    base::crash_point("revoke.begun");
    auto finished = begun ? end_key_upstream(provider_, spending_, *begun, clock_.now(), deadline)
                          : base::Result<void>(tl::unexpected(begun.error()));
    if (finished) finished = store_.finish_revocation(*begun, clock_.now());
    base::crash_point("revoke.finished");
    if (!finished) return tl::unexpected(audited.failed(finished.error()));
    const auto closed = audited.done();
    if (!closed) return base::fail_in("the key is revoked, but recording it failed", closed.error());
    return begun;
}

// Only what succeeds is recorded: while the upstream is away this is tried again and again.
base::Result<void> Revocation::resume(const domain::Grant& grant, const Initiator& by, const std::string& detail,
                                      base::Deadline deadline) {
    // A row that waited has no key.
    const auto revoked =
        grant.delete_handle.empty() ? base::Result<void>{} : provider_.revoke(grant.delete_handle, deadline);
    if (!revoked) return base::fail_in("revoking the key upstream", revoked.error());
    const auto finished = store_.finish_revocation(grant, clock_.now());
    if (!finished) return finished;
    return Audited(audit_, clock_, by, "key.revoke", subject_of(grant), detail).done();
}

base::Result<std::vector<ResumedRevocation>> Revocation::resume_all(const Initiator& by, base::Deadline deadline) {
    std::vector<ResumedRevocation> resumed;
    std::string after_id;
    while (true) {
        const auto page = store_.list_revoking(after_id, grants_per_page, std::nullopt);
        if (!page) return tl::unexpected(page.error());
        if (page->empty()) return resumed;
        for (const LedgerEntry& entry : *page)
            resumed.push_back({entry.grant, resume(entry.grant, by, entry.reason, deadline)});
        after_id = page->back().grant.id;
    }
}

}  // namespace llmapikey::service
