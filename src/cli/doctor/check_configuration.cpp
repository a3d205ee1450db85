#include "app/settings.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "cli/configuration.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "net/http_server.hpp"

namespace llmapikey::cli {
namespace {

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1";
}

// Returns whether other machines can reach the service, directly or through a proxy.
bool is_reached_from_elsewhere(const config::Config& config) {
    const auto listen = net::ListenAddress::parse(config.listen);
    return !config.trusted_proxies.empty() || (listen && !is_loopback(listen->host));
}

Finding look_at(const config::Variable& variable, const CheckContext& context) {
    Finding finding{std::string(variable.name), Verdict::ok, ""};
    for (const config::Problem& problem : context.problems) {
        if (problem.variable != variable.name) continue;
        finding.verdict = Verdict::problem;
        finding.note += (finding.note.empty() ? "" : "; ") + problem.message;
    }
    if (finding.verdict == Verdict::problem) return finding;
    const bool is_set = !context.lookup(variable.name).value_or("").empty();
    finding.group = is_set ? "set" : "by default";
    finding.note = finding.group;
    if (!is_set)
        finding.note = variable.default_text.empty() ? "not set" : "not set: " + std::string(variable.default_text);
    return finding;
}

}  // namespace

std::vector<Finding> check_variables(CheckContext& context) {
    std::vector<Finding> findings;
    for (const config::Variable& variable : config::variables())
        findings.push_back(look_at(variable, context));
    for (const config::Problem& unread : unread_variables())
        findings.push_back({unread.variable, Verdict::warning, unread.message});
    return findings;
}

std::vector<Finding> check_public_address(CheckContext& context) {
    if (!context.config) return {};
    const std::string what = "public address";
    const std::string& public_url = context.config->public_url;
    if (!public_url.empty() && !is_running_here(context)) return {{what, Verdict::ok, public_url}};
    if (!public_url.empty()) {
        const std::string why_not = why_not_served_at(public_url);
        if (why_not.empty()) return {{what, Verdict::ok, public_url + " leads here"}};
        return {{what, Verdict::warning,
                 public_url + " does not lead to the service that runs here (" + why_not +
                     "): see docs/deploy/proxies.md for what the reverse proxy must do"}};
    }
    if (!is_reached_from_elsewhere(*context.config))
        return {{what, Verdict::ok, "none: only this machine can connect"}};
    return {{what, Verdict::warning,
             "not known: GitHub sends people back to the address that each request claims; "
             "set PUBLIC_URL to the origin that people open, such as https://keys.example.org"}};
}

std::vector<Finding> check_console(CheckContext& context) {
    if (!context.config) return {};
    std::size_t admins = context.config->admin_github_user_ids.size();
    const auto first = settings_in_force(context).first_admin();
    if (first && !context.config->admin_github_user_ids.contains(first->value)) ++admins;
    if (admins > 0) {
        return {{"console", Verdict::ok, base::counted(static_cast<std::int64_t>(admins), "account") + " can open it"}};
    }
    return {{"console", Verdict::warning,
             "nobody can open it: `serve` prints a link, good for 30 minutes, that makes whoever opens it and signs in "
             "the first admin; or set ADMIN_GITHUB_USER_IDS to the numeric GitHub ids of the organizers (the number "
             "`id` at " +
                 context.config->github_api_url + "/users/LOGIN)"}};
}

SettingsState settings_in_force(const CheckContext& context) {
    const SettingDefaults defaults = app::setting_defaults(context.config.value_or(context.sound));
    auto stored = context.stores ? context.stores->settings->list() : StoredSettings();
    return {defaults, stored.value_or(StoredSettings())};
}

std::vector<Finding> check_settings(CheckContext& context) {
    if (!context.config || !context.stores) return {};
    const SettingsState state = settings_in_force(context);
    std::string note;
    for (const SettingRule& rule : setting_rules()) {
        const SettingState& of = state.of(rule.setting);
        if (!of.is_set) continue;
        note += (note.empty() ? "" : "; ") + std::string(rule.name) + " is " +
                base::to_valid_utf8(shown_setting(rule.setting, of.value)) + " instead of " +
                shown_setting(rule.setting, of.configured) + ", set by " + of.changed_by;
    }
    return {{"settings", Verdict::ok, note.empty() ? "all from the environment" : note}};
}

std::vector<Finding> check_minting(CheckContext& context) {
    if (!context.config) return {};
    const SettingsState state = settings_in_force(context);
    const Terms terms = state.terms();
    const std::string what = "minting";
    if (!state.is_minting_configured()) {
        return {{what, Verdict::warning,
                 "nobody can get a key: PROVISIONING_ENABLED is not true; set it to true to hand out keys"}};
    }
    if (!terms.is_enabled) {
        return {{what, Verdict::warning,
                 "nobody can get a key: an organizer has paused new keys; lift the pause in the console, or with "
                 "llmapikey settings unset minting_paused"}};
    }
    if (terms.max_total_keys == 0) return {{what, Verdict::ok, "any number of keys"}};
    const auto totals = context.stores ? std::optional(context.stores->keys->totals()) : std::nullopt;
    if (!totals || !*totals) return {{what, Verdict::ok, "up to " + base::counted(terms.max_total_keys, "key")}};
    const std::string note =
        std::to_string((*totals)->live) + " of " + base::counted(terms.max_total_keys, "key is", "keys are") + " taken";
    if ((*totals)->live < terms.max_total_keys) return {{what, Verdict::ok, note}};
    const bool is_set = state.of(SettingName::seats).is_set;
    return {{what, Verdict::warning,
             note + ", so nobody else can get one: raise " + (is_set ? "the setting seats" : "MAX_TOTAL_KEYS") +
                 " or revoke keys"}};
}

}  // namespace llmapikey::cli
