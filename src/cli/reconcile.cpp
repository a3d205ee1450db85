#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <iterator>

#include "app/database.hpp"
#include "app/upstreams.hpp"
#include "cli/actor.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "service/reconciliation.hpp"
#include "service/revocation.hpp"

namespace llmapikey::cli {
namespace {

constexpr int most_shown = 1000;
constexpr base::Millis longest_run{std::chrono::minutes{30}};

const char* kind_of(const service::Finding& finding) {
    switch (finding.kind) {
        case service::Finding::Kind::orphan:
            return "orphan";
        case service::Finding::Kind::revoking:
            return "revoking";
        case service::Finding::Kind::unsettled:
            return "unsettled";
    }
    return "";
}

void print_text(const service::ReconcileReport& report, bool fix) {
    std::printf("%zu keys upstream looked at, %zu findings\n", report.upstream_keys, report.findings.size());
    for (const service::Finding& finding : report.findings) {
        std::printf("%-9s  account %s  %s  %s\n", kind_of(finding), finding.github_user_id.text().c_str(),
                    finding.is_fixed ? "fixed" : "open", finding.note.c_str());
    }
    if (!fix && !report.findings.empty()) std::puts("Run `llmapikey reconcile --fix` to end these.");
}

void print_json(const service::ReconcileReport& report) {
    boost::json::array findings;
    for (const service::Finding& finding : report.findings) {
        findings.push_back({{"kind", kind_of(finding)},
                            {"github_user_id", finding.github_user_id.text()},
                            {"fixed", finding.is_fixed},
                            {"note", finding.note}});
    }
    boost::json::object root;
    root["upstream_keys"] = report.upstream_keys;
    root["clean"] = report.is_clean();
    root["findings"] = std::move(findings);
    std::puts(boost::json::serialize(root).c_str());
}

using Findings = base::Result<std::vector<service::Finding>>;

Findings resume(service::Revocation& revocation) {
    const auto resumed = revocation.resume_all({cli_actor(), "cli"}, base::Deadline::after(longest_run));
    if (!resumed) return tl::unexpected(resumed.error());
    std::vector<service::Finding> findings;
    for (const auto& each : *resumed) {
        findings.push_back({service::Finding::Kind::revoking, each.grant.github_user_id, each.grant.delete_handle,
                            each.outcome.has_value(), each.outcome ? "revoked" : each.outcome.error().detail});
    }
    return findings;
}

Findings count_revoking(service::AdminStore& store) {
    const auto grants = store.list_revoking("", most_shown, std::nullopt);
    if (!grants) return tl::unexpected(grants.error());
    std::vector<service::Finding> findings;
    for (const service::LedgerEntry& entry : *grants) {
        findings.push_back({service::Finding::Kind::revoking, entry.grant.github_user_id, entry.grant.delete_handle,
                            false, "begun and not ended"});
    }
    return findings;
}

}  // namespace

int run_reconcile(bool fix, Output output) {
    const auto config = load_or_explain(config::Need::reconcile);
    if (!config) return 2;
    const base::SystemClock clock;
    const auto stores = app::open_stores(*config);
    if (!stores) {
        std::fprintf(stderr, "llmapikey: %s\n", stores.error().detail.c_str());
        return stores.error().code == base::Errc::invalid_input ? 2 : 1;
    }
    const auto http = app::make_http_client();
    const auto provider = app::make_key_provider(*config, *http);
    service::Settlement settlement(*stores->keys, *provider, clock, config->upstream_timeout);
    service::Revocation revocation(*stores->admin, *provider, *stores->audit, clock);
    auto revocations = fix ? resume(revocation) : count_revoking(*stores->admin);
    auto report = service::reconcile(*stores->keys, *provider, settlement, clock,
                                     fix ? service::Repair::fix : service::Repair::report_only,
                                     base::Deadline::after(longest_run));
    if (report && revocations) std::ranges::move(*revocations, std::back_inserter(report->findings));
    if (!revocations) report = tl::unexpected(revocations.error());
    if (!report) {
        std::fprintf(stderr, "llmapikey: reconciling failed: %s\n", report.error().detail.c_str());
        return 1;
    }
    if (output == Output::json) {
        print_json(*report);
    } else {
        print_text(*report, fix);
    }
    return report->is_clean() ? 0 : 1;
}

}  // namespace llmapikey::cli
