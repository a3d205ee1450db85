#pragma once

#include <memory>

#include "config/config.hpp"
#include "github/github_client.hpp"
#include "net/http_client.hpp"
#include "service/issuance.hpp"
#include "upstream/openrouter_client.hpp"

namespace llmapikey::app {

// The clients of GitHub and OpenRouter as configured; `http` must outlive them.
std::unique_ptr<service::KeyProvider> make_key_provider(const config::Config& config, net::HttpClient& http);
std::unique_ptr<service::IdentityProvider> make_identity_provider(const config::Config& config, net::HttpClient& http);
std::unique_ptr<net::HttpClient> make_http_client();
// What is handed out, as configured.
service::IssuancePolicy issuance_policy(const config::Config& config);

}  // namespace llmapikey::app
