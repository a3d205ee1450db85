#pragma once

#include <memory>

#include "config/config.hpp"
#include "keys/admin_store.hpp"
#include "net/http_client.hpp"
#include "ops/metrics.hpp"
#include "providers/calls/upstream_calls.hpp"
#include "providers/chat_provider.hpp"
#include "providers/key_provider.hpp"
#include "sign_in/github_client.hpp"
#include "webhooks/webhook_client.hpp"

namespace llmapikey::app {

// The one place that knows which providers there are and makes the one that is configured. `http`
// must outlive what is made.
std::unique_ptr<SupervisedKeyProvider> make_key_provider(const config::Config& config, net::HttpClient& http,
                                                         Supervision supervision = {},
                                                         AccountCheck is_our_account = {});
// Where recipients' keys are tried.
std::unique_ptr<ChatProvider> make_chat_provider(const config::Config& config, net::HttpClient& http);
// Of the provider that is configured.
const ProviderTraits& traits_of(const config::Config& config);
// By whether upstream knows any of the keys that rows hold. `store` must outlive what asks.
AccountCheck same_account_as(AdminStore& store);
std::unique_ptr<IdentityProvider> make_identity_provider(const config::Config& config, net::HttpClient& http);
// For calls to anybody; its answers repeat none of our secrets.
std::unique_ptr<net::HttpClient> make_http_client(const config::Config& config);
// For webhooks: likewise, to the addresses that they may be sent to.
std::unique_ptr<net::HttpClient> make_webhook_http_client(const config::Config& config);
WebhookReach webhook_reach(const config::Config& config);
// For a client whose owner calls probe(): counts calls, and tells of outages in metrics and log.
// `metrics` must outlive the client.
Supervision supervise(const ProviderTraits& provider, ops::Metrics& metrics);

}  // namespace llmapikey::app
