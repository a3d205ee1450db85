#pragma once

#include <string>

#include "base/secret.hpp"
#include "identity/identity_provider.hpp"
#include "net/http_client.hpp"

namespace llmapikey {

struct GithubOptions {
    std::string web_url;  // "https://github.com"
    std::string api_url;  // "https://api.github.com", or "https://HOST/api/v3" of an Enterprise Server
    std::string client_id;
    base::Secret client_secret;
    // True for the sandbox: GitHub's pages are then served on the origin of this service, whatever
    // host was requested.
    bool are_pages_beside_service = false;
};

// Implements IdentityProvider with an OAuth App of GitHub. Nothing is retried: a code can be
// exchanged only once, and a person is waiting.
class GithubClient final : public IdentityProvider {
public:
    GithubClient(GithubOptions options, net::HttpClient& http) : options_(std::move(options)), http_(http) {}

    std::string authorize_url(const AuthorizeRequest& request) const override;
    base::Result<base::Secret> exchange(const ExchangeRequest& request, base::Deadline deadline) override;
    base::Result<Recipient> read_user(const base::Secret& token, base::Deadline deadline) override;
    base::Result<void> revoke(const base::Secret& token, base::Deadline deadline) override;
    base::Result<std::string> find_login(GithubUserId id, base::Deadline deadline) override;
    base::Result<Recipient> find_account(const std::string& login, base::Deadline deadline) override;
    base::Result<void> check_credentials(base::Deadline deadline) override;

private:
    std::string app_credentials() const;
    // Reads a public profile; `path` is relative to the API's address. Fails with not_found for a
    // 404.
    base::Result<net::ClientResponse> read_public(const std::string& path, base::Deadline deadline);
    net::ClientResponse send_as_app(const std::string& method, const base::Secret& token, base::Deadline deadline);

    const GithubOptions options_;
    net::HttpClient& http_;
};

}  // namespace llmapikey
