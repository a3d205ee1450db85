#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>

#include "cli/actor.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/keys/key_services.hpp"
#include "cli/keys/watched_provider.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"

namespace llmapikey::cli {
namespace {

constexpr int shown_max = 1000;

// This goes to standard error, because programs read standard output.
bool may_end_unremembered(const ReconcileChoice& choice, const std::string& database, const UnrememberedKeys& keys,
                          const std::string& why) {
    std::fprintf(
        stderr,
        "llmapikey: %s.\nThe service does not end them by itself, because %s.\n"
        "It seems that another life of this installation has made them: with another DATA_DIR or POSTGRES_URL, "
        "after the backup that was restored here, beside a copy, or before a failover that lost rows. If "
        "people use these keys, this is the wrong database. It is %s.\n",
        describe(keys).c_str(), why.c_str(), database.c_str());
    const std::string count = std::to_string(keys.count);
    if (choice.confirmed) {
        const bool is_same = *choice.confirmed == keys.count;
        if (!is_same) std::fprintf(stderr, "llmapikey: --confirm gives another number: none of the keys was ended\n");
        return is_same;
    }
    if (isatty(STDIN_FILENO) == 0) {
        std::fprintf(stderr, "llmapikey: none of the keys was ended; to end all, add --confirm %s\n", count.c_str());
        return false;
    }
    std::fprintf(stderr, "To end all of these keys, type their number: ");
    char line[32] = "";
    const bool is_read = std::fgets(line, sizeof line, stdin) != nullptr;
    if (is_read && line == count + "\n") return true;
    std::fprintf(stderr, "llmapikey: none of the keys was ended\n");
    return false;
}
constexpr base::Millis run_max{std::chrono::minutes{30}};

void print_text(const ReconcileReport& report, bool fix) {
    std::printf("%s\n", summary_of(report).c_str());
    for (const Finding& finding : report.findings) {
        std::printf("%-12s  account %s  %s  %s\n", std::string(to_text(finding.kind)).c_str(),
                    finding.github_user_id.text().c_str(), finding.is_fixed ? "fixed" : "open", finding.note.c_str());
    }
    if (!report.left_alone.empty())
        std::printf("Left alone: %s. See docs/backup.md, \"Another life\".\n", report.left_alone.c_str());
    if (!fix && !report.is_clean()) std::puts("Run `llmapikey reconcile --fix` to end these.");
}

void print_json(const ReconcileReport& report) {
    boost::json::array findings;
    for (const Finding& finding : report.findings) {
        findings.push_back({{"kind", std::string(to_text(finding.kind))},
                            {"github_user_id", finding.github_user_id.text()},
                            {"fixed", finding.is_fixed},
                            {"note", finding.note}});
    }
    boost::json::object counts;
    for (const auto& [kind, count] : report.counts)
        counts[std::string(to_text(kind))] = {{"found", count.found}, {"fixed", count.fixed}};
    boost::json::object root;
    root["upstream_keys"] = report.upstream_keys;
    root["left_alone"] = report.left_alone;
    root["clean"] = report.is_clean();
    root["counts"] = std::move(counts);
    root["findings"] = std::move(findings);
    cli::print_json(root);
}

base::Result<void> add_unsettled(KeyServices& services, base::Timestamp attempted_by, ReconcileReport& report) {
    const auto rows = TRY(services.stores.keys->list_open_attempts(attempted_by, "", shown_max));
    for (const Grant& grant : rows) {
        report.add({Finding::Kind::unsettled, grant.github_user_id, grant.delete_handle, false,
                    std::string(to_text(grant.status))});
    }
    return {};
}

// Adds what has begun and has not ended, as it is now.
base::Result<void> add_interrupted(KeyServices& services, base::Timestamp attempted_by, ReconcileReport& report) {
    TRY(add_unsettled(services, attempted_by, report));
    const auto revoking = TRY(services.stores.admin->list_revoking("", shown_max, std::nullopt));
    for (const LedgerEntry& entry : revoking) {
        report.add({Finding::Kind::revoking, entry.grant.github_user_id, entry.grant.delete_handle, false,
                    "begun and not ended"});
    }
    const auto replacing = TRY(services.stores.replacements->list_replacing("", shown_max));
    for (const Grant& grant : replacing)
        report.add({Finding::Kind::replacing, grant.github_user_id, grant.delete_handle, false, "begun and not ended"});
    return {};
}

// Records what is open before and after, and ends it in between.
base::Result<void> end_interrupted(KeyServices& services, const config::Config& config, base::Timestamp attempted_by,
                                   Progress& progress, ReconcileReport& report) {
    progress.begin("Ending what was interrupted");
    ReconcileReport before;
    TRY(add_interrupted(services, attempted_by, before));
    TRY(services.keys.revocation.resume_all({cli_actor(), "cli"}, base::Deadline::after(run_max)));
    const Recovered recovered = services.keys.recovery.run_once(config.upstream_timeout, {});
    for (const std::string& failure : recovered.failures)
        progress.say("llmapikey: " + failure);
    ReconcileReport after;
    TRY(add_interrupted(services, attempted_by, after));
    for (const Finding& finding : before.findings) {
        Finding now = finding;
        now.is_fixed = std::none_of(after.findings.begin(), after.findings.end(), [&](const Finding& open) {
            return open.kind == finding.kind && open.github_user_id == finding.github_user_id;
        });
        now.note = now.is_fixed ? "ended" : "still open";
        report.add(std::move(now));
    }
    return {};
}

// `provider` stands in for the one that the services have.
ReconcileParts reconciling(KeyServices& services, KeyProvider& provider) {
    const ReconcileParts parts = services.keys.reconciling();
    return {parts.store, parts.admin,   provider,     parts.revocation,
            parts.audit, parts.history, parts.nonces, parts.clock};
}

base::Result<ReconcileReport> reconcile(KeyServices& services, const config::Config& config,
                                        const ReconcileChoice& choice) {
    Progress progress;
    const base::Seconds settle_time = llmapikey::settle_time(config.upstream_timeout);
    const base::Timestamp attempted_by = services.clock().now() - settle_time;
    ReconcileReport interrupted;
    TRY(choice.fix ? end_interrupted(services, config, attempted_by, progress, interrupted)
                   : add_interrupted(services, attempted_by, interrupted));
    WatchedProvider provider(services.keys.needs.background_provider, [&](std::size_t keys, bool is_last) {
        progress.advance(static_cast<std::int64_t>(keys));
        if (is_last) progress.begin(choice.fix ? "Mending what differs" : "Comparing with the database");
    });
    progress.begin("Reading the keys at " + services.provider_name());
    Reconciler reconciler(reconciling(services, provider),
                          {choice.fix ? Repair::fix : Repair::report_only, choice.older, settle_time,
                           config.upstream_timeout, [&](const UnrememberedKeys& keys, const std::string& why) {
                               progress.end();
                               return may_end_unremembered(choice, app::describe_database(config), keys, why);
                           }});
    auto report = TRY(reconciler.run(base::Deadline::after(run_max), {}));
    if (!config.provider.guardrail_id.empty()) {
        progress.begin("Checking the guardrail");
        auto check = services.guardrail_check(
            {.repair = choice.fix ? Repair::fix : Repair::report_only, .call_timeout = config.upstream_timeout});
        const std::string failure = check.run(report, {});
        if (!failure.empty()) return base::fail(base::Errc::upstream_down, failure);
    }
    for (Finding& finding : interrupted.findings)
        report.add(std::move(finding));
    return report;
}

}  // namespace

int run_reconcile(const ReconcileChoice& choice, Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto services = KeyServices::open(*config);
    if (!services) {
        std::fprintf(stderr, "llmapikey: %s\n", services.error().detail.c_str());
        return services.error().code == base::Errc::invalid_input ? 2 : 1;
    }
    const auto report = reconcile(**services, *config, choice);
    if (!report) {
        std::fprintf(stderr, "llmapikey: reconciling failed: %s\n", report.error().detail.c_str());
        return 1;
    }
    if (output == Output::json) {
        print_json(*report);
    } else {
        print_text(*report, choice.fix);
    }
    return report->is_clean() ? 0 : 1;
}

}  // namespace llmapikey::cli
