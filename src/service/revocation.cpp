#include "service/revocation.hpp"

namespace llmapikey::service {
namespace {

constexpr int grants_per_page = 200;

}  // namespace

AuditEntry Revocation::entry_for(const domain::Grant& grant, const std::string& actor,
                                 const std::string& origin) const {
    AuditEntry entry;
    entry.at = clock_.now();
    entry.actor = actor;
    entry.action = "key.revoke";
    entry.subject = "account:" + grant.github_user_id.text() + " grant:" + grant.id;
    entry.origin = origin;
    return entry;
}

base::Result<void> Revocation::finish(const domain::Grant& grant, base::Deadline deadline) {
    const auto revoked = provider_.revoke(grant.delete_handle, deadline);
    if (!revoked) return base::fail_in("revoking the key upstream", revoked.error());
    return store_.finish_revocation(grant, clock_.now());
}

base::Result<domain::Grant> Revocation::revoke(const RevocationRequest& request, const std::string& origin,
                                               base::Deadline deadline) {
    const auto found = store_.find_grant(request.grant_id);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return base::fail(base::Errc::not_found, "there is no such key");
    AuditEntry entry = entry_for(**found, request.actor, origin);
    entry.outcome = "begun";
    entry.detail = request.reason;
    // What cannot be recorded is not done.
    const auto recorded = audit_.append(entry);
    if (!recorded) return base::fail_in("recording it in the audit log", recorded.error());

    auto begun = store_.begin_revocation(request);
    const auto finished = begun ? finish(*begun, deadline) : base::Result<void>(tl::unexpected(begun.error()));
    entry.at = clock_.now();
    entry.outcome = finished ? "done" : "failed";
    entry.detail = finished ? request.reason : finished.error().detail;
    const auto closed = audit_.append(entry);
    if (!finished) return tl::unexpected(finished.error());
    if (!closed) return base::fail_in("the key is revoked, but recording it failed", closed.error());
    return begun;
}

// Only what succeeds is recorded: while the upstream is away this is tried again and again.
base::Result<void> Revocation::resume(const domain::Grant& grant, const std::string& actor, base::Deadline deadline) {
    const auto finished = finish(grant, deadline);
    if (!finished) return finished;
    AuditEntry entry = entry_for(grant, actor, "resumed");
    entry.outcome = "done";
    return audit_.append(entry);
}

base::Result<std::vector<ResumedRevocation>> Revocation::resume_all(const std::string& actor, base::Deadline deadline) {
    std::vector<ResumedRevocation> resumed;
    std::string after_id;
    while (true) {
        const auto page = store_.list_revoking(after_id, grants_per_page);
        if (!page) return tl::unexpected(page.error());
        if (page->empty()) return resumed;
        for (const domain::Grant& grant : *page) {
            resumed.push_back({grant, resume(grant, actor, deadline)});
        }
        after_id = page->back().id;
    }
}

}  // namespace llmapikey::service
