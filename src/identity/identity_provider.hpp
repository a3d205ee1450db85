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
    std::string redirect_uri;  // the very one of the AuthorizeRequest
};

// Sign-in with GitHub. Blocking but for authorize_url; thread-safe; no call outlasts `deadline`.
// Failures: upstream_down, rate_limited (with retry_after), misconfigured (client credentials or
// redirect URI refused), and where said invalid_input or forbidden.
class IdentityProvider {
public:
    virtual ~IdentityProvider() = default;

    // Where to send the browser. Scope read:user.
    virtual std::string authorize_url(const AuthorizeRequest& request) const = 0;

    // invalid_input: the code is wrong, used or expired. forbidden: the account's e-mail address is
    // not verified.
    virtual base::Result<base::Secret> exchange(const ExchangeRequest& request, base::Deadline deadline) = 0;

    // Whose token it is. forbidden: not an account of a person (`type` is not "User").
    virtual base::Result<Recipient> read_user(const base::Secret& token, base::Deadline deadline) = 0;

    // Revokes the token at the provider; a token that is already gone is a success.
    virtual base::Result<void> revoke(const base::Secret& token, base::Deadline deadline) = 0;

    // The login of an account, without its consent. not_found: there is no such account.
    virtual base::Result<std::string> find_login(GithubUserId id, base::Deadline deadline) = 0;

    // The account that has a login now, without its consent. not_found: there is none. forbidden:
    // not a person's.
    virtual base::Result<Recipient> find_account(const std::string& login, base::Deadline deadline) = 0;

    // Whether the client id and secret are accepted; misconfigured if not.
    virtual base::Result<void> check_credentials(base::Deadline deadline) = 0;
};

}  // namespace llmapikey
