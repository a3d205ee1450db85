#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "identity/initiator.hpp"

namespace llmapikey {

// An action with two entries in the audit log: its begin and its end. The action must not run
// unless begin() succeeded.
class Audited {
public:
    // `subject`: "account:1001 grant:<uuid>". `detail`: a reason, without secrets.
    Audited(AuditLog& log, const base::Clock& clock, const Initiator& by, std::string action, std::string subject,
            std::string detail)
        : log_(log), clock_(clock) {
        entry_.actor = by.actor;
        entry_.origin = by.origin;
        entry_.action = std::move(action);
        entry_.subject = std::move(subject);
        entry_.detail = std::move(detail);
    }

    base::Result<void> begin() {
        const auto recorded = append("begun");
        if (!recorded) return base::fail_in("recording it in the audit log", recorded.error());
        return {};
    }
    base::Result<void> done() { return append("done"); }
    base::Result<void> done(std::string detail) {
        entry_.detail = std::move(detail);
        return append("done");
    }
    // Records the failure and returns `cause`.
    base::Error failed(const base::Error& cause) {
        entry_.detail = cause.detail;
        const auto recorded = append("failed");
        if (recorded) return cause;
        return {cause.code, cause.detail + "; and recording that failed: " + recorded.error().detail,
                cause.retry_after};
    }

private:
    base::Result<void> append(std::string outcome) {
        entry_.at = clock_.now();
        entry_.outcome = std::move(outcome);
        return log_.append(entry_);
    }

    AuditLog& log_;
    const base::Clock& clock_;
    AuditEntry entry_;
};

// Records that a secret is shown again because the request that made it was repeated.
inline base::Result<void> record_showing_again(AuditLog& log, const base::Clock& clock, const Initiator& by,
                                               std::string action, std::string subject) {
    Audited audited(log, clock, by, std::move(action), std::move(subject), "shown again for its Idempotency-Key");
    const auto recorded = audited.begin();
    return recorded ? audited.done() : recorded;
}

// Returns a detail with the bulk action that it is part of; empty: none.
inline constexpr std::string_view bulk_mark = " (bulk ";
inline std::string in_bulk(std::string detail, const std::string& bulk_id) {
    if (!bulk_id.empty()) detail += std::string(bulk_mark) + bulk_id + ")";
    return detail;
}
// Returns where a detail's mark begins; npos: it is part of no bulk action, whatever a reason says.
inline std::size_t bulk_mark_of(std::string_view detail) {
    constexpr std::size_t uuid_size = 36, mark_size = bulk_mark.size() + uuid_size + 1;
    if (detail.size() < mark_size || !detail.ends_with(')')) return std::string_view::npos;
    const std::size_t begin = detail.size() - mark_size;
    const bool is_mark = detail.substr(begin).starts_with(bulk_mark) &&
                         base::is_uuid(detail.substr(begin + bulk_mark.size(), uuid_size));
    return is_mark ? begin : std::string_view::npos;
}

inline std::string subject_of(const Grant& grant) {
    return "account:" + grant.github_user_id.text() + " grant:" + grant.id;
}

}  // namespace llmapikey
