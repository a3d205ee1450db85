#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/github_user_id.hpp"

namespace llmapikey {

struct AuthorizeRequest {
    std::string state;
    std::string code_challenge;  // S256 of the verifier, RFC 7636
    std::string redirect_uri;
};

struct ExchangeRequest {
    std::string code;
    std::string code_verifier;
    std::string redirect_uri;  // identical to the one in AuthorizeRequest
};

// Sign-in with GitHub. All calls except authorize_url() block; no call takes longer than
// `deadline`. Thread-safe. Failures: upstream_down, rate_limited (with retry_after), misconfigured
// (client credentials or redirect URI refused), and invalid_input or forbidden where a comment says
// so.
class IdentityProvider {
public:
    virtual ~IdentityProvider() = default;

    // Returns the URL to send the browser to. The scope is read:user.
    virtual std::string authorize_url(const AuthorizeRequest& request) const = 0;

    // Exchanges a code for an access token. invalid_input: the code is wrong, used or expired.
    // forbidden: the account's e-mail address is not verified.
    virtual base::Result<base::Secret> exchange(const ExchangeRequest& request, base::Deadline deadline) = 0;

    // Returns the account of a token. forbidden: it is not a person's (`type` is not "User").
    virtual base::Result<Recipient> read_user(const base::Secret& token, base::Deadline deadline) = 0;

    // Revokes the token at the provider. A token that no longer exists is a success.
    virtual base::Result<void> revoke(const base::Secret& token, base::Deadline deadline) = 0;

    // Returns the login of an account, without its consent. not_found: there is no such account.
    virtual base::Result<std::string> find_login(GithubUserId id, base::Deadline deadline) = 0;

    // Returns the account that has a login now, without its consent. not_found: there is none.
    // forbidden: it is not a person's.
    virtual base::Result<Recipient> find_account(const std::string& login, base::Deadline deadline) = 0;

    // Checks the client id and secret. misconfigured: GitHub refuses them.
    virtual base::Result<void> check_credentials(base::Deadline deadline) = 0;
};

}  // namespace llmapikey
