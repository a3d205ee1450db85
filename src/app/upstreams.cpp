#include "app/upstreams.hpp"

#include "keys/account_check.hpp"
#include "net/curl_client.hpp"
#include "net/redacting_client.hpp"
#include "ops/log.hpp"
#include "providers/known_providers.hpp"
#include "providers/openrouter/openrouter_chat.hpp"
#include "providers/openrouter/openrouter_client.hpp"

namespace llmapikey::app {
namespace {

// An outage begins with one line and ends with one; the probes in between are for those who want to
// know all.
void log_change(const std::string& provider, CircuitState from, CircuitState to) {
    if (from == CircuitState::closed) {
        ops::log(ops::LogLevel::warn, provider + " is down: calls to it fail at once until it answers again");
    } else if (to == CircuitState::closed) {
        ops::log(ops::LogLevel::info, provider + " answers again");
    } else {
        ops::log(ops::LogLevel::debug, to == CircuitState::half_open ? "asking whether " + provider + " is back"
                                                                     : provider + " is not back yet");
    }
}

std::vector<base::Secret> secrets_of(const config::Config& config) {
    return {config.provider.management_key, config.github_oauth_client_secret,
            config.auth_session_secret,     config.auth_session_secret_also_accepted,
            config.key_encryption_secret,   config.key_encryption_secret_also_accepted};
}

}  // namespace

Supervision supervise(const ProviderTraits& provider, ops::Metrics& metrics) {
    const std::string name(provider.name);
    Supervision supervision;
    supervision.is_probed = true;
    supervision.on_call = [&metrics](std::string_view call, std::string_view outcome) {
        metrics.count_upstream_call(call, outcome);
    };
    supervision.on_pause = [name](std::string_view call, base::Seconds pause) {
        ops::log(ops::LogLevel::warn, name + " asks to slow down: the background makes no such call for a while",
                 {{"call", std::string(call)}, {"seconds", std::to_string(pause.count())}});
    };
    supervision.on_circuit = [&metrics, name](CircuitState from, CircuitState to) {
        metrics.set_upstream_circuit_open(to != CircuitState::closed);
        log_change(name, from, to);
    };
    return supervision;
}

AccountCheck same_account_as(AdminStore& store) {
    return
        [&store](KeyProvider& provider, base::Deadline deadline) { return is_our_account(store, provider, deadline); };
}

// The word is that of the first known provider unless config/ sets another one.
const ProviderTraits& traits_of(const config::Config& config) {
    for (const ProviderTraits* traits : known_providers())
        if (traits->word == config.provider.word) return *traits;
    return usual_provider();
}

std::unique_ptr<SupervisedKeyProvider> make_key_provider(const config::Config& config, net::HttpClient& http,
                                                         Supervision supervision, AccountCheck is_our_account) {
    const config::ProviderConfig& provider = config.provider;
    return std::make_unique<OpenRouterClient>(
        OpenRouterOptions{provider.url, provider.management_key, provider.workspace_id, provider.guardrail_id,
                          std::move(is_our_account)},
        http, std::move(supervision));
}

std::unique_ptr<ChatProvider> make_chat_provider(const config::Config& config, net::HttpClient& http) {
    return std::make_unique<OpenRouterChat>(ChatOptions{config.provider.url, config.upstream_timeout}, http);
}

std::unique_ptr<IdentityProvider> make_identity_provider(const config::Config& config, net::HttpClient& http) {
    return std::make_unique<GithubClient>(
        GithubOptions{config.github_url, config.github_api_url, config.github_oauth_client_id,
                      config.github_oauth_client_secret, config.are_github_pages_beside_service},
        http);
}

std::unique_ptr<net::HttpClient> make_http_client(const config::Config& config) {
    return net::make_redacting(net::make_curl_client("llmapikey"), secrets_of(config));
}

std::unique_ptr<net::HttpClient> make_webhook_http_client(const config::Config& config) {
    auto filter = webhook_address_filter(webhook_reach(config));
    return net::make_redacting(net::make_curl_client("llmapikey", std::move(filter)), secrets_of(config));
}

WebhookReach webhook_reach(const config::Config& config) {
    switch (config.webhook_targets) {
        case config::WebhookTargets::world:
            return WebhookReach::world;
        case config::WebhookTargets::inside:
            return WebhookReach::inside;
        case config::WebhookTargets::any:
            break;
    }
    return WebhookReach::any;
}

}  // namespace llmapikey::app
