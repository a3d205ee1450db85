#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/database.hpp"
#include "app/upstreams.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "service/reconciliation.hpp"

namespace llmapikey::cli {
namespace {

constexpr base::Millis longest_run{std::chrono::minutes{30}};

const char* kind_of(const service::Finding& finding) {
    return finding.kind == service::Finding::Kind::orphan ? "orphan" : "unsettled";
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
    const auto report = service::reconcile(*stores->keys, *provider, settlement, clock,
                                           fix ? service::Repair::fix : service::Repair::report_only,
                                           base::Deadline::after(longest_run));
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
