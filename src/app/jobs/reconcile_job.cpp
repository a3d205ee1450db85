#include "app/jobs/reconcile_job.hpp"

#include <algorithm>

#include "ops/log.hpp"

namespace llmapikey::app {
namespace {

constexpr std::chrono::minutes run_max{20};
constexpr int pause_for_each_second = 4;

}  // namespace

void ReconcileJob::run_if_due(const std::stop_token& stop) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_ || !parts_.leases.hold(lease_)) return;
    auto report = parts_.reconciler.run(base::Deadline::after(run_max), stop);
    if (report) parts_.look_further(*report, stop);
    const auto took = std::chrono::steady_clock::now() - now;
    next_ = now + std::max<std::chrono::steady_clock::duration>(every_, took * (1 + pause_for_each_second));
    if (stop.stop_requested()) return;
    parts_.metrics.count_reconciliation(report.has_value());
    parts_.metrics.count_job("reconcile", report.has_value());
    std::map<std::string, std::string> facts;
    facts[fact::reconcile_problem] = report ? "" : report.error().detail;
    if (!report) parts_.note_failure("reconciling: " + report.error().detail);
    if (report) {
        const std::string summary = summary_of(*report);
        facts[fact::reconciled] = summary;
        if (!report->counts.empty()) ops::log(ops::LogLevel::info, "reconciled: " + summary);
        note_left_alone(*report, facts);
        for (const auto& [kind, count] : report->counts)
            parts_.metrics.count_findings(to_text(kind), count.found, count.fixed);
    }
    const auto noted = parts_.stores.statistics->set_facts(facts, parts_.clock.now());
    if (!noted) ops::log(ops::LogLevel::warn, "noting a reconciliation: " + noted.error().detail);
}

// Keys of another life of the installation: an error, once for what they are and why they were left
// alone.
void ReconcileJob::note_left_alone(const ReconcileReport& report, std::map<std::string, std::string>& facts) {
    const auto found = report.counts.find(Finding::Kind::unremembered);
    const std::int64_t open = found == report.counts.end() ? 0 : found->second.found - found->second.fixed;
    facts[fact::unremembered_keys] = std::to_string(open);
    facts[fact::unremembered_note] = report.left_alone;
    const bool is_new = report.left_alone != left_alone_;
    left_alone_ = report.left_alone;
    if (report.left_alone.empty() || !is_new) return;
    ops::log(ops::LogLevel::error,
             "at " + parts_.provider + " " + report.left_alone +
                 ". Nothing is done about them: is this the right database? `llmapikey reconcile` shows them, "
                 "`llmapikey reconcile --fix` ends them (docs/backup.md)",
             {{"database", database_}});
}

}  // namespace llmapikey::app
