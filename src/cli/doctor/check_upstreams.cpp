#include <algorithm>

#include "app/upstreams.hpp"
#include "base/encoding.hpp"
#include "cli/doctor/doctor_checks.hpp"

namespace llmapikey::cli {
namespace {

base::Deadline deadline_of(const config::Config& config) {
    return base::Deadline::after(config.upstream_timeout);
}

std::string name_of(const KeyProvider& provider) {
    return std::string(provider.traits().name);
}

Finding check_credits(CheckContext& context, const KeyProvider& provider, CreditsReader& reader) {
    const config::Config& config = *context.config;
    const std::string what = name_of(provider) + " credits";
    const auto credits = reader.credits(deadline_of(config));
    if (!credits) return {what, Verdict::problem, credits.error().detail};
    const base::MicroUsd left{credits->total.value - credits->used.value};
    context.credits_left = left;
    const std::string note = base::to_money(left) + " left";
    if (left >= settings_in_force(context).terms().daily_limit) return {what, Verdict::ok, note};
    const std::string_view shop = provider.traits().variables.credits_url;
    const std::string where = "buy credits at " + (shop.empty() ? name_of(provider) : std::string(shop));
    const std::string meaning =
        left.value > 0 ? ", less than one key may spend in a day; " + where
                       : ": there are no credits, so keys can be made, but calls with them fail until you " + where;
    return {what, Verdict::problem, note + meaning, {}, Fault::credits};
}

// Returns "; allowed models 3: a, b, c" with at most 10 names; empty if there are none.
std::string listed(const std::string& what, const std::vector<std::string>& names) {
    constexpr std::size_t shown_max = 10;
    if (names.empty()) return {};
    std::string text = "; " + what + " " + std::to_string(names.size()) + ": ";
    for (std::size_t i = 0; i < std::min(names.size(), shown_max); ++i)
        text += (i > 0 ? ", " : "") + base::to_printable(names[i]);
    return names.size() > shown_max ? text + ", ..." : text;
}

std::string describe(const Guardrail& guardrail) {
    std::string text = "'" + base::to_printable(guardrail.name) + "' can be read";
    text += listed("allowed models", guardrail.allowed_models) + listed("ignored models", guardrail.ignored_models) +
            listed("allowed providers", guardrail.allowed_providers) +
            listed("ignored providers", guardrail.ignored_providers);
    if (guardrail.allowed_models.empty() && guardrail.ignored_models.empty()) text += "; any model may be called";
    if (guardrail.limit) {
        text += "; each key may spend at most " + base::to_money(*guardrail.limit) + " " +
                base::to_printable(guardrail.limit_interval);
    }
    return text;
}

Finding check_guardrail(const config::Config& config, const KeyProvider& provider, Guardrails& guardrails) {
    const std::string what = name_of(provider) + " guardrail";
    const ProviderVariables& variables = provider.traits().variables;
    const auto guardrail = guardrails.guardrail(deadline_of(config));
    if (!guardrail && is_unreachable(guardrail.error()))
        return unreachable(what, guardrail.error(), config.provider.url, variables.url);
    if (!guardrail) {
        return {what, Verdict::problem,
                "cannot be read, so no key can be made: " + guardrail.error().detail + "; check " +
                    std::string(variables.guardrail) + ", or unset it"};
    }
    const std::string& workspace = (*guardrail)->workspace_id;
    if (!workspace.empty() && !config.provider.workspace_id.empty() &&
        !base::equal_ignoring_case(workspace, config.provider.workspace_id)) {
        return {what, Verdict::problem,
                "belongs to workspace " + base::to_printable(workspace) +
                    ", and can only be assigned to keys of that one; set " + std::string(variables.workspace) +
                    " to it, or choose another guardrail"};
    }
    return {what, Verdict::ok, describe(**guardrail)};
}

Finding check_key(const config::Config& config, KeyProvider& provider) {
    const std::string what = name_of(provider) + " key";
    const ProviderVariables& variables = provider.traits().variables;
    const auto listed_keys = provider.list(nullptr, deadline_of(config));
    if (listed_keys) {
        const std::string& workspace = config.provider.workspace_id;
        return {what, Verdict::ok,
                "accepted by " + config.provider.url + ", for " +
                    (workspace.empty() ? "its default workspace" : "workspace " + workspace)};
    }
    if (is_unreachable(listed_keys.error()))
        return unreachable(what, listed_keys.error(), config.provider.url, variables.url);
    return {what, Verdict::problem, listed_keys.error().detail + "; " + std::string(variables.management_key_advice)};
}

}  // namespace

std::vector<Finding> check_key_provider(CheckContext& context) {
    if (!context.config) return {};
    const config::Config& config = *context.config;
    if (config.provider.management_key.empty()) {
        const ProviderTraits& traits = app::traits_of(config);
        return {{std::string(traits.name) + " key", Verdict::warning,
                 "not set: no key can be minted, revoked or looked after; set " +
                     std::string(traits.variables.management_key)}};
    }
    const auto provider = app::make_key_provider(config, *context.http);
    std::vector<Finding> findings{check_key(config, *provider)};
    context.is_key_accepted = findings.back().verdict == Verdict::ok;
    if (!context.is_key_accepted) return findings;  // every other call with this key would fail for the same reason
    if (CreditsReader* const reader = provider->credits_reader(); reader != nullptr)
        findings.push_back(check_credits(context, *provider, *reader));
    if (Guardrails* const guardrails = provider->guardrails();
        guardrails != nullptr && !config.provider.guardrail_id.empty())
        findings.push_back(check_guardrail(config, *provider, *guardrails));
    return findings;
}

}  // namespace llmapikey::cli
