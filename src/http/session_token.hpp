#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "identity/github_user_id.hpp"

namespace llmapikey {

inline constexpr std::string_view session_cookie_name = "llmapikey_session";
inline constexpr base::Seconds session_lifetime{std::chrono::days{7}};

struct Session {
    Recipient recipient;
    base::Timestamp issued_at;
    base::Timestamp expires_at;
};

// The session cookie's JWT: HS256 over the bytes of AUTH_SESSION_SECRET; claims sub, login, iat,
// exp. The same as the older deployment's, so that its sessions go on. Thread-safe.
class SessionTokens {
public:
    // Tokens that were signed with `other` are taken, too; empty: there is none.
    explicit SessionTokens(base::Secret secret, base::Secret other = base::Secret())
        : secret_(std::move(secret)), other_(std::move(other)) {}

    std::string issue(const Recipient& recipient, base::Timestamp now) const;
    // Nullopt for anything but a token of ours that is valid now: other algorithms (none included),
    // a wrong signature, missing or malformed claims, expired, issued or valid only in the future
    // by more than base::replica_skew_max.
    std::optional<Session> verify(std::string_view token, base::Timestamp now) const;

private:
    base::Secret secret_, other_;
};

}  // namespace llmapikey
