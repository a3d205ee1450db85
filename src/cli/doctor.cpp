#include <algorithm>
#include <boost/json/array.hpp>
#include <cstdio>
#include <vector>

#include "app/database.hpp"
#include "app/upstreams.hpp"
#include "base/core_dump.hpp"
#include "base/encoding.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "net/http_server.hpp"

namespace llmapikey::cli {
namespace {

struct Check {
    std::string what;
    bool is_good;
    std::string note;          // what was found, or what is wrong and how to mend it
    bool is_doubtful = false;  // good, but most likely not as it is meant to be
};

void check_variables(const config::Lookup& lookup, const std::vector<config::Problem>& problems,
                     std::vector<Check>& checks) {
    for (const config::Variable& variable : config::variables()) {
        const std::string name(variable.name);
        std::string complaint;
        for (const config::Problem& problem : problems) {
            if (problem.variable == name) complaint = problem.message;
        }
        const bool is_set = !lookup(name).value_or("").empty();
        std::string note = is_set ? "set" : "not set";
        if (!is_set && !variable.default_text.empty()) note += ": " + std::string(variable.default_text);
        checks.push_back({name, complaint.empty(), complaint.empty() ? note : complaint});
    }
}

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1";
}

// Whether others than this machine can come, directly or through a proxy.
bool is_reached_from_elsewhere(const config::Config& config) {
    const auto listen = net::ListenAddress::parse(config.listen);
    return !config.trusted_proxies.empty() || (listen && !is_loopback(listen->host));
}

Check check_public_url(const config::Config& config) {
    if (!config.public_url.empty()) return {"public address", true, config.public_url};
    if (!is_reached_from_elsewhere(config)) return {"public address", true, "none: only this machine gets in"};
    return {"public address", true,
            "not known: where GitHub sends people back to is taken from what each request claims to have asked for; "
            "set PUBLIC_URL to the origin that people open, such as https://keys.example.org",
            true};
}

Check check_database(const config::Config& config) {
    const base::SystemClock clock;
    const auto migration = app::DatabaseMigration::open(config, clock);
    if (!migration) return {"database", false, migration.error().detail};
    const auto states = (*migration)->migrator().states();
    if (!states) return {"database", false, states.error().detail};
    const std::string name = app::describe_database(config);
    for (const auto& state : *states) {
        if (!state.applied_at)
            return {"database", true, name + " can be used; `serve` or `migrate up` will bring it up to date"};
    }
    const auto stores = app::open_stores(config);
    if (!stores) return {"database", false, stores.error().detail};
    const auto checked = stores->keys->check();
    if (!checked) return {"database", false, checked.error().detail};
    return {"database", true, name + " can be used and is up to date"};
}

Check check_github(const config::Config& config, net::HttpClient& http) {
    const auto identity = app::make_identity_provider(config, http);
    const auto checked = identity->check_credentials(base::Deadline::after(config.upstream_timeout));
    if (checked) return {"GitHub credentials", true, "accepted by " + config.github_api_url};
    return {"GitHub credentials", false,
            checked.error().detail +
                "; check GITHUB_OAUTH_CLIENT_ID and GITHUB_OAUTH_CLIENT_SECRET on the OAuth App's page, and that " +
                config.github_api_url + " can be reached from here"};
}

Check check_openrouter(const config::Config& config, net::HttpClient& http) {
    if (config.openrouter_management_key.empty()) return {"OpenRouter key", true, "not set: nothing can be minted"};
    const auto provider = app::make_key_provider(config, http);
    const auto listed = provider->list_page(0, base::Deadline::after(config.upstream_timeout));
    if (listed) return {"OpenRouter key", true, "accepted by " + config.openrouter_url};
    return {"OpenRouter key", false,
            listed.error().detail + "; create a management key at OpenRouter under Settings, Management keys"};
}

Check check_credits(const config::Config& config, net::HttpClient& http) {
    const auto provider = app::make_key_provider(config, http);
    const auto credits = provider->credits(base::Deadline::after(config.upstream_timeout));
    if (!credits) return {"OpenRouter credits", false, credits.error().detail};
    const base::MicroUsd left{credits->total.value - credits->used.value};
    const std::string note = base::to_display(left) + " US dollars left";
    const bool is_enough = left >= config.key_daily_limit;
    return {"OpenRouter credits", is_enough,
            is_enough ? note : note + ", less than one key may spend in a day; buy credits at OpenRouter"};
}

// "3 models: a, b, c"; the first few of many. Empty for none.
std::string listed(const std::string& what, const std::vector<std::string>& names) {
    constexpr std::size_t most_shown = 10;
    if (names.empty()) return {};
    std::string text = "; " + what + " " + std::to_string(names.size()) + ": ";
    for (std::size_t i = 0; i < std::min(names.size(), most_shown); ++i)
        text += (i > 0 ? ", " : "") + base::to_printable(names[i]);
    return names.size() > most_shown ? text + ", ..." : text;
}

std::string describe(const service::Guardrail& guardrail) {
    std::string text = "'" + base::to_printable(guardrail.name) + "' can be read";
    text += listed("allowed models", guardrail.allowed_models) + listed("ignored models", guardrail.ignored_models) +
            listed("allowed providers", guardrail.allowed_providers) +
            listed("ignored providers", guardrail.ignored_providers);
    if (guardrail.allowed_models.empty() && guardrail.ignored_models.empty()) text += "; any model may be called";
    if (guardrail.limit) {
        text += "; each key at most " + base::to_display(*guardrail.limit) + " US dollars " +
                base::to_printable(guardrail.limit_interval);
    }
    return text;
}

Check check_guardrail(const config::Config& config, net::HttpClient& http) {
    const std::string what = "OpenRouter guardrail";
    const auto provider = app::make_key_provider(config, http);
    const auto guardrail = provider->guardrail(base::Deadline::after(config.upstream_timeout));
    if (!guardrail) {
        return {what, false,
                "cannot be read, so no key can be made: " + guardrail.error().detail +
                    "; check OPENROUTER_GUARDRAIL_ID, or unset it"};
    }
    const std::string& workspace = (*guardrail)->workspace_id;
    if (!workspace.empty() && !config.openrouter_workspace_id.empty() &&
        !base::equal_ignoring_case(workspace, config.openrouter_workspace_id)) {
        return {what, false,
                "belongs to workspace " + base::to_printable(workspace) +
                    ", and can only be assigned to keys of that one; set OPENROUTER_WORKSPACE_ID to it, or choose "
                    "another guardrail"};
    }
    return {what, true, describe(**guardrail)};
}

void print_text(const std::vector<Check>& checks) {
    for (const Check& check : checks) {
        const char* const verdict = !check.is_good ? "PROBLEM" : check.is_doubtful ? "WARNING" : "ok";
        std::printf("%-8s %-28s %s\n", verdict, check.what.c_str(), check.note.c_str());
    }
}

void print_json(const std::vector<Check>& checks) {
    boost::json::array list;
    for (const Check& check : checks)
        list.push_back(
            {{"check", check.what}, {"ok", check.is_good}, {"warning", check.is_doubtful}, {"note", check.note}});
    cli::print_json(list);
}

}  // namespace

int run_doctor(Output output) {
    base::exclude_from_core_dumps();  // before there is a secret
    const auto lookup = config::environment();
    if (!lookup) {
        explain(lookup.error());
        return 2;
    }
    std::vector<Check> checks;
    const auto whole = config::load(*lookup, config::Need::serve);
    check_variables(*lookup, whole ? std::vector<config::Problem>{} : whole.error(), checks);
    // What can be checked although other variables are wrong is checked.
    const auto storage = config::load(*lookup, config::Need::database);
    if (storage) checks.push_back(check_database(*storage));
    if (whole) {
        checks.push_back(check_public_url(*whole));
        const auto http = app::make_http_client(*whole);
        checks.push_back(check_github(*whole, *http));
        checks.push_back(check_openrouter(*whole, *http));
        if (checks.back().is_good && !whole->openrouter_management_key.empty())
            checks.push_back(check_credits(*whole, *http));
        if (!whole->openrouter_guardrail_id.empty() && !whole->openrouter_management_key.empty())
            checks.push_back(check_guardrail(*whole, *http));
    }
    output == Output::json ? print_json(checks) : print_text(checks);
    for (const Check& check : checks) {
        if (!check.is_good) return 1;
    }
    return 0;
}

}  // namespace llmapikey::cli
