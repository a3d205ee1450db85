#include "service/recovery.hpp"

#include "service/key_synchronization.hpp"
#include "service/outage.hpp"

namespace llmapikey::service {
namespace {

constexpr int rows_per_page = 100;

}  // namespace

void Recovery::settle(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered) {
    std::string after_id;
    while (true) {
        const auto rows = store_.list_unsettled(clock_.now() - settlement_.settle_time(), after_id, rows_per_page);
        if (!rows) recovered.failures.push_back(rows.error().detail);
        if (!rows || rows->empty()) return;
        for (const domain::Grant& grant : *rows) {
            if (stop.stop_requested()) return;
            const auto settled = settlement_.settle(grant, base::Deadline::after(timeout));
            if (settled && *settled == Settled::freed) ++recovered.settled;
            if (settled) continue;
            recovered.failures.push_back("settling the attempt of account " + grant.github_user_id.text() + ": " +
                                         settled.error().detail);
            if (is_outage(settled.error())) return;
        }
        after_id = rows->back().id;
    }
}

void Recovery::revoke(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered) {
    const auto entries = admin_.list_revoking("", rows_per_page, "");
    if (!entries) recovered.failures.push_back(entries.error().detail);
    if (!entries) return;
    for (const LedgerEntry& entry : *entries) {
        if (stop.stop_requested()) return;
        // One that began just now is somebody's who is still at it.
        if (entry.begun_at + timeout > clock_.now()) continue;
        const auto ended =
            revocation_.resume(entry.grant, {"system", "resumed"}, entry.reason, base::Deadline::after(timeout));
        if (ended) ++recovered.revoked;
        if (ended) continue;
        recovered.failures.push_back("revoking the key of account " + entry.grant.github_user_id.text() + ": " +
                                     ended.error().detail);
        if (is_outage(ended.error())) return;
    }
}

// What an organizer has changed and upstream may not know yet.
void Recovery::synchronize(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered) {
    const auto grants = admin_.list_unsynced("", rows_per_page);
    if (!grants) recovered.failures.push_back(grants.error().detail);
    if (!grants) return;
    for (const domain::Grant& grant : *grants) {
        if (stop.stop_requested()) return;
        const auto synced = synchronize_key(admin_, provider_, grant, base::Deadline::after(timeout));
        if (synced) ++recovered.synchronized;
        if (synced) continue;
        recovered.failures.push_back("changing the key of account " + grant.github_user_id.text() + ": " +
                                     synced.error().detail);
        if (is_outage(synced.error())) return;
    }
}

Recovered Recovery::run_once(base::Seconds timeout, const std::stop_token& stop) {
    Recovered recovered;
    settle(timeout, stop, recovered);
    revoke(timeout, stop, recovered);
    synchronize(timeout, stop, recovered);
    return recovered;
}

}  // namespace llmapikey::service
