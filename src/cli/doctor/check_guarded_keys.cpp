#include "app/upstreams.hpp"
#include "base/plural.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "guardrails/guardrail_check.hpp"

namespace llmapikey::cli {

// Returns nothing if no guardrail is configured, or if another check reports why the keys cannot be
// checked.
std::vector<Finding> check_guarded_keys(CheckContext& context) {
    if (!context.config || !context.stores || !context.is_key_accepted) return {};
    const config::Config& config = *context.config;
    if (config.provider.guardrail_id.empty()) return {};
    const std::string what = "keys under the guardrail";
    const base::SystemClock clock;
    const auto provider = app::make_key_provider(config, *context.http);
    GuardrailCheck check(*context.stores->admin, *context.stores->statistics, *provider, provider->guardrails(), clock,
                         {.call_timeout = config.upstream_timeout, .remembers = false});
    ReconcileReport report;
    const std::string failure = check.run(report, {});
    if (!failure.empty()) return {{what, Verdict::warning, failure}};
    std::vector<Finding> findings;
    for (const llmapikey::Finding& finding : report.findings)
        if (finding.kind == llmapikey::Finding::Kind::guardrail)
            findings.push_back({what, Verdict::warning, finding.note});
    const auto loose = report.counts.find(llmapikey::Finding::Kind::unguarded);
    if (loose != report.counts.end()) {
        findings.push_back({what, Verdict::warning,
                            base::counted(loose->second.found, "key is", "keys are") +
                                " under no guardrail; `llmapikey reconcile` lists them, and `llmapikey reconcile "
                                "--fix` puts them under this one"});
    }
    if (findings.empty()) findings.push_back({what, Verdict::ok, "all of them"});
    return findings;
}

}  // namespace llmapikey::cli
