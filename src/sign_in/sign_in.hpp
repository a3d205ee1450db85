#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "identity/identity_provider.hpp"

namespace llmapikey {

// The path to which GitHub leads people back. The OAuth App's callback URL is PUBLIC_URL and this.
inline constexpr std::string_view callback_path = "/auth/callback";

// Says why a sign-in failed.
enum class SignInFailure {
    denied,            // the person said no at GitHub
    state_mismatch,    // the callback belongs to no attempt of this browser, or to one that is too old
    code_rejected,     // GitHub refuses the code: used, expired or wrong
    email_unverified,  // GitHub requires the account's e-mail address to be verified first
    not_a_person,      // the account belongs to an organization or a bot
    rate_limited,      // GitHub asks to wait
    github_down,       // timed out, unreachable, 5xx or nonsense
    misconfigured,     // the OAuth App's credentials are wrong; the organizer must mend them
    wrong_callback,    // the callback URL of the OAuth App is wrong; the organizer must mend it
    app_suspended,     // GitHub has suspended the OAuth App
};

struct SignInError {
    SignInFailure failure = SignInFailure::github_down;
    std::string detail;  // for the log; contains neither code nor token
    base::Seconds retry_after{0};
};

// An attempt that was started. `sealed` goes into a cookie named after `id`; the browser is sent to
// `authorize_url`.
struct SignInStart {
    std::string id;
    std::string sealed;
    std::string authorize_url;
};

// An attempt as its cookie describes it.
struct SignInAttempt {
    std::string id;
    std::string code_verifier;
    std::string next;  // path to which the person returns
    std::string redirect_uri;
    base::Timestamp started_at;
};

struct CallbackParameters {
    std::string code, state, error, error_description;
};

struct SignedIn {
    Recipient recipient;
    std::string next;
    base::Secret token;  // to be revoked in the background
};

// Runs the OAuth web flow with state and PKCE S256 (RFC 6749, RFC 7636). Thread-safe.
class SignIn {
public:
    static constexpr base::Seconds attempt_lifetime{600};

    // `sealer` must be used for sign-in attempts only. All references must outlive this object.
    SignIn(IdentityProvider& provider, const base::Sealer& sealer, const base::Clock& clock)
        : provider_(provider), sealer_(sealer), clock_(clock) {}

    SignInStart start(const std::string& next, const std::string& redirect_uri) const;

    // Returns the id of the attempt that a state contains, which tells which cookie to read; empty
    // if it has none.
    static std::string attempt_id(std::string_view state);
    // Returns what an `error` in a callback means. Anybody can send a browser there with any error,
    // so it is only shown and logged.
    static SignInError refusal_of(std::string_view error);
    // Returns the attempt that `state` and the cookie agree on; fails with state_mismatch.
    tl::expected<SignInAttempt, SignInError> check(std::string_view state, std::string_view sealed) const;
    // Returns when the sealed attempt was started; nullopt if it cannot be opened.
    std::optional<base::Timestamp> started_at(std::string_view id, std::string_view sealed) const;
    // Exchanges the code and reads the account. Blocking.
    tl::expected<SignedIn, SignInError> finish(const SignInAttempt& attempt, const CallbackParameters& callback,
                                               base::Deadline deadline);

    // Revokes the token at GitHub. Blocking; best effort: the caller only logs a failure.
    base::Result<void> revoke_token(const base::Secret& token, base::Deadline deadline) {
        return provider_.revoke(token, deadline);
    }

private:
    IdentityProvider& provider_;
    const base::Sealer& sealer_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
