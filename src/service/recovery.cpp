#include "service/recovery.hpp"

#include "service/key_synchronization.hpp"
#include "service/outage.hpp"

namespace llmapikey::service {
namespace {

constexpr int rows_per_page = 100;
constexpr std::chrono::minutes longest_scan{10};

}  // namespace

// Also attempts that are young: what they made may be there to be found already.
void Recovery::settle(const std::stop_token& stop, Recovered& recovered) {
    std::string after_id;
    while (!stop.stop_requested()) {
        const auto rows = parts_.store.list_unsettled(clock_.now(), after_id, rows_per_page);
        if (!rows) recovered.failures.push_back(rows.error().detail);
        if (!rows || rows->empty()) return;
        const auto outcomes = parts_.settlement.settle_all(*rows, base::Deadline::after(longest_scan));
        for (std::size_t i = 0; i < rows->size(); ++i) {
            if (outcomes[i] && *outcomes[i] == Settled::freed) ++recovered.settled;
            if (outcomes[i]) continue;
            recovered.failures.push_back("settling the attempt of account " + (*rows)[i].github_user_id.text() + ": " +
                                         outcomes[i].error().detail);
            if (is_outage(outcomes[i].error())) return;
        }
        after_id = rows->back().id;
    }
}

void Recovery::revoke(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered) {
    const auto entries = parts_.admin.list_due_revocations(clock_.now(), rows_per_page, "");
    if (!entries) recovered.failures.push_back(entries.error().detail);
    if (!entries) return;
    OutageWatch watch;
    for (const LedgerEntry& entry : *entries) {
        if (stop.stop_requested()) return;
        // One that began just now is somebody's who is still at it; not one that is yet to begin: its clock was wrong.
        const auto age = clock_.now() - entry.begun_at;
        if (-timeout < age && age < timeout) continue;
        const auto ended =
            parts_.revocation.resume(entry.grant, {"system", "resumed"}, entry.reason, base::Deadline::after(timeout));
        if (ended) ++recovered.revoked;
        if (ended) watch.note_success();
        if (ended) continue;
        recovered.failures.push_back("revoking the key of account " + entry.grant.github_user_id.text() + ": " +
                                     ended.error().detail);
        const bool is_outage = watch.note_failure(ended.error());
        const bool is_own = !ended.error().is_circuit_open && ended.error().code != base::Errc::store_unavailable;
        const auto noted =
            is_own ? note_failed_revocation(parts_.admin, entry, ended.error(), clock_.now()) : base::Result<void>{};
        if (!noted) recovered.failures.push_back(noted.error().detail);
        if (is_outage || !noted) return;
    }
}

void Recovery::replace(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered) {
    const auto grants = parts_.replacements.list_replacing("", rows_per_page);
    if (!grants) recovered.failures.push_back(grants.error().detail);
    if (!grants) return;
    for (const domain::Grant& grant : *grants) {
        if (stop.stop_requested()) return;
        const auto waiting = parts_.replacement.resume(grant, base::Deadline::after(timeout));
        if (waiting) ++recovered.replaced;
        if (waiting || waiting.error().code == base::Errc::conflict) continue;
        recovered.failures.push_back("replacing the key of account " + grant.github_user_id.text() + ": " +
                                     waiting.error().detail);
        if (is_outage(waiting.error())) return;
    }
}

// What has changed and upstream may not know yet; caps whose day is over are changed now.
void Recovery::synchronize(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered) {
    const auto raised = parts_.admin.begin_raises(clock_.now(), rows_per_page);
    if (!raised) recovered.failures.push_back(raised.error().detail);
    const auto grants = parts_.admin.list_unsynced("", rows_per_page);
    if (!grants) recovered.failures.push_back(grants.error().detail);
    if (!grants) return;
    for (const domain::Grant& grant : *grants) {
        if (stop.stop_requested()) return;
        const auto synced =
            synchronize_key(parts_.admin, parts_.provider, grant, clock_.now(), base::Deadline::after(timeout));
        if (synced) ++recovered.synchronized;
        if (synced) continue;
        recovered.failures.push_back("changing the key of account " + grant.github_user_id.text() + ": " +
                                     synced.error().detail);
        if (is_outage(synced.error())) return;
    }
}

Recovered Recovery::run_once(base::Seconds timeout, const std::stop_token& stop) {
    Recovered recovered;
    settle(stop, recovered);
    revoke(timeout, stop, recovered);
    replace(timeout, stop, recovered);
    synchronize(timeout, stop, recovered);
    return recovered;
}

}  // namespace llmapikey::service
