#include "service/recovery.hpp"

namespace llmapikey::service {
namespace {

constexpr int rows_per_page = 100;

// Whether the same would happen to everything else: then the next run tries again.
bool is_outage(const base::Error& error) {
    return error.code == base::Errc::upstream_down || error.code == base::Errc::rate_limited ||
           error.code == base::Errc::misconfigured || error.code == base::Errc::store_unavailable;
}

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
    // One that began just now is somebody's who is still at it.
    const auto grants = admin_.list_revoking("", rows_per_page);
    if (!grants) recovered.failures.push_back(grants.error().detail);
    if (!grants) return;
    for (const domain::Grant& grant : *grants) {
        if (stop.stop_requested()) return;
        const auto ledger = admin_.ledger_of(grant.github_user_id);
        const bool is_fresh = ledger && !ledger->empty() && ledger->front().begun_at + timeout > clock_.now();
        if (is_fresh) continue;
        const auto ended = revocation_.resume(grant, "system", base::Deadline::after(timeout));
        if (ended) ++recovered.revoked;
        if (ended) continue;
        recovered.failures.push_back("revoking the key of account " + grant.github_user_id.text() + ": " +
                                     ended.error().detail);
        if (is_outage(ended.error())) return;
    }
}

Recovered Recovery::run_once(base::Seconds timeout, const std::stop_token& stop) {
    Recovered recovered;
    settle(timeout, stop, recovered);
    revoke(timeout, stop, recovered);
    return recovered;
}

}  // namespace llmapikey::service
