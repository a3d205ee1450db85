#include "keys/replacement.hpp"

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/system/crash_point.hpp"
#include "keys/key_ending.hpp"

namespace llmapikey {

base::Result<Grant> Replacement::begin(const Grant& grant, const Initiator& by, const std::string& reason,
                                       base::Deadline deadline, const std::string& bulk_id) {
    Audited audited(audit_, clock_, by, "key.replace", subject_of(grant), in_bulk(reason, bulk_id));
    TRY(audited.begin());
    base::crash_point("replace.beginning");
    const auto begun = store_.begin_replacement(grant.id, {by.actor, reason, std::nullopt, clock_.now(), bulk_id});
    base::crash_point("replace.begun");
    auto waiting = begun ? resume(*begun, deadline) : begun;
    if (!waiting) return tl::unexpected(audited.failed(waiting.error()));
    const auto closed = audited.done();
    if (!closed) return base::fail_in("the key is ended, but recording it failed", closed.error());
    return waiting;
}

base::Result<Grant> Replacement::resume(const Grant& grant, base::Deadline deadline) {
    TRY(end_key_upstream(provider_, spending_, grant, clock_.now(), deadline));
    const auto waiting = store_.finish_replacement(grant, base::random_uuid(), clock_.now());
    base::crash_point("replace.finished");
    return waiting;
}

}  // namespace llmapikey
