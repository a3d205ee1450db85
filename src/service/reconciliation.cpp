#include "service/reconciliation.hpp"

#include <algorithm>
#include <set>

#include "service/upstream_scan.hpp"

namespace llmapikey::service {
namespace {

constexpr int rows_per_page = 200;

base::Result<void> settle_rows(KeyStore& store, Settlement& settlement, base::Timestamp attempted_by, Repair repair,
                               base::Deadline deadline, ReconcileReport& report) {
    std::string after_id;
    while (true) {
        const auto rows = store.list_unsettled(attempted_by, after_id, rows_per_page);
        if (!rows) return tl::unexpected(rows.error());
        if (rows->empty()) return {};
        for (const domain::Grant& grant : *rows) {
            Finding finding{Finding::Kind::unsettled, grant.github_user_id, grant.delete_handle, false,
                            std::string(domain::to_text(grant.status))};
            if (repair == Repair::fix) {
                const auto settled = settlement.settle(grant, deadline);
                finding.is_fixed = settled && *settled != Settled::not_yet;
                finding.note =
                    settled ? (finding.is_fixed ? "settled" : "too early to settle") : settled.error().detail;
            }
            report.findings.push_back(std::move(finding));
        }
        after_id = rows->back().id;
    }
}

void revoke_orphan(KeyProvider& provider, base::Deadline deadline, Finding& orphan) {
    const auto revoked = provider.revoke(orphan.delete_handle, deadline);
    orphan.is_fixed = revoked.has_value();
    orphan.note = revoked ? "revoked" : revoked.error().detail;
}

}  // namespace

bool ReconcileReport::is_clean() const {
    return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.is_fixed; });
}

base::Result<ReconcileReport> reconcile(KeyStore& store, KeyProvider& provider, Settlement& settlement,
                                        const base::Clock& clock, Repair repair, base::Deadline deadline) {
    ReconcileReport report;
    const base::Timestamp before = clock.now() - settlement.settle_time();
    const auto rows_settled = settle_rows(store, settlement, before, repair, deadline, report);
    if (!rows_settled) return tl::unexpected(rows_settled.error());

    // Orphans are collected first and revoked after the scan, so that the scan does not move its own pages.
    std::set<std::string> seen;
    std::vector<Finding> orphans;
    base::Result<void> lookup{};
    const auto visit = [&](const UpstreamKey& key) {
        if (!seen.insert(key.delete_handle).second) return Scan::go_on;
        const auto name = domain::parse_upstream_key_name(key.name);
        // Without a date a key could be of an attempt under way: leave it to the next run.
        if (!name || !key.created_at || *key.created_at > before) return Scan::go_on;
        const auto known = store.knows(key.delete_handle, name->nonce);
        if (!known) {
            lookup = tl::unexpected(known.error());
            return Scan::stop;
        }
        if (!*known) orphans.push_back({Finding::Kind::orphan, name->github_user_id, key.delete_handle, false, ""});
        return Scan::go_on;
    };
    const auto scanned = scan_upstream_keys(provider, deadline, visit);
    if (!scanned) return tl::unexpected(scanned.error());
    if (!lookup) return tl::unexpected(lookup.error());
    report.upstream_keys = seen.size();
    for (Finding& orphan : orphans) {
        if (repair == Repair::fix) revoke_orphan(provider, deadline, orphan);
        report.findings.push_back(std::move(orphan));
    }
    return report;
}

}  // namespace llmapikey::service
