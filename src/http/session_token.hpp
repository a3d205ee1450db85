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

// The JWT of the session cookie: HS256 with the bytes of AUTH_SESSION_SECRET; claims sub, login,
// iat, exp. The older deployment used the same format, so its sessions stay valid. Thread-safe.
class SessionTokens {
public:
    // Tokens signed with `other`, the previous or the next secret during a rotation, are accepted
    // too. Empty: there is none.
    explicit SessionTokens(base::Secret secret, base::Secret other = base::Secret())
        : secret_(std::move(secret)), other_(std::move(other)) {}

    std::string issue(const Recipient& recipient, base::Timestamp now) const;
    // Returns the session of a token that is ours and valid now. Nullopt: another algorithm (or
    // "none"), a wrong signature, missing or malformed claims, an expired token, or one that is
    // issued or becomes valid more than base::replica_skew_max in the future.
    std::optional<Session> verify(std::string_view token, base::Timestamp now) const;

private:
    base::Secret secret_, other_;
};

}  // namespace llmapikey
