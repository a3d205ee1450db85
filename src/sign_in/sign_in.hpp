#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "identity/identity_provider.hpp"

namespace llmapikey {

// Why a sign-in did not come about.
enum class SignInFailure {
    denied,            // the person said no at GitHub
    state_mismatch,    // the callback belongs to no attempt of this browser, or to one that is too old
    code_rejected,     // GitHub does not take the code: used, expired or wrong
    email_unverified,  // GitHub wants the account's e-mail address verified first
    not_a_person,      // an organization or a bot
    rate_limited,      // GitHub asks to wait
    github_down,       // timed out, unreachable, 5xx or nonsense
    misconfigured,     // the OAuth App's credentials are wrong: for the organizer to mend
    wrong_callback,    // likewise, the callback URL of the OAuth App
    app_suspended,     // likewise, GitHub has suspended the OAuth App
};

struct SignInError {
    SignInFailure failure = SignInFailure::github_down;
    std::string detail;  // for the log; holds neither code nor token
    base::Seconds retry_after{0};
};

// An attempt that was started: `sealed` goes into a cookie named after `id`, `authorize_url` is
// where the browser goes.
struct SignInStart {
    std::string id;
    std::string sealed;
    std::string authorize_url;
};

// An attempt as its cookie tells.
struct SignInAttempt {
    std::string id;
    std::string code_verifier;
    std::string next;  // path to land on
    std::string redirect_uri;
    base::Timestamp started_at;
};

struct CallbackParameters {
    std::string code, state, error, error_description;
};

struct SignedIn {
    Recipient recipient;
    std::string next;
    base::Secret token;  // to be revoked, off the person's path
};

// OAuth web flow with state and PKCE S256 (RFC 6749, RFC 7636). Thread-safe.
class SignIn {
public:
    static constexpr base::Seconds attempt_lifetime{600};

    // `sealer` must be made for the purpose of sign-in attempts alone.
    SignIn(IdentityProvider& provider, const base::Sealer& sealer, const base::Clock& clock)
        : provider_(provider), sealer_(sealer), clock_(clock) {}

    SignInStart start(const std::string& next, const std::string& redirect_uri) const;

    // Attempt id inside a state, empty if it has none: tells which cookie to read.
    static std::string attempt_id(std::string_view state);
    // What an `error` in a callback means. Anybody can send a browser there with any error: it is
    // shown and logged, and nothing else follows from it.
    static SignInError refusal_of(std::string_view error);
    // The attempt that `state` and the cookie agree on.
    tl::expected<SignInAttempt, SignInError> check(std::string_view state, std::string_view sealed) const;
    // When the sealed attempt was started; nullopt if it cannot be opened.
    std::optional<base::Timestamp> started_at(std::string_view id, std::string_view sealed) const;
    // Blocking: exchanges the code and reads the account.
    tl::expected<SignedIn, SignInError> finish(const SignInAttempt& attempt, const CallbackParameters& callback,
                                               base::Deadline deadline);

    // Blocking, best effort: the caller logs a failure and lets it go.
    base::Result<void> revoke_token(const base::Secret& token, base::Deadline deadline) {
        return provider_.revoke(token, deadline);
    }

private:
    IdentityProvider& provider_;
    const base::Sealer& sealer_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
