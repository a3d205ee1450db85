#include "web/session_token.hpp"

#include <jwt.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>

namespace llmapikey::web {
namespace {

constexpr std::size_t max_token_bytes = 4096;
constexpr std::size_t max_login_bytes = 100;
constexpr base::Seconds clock_skew{60};

struct FreeJwt {
    void operator()(jwt_t* token) const { jwt_free(token); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

const unsigned char* bytes_of(const base::Secret& secret) {
    return reinterpret_cast<const unsigned char*>(secret.reveal().data());
}

std::optional<base::Timestamp> time_claim(jwt_t* token, const char* name) {
    errno = 0;
    const long value = jwt_get_grant_int(token, name);
    if (errno != 0 || value < 0) return std::nullopt;
    return base::Timestamp{base::Seconds{value}};
}

std::optional<domain::Recipient> recipient_claims(jwt_t* token) {
    const char* subject = jwt_get_grant(token, "sub");
    const char* login = jwt_get_grant(token, "login");
    if (subject == nullptr || login == nullptr) return std::nullopt;
    const auto id = domain::GithubUserId::parse(subject);
    std::string name(login);
    if (!id || name.empty() || name.size() > max_login_bytes) return std::nullopt;
    return domain::Recipient{*id, std::move(name)};
}

}  // namespace

std::string SessionTokens::issue(const domain::Recipient& recipient, base::Timestamp now) const {
    jwt_t* raw = nullptr;
    if (jwt_new(&raw) != 0) throw std::bad_alloc();
    const Jwt token(raw);
    const long issued_at = now.time_since_epoch().count();
    const int failures =
        jwt_add_grant(raw, "sub", recipient.id.text().c_str()) + jwt_add_grant(raw, "login", recipient.login.c_str()) +
        jwt_add_grant_int(raw, "iat", issued_at) + jwt_add_grant_int(raw, "exp", issued_at + session_lifetime.count()) +
        jwt_set_alg(raw, JWT_ALG_HS256, bytes_of(secret_), static_cast<int>(secret_.reveal().size()));
    char* encoded = failures == 0 ? jwt_encode_str(raw) : nullptr;
    if (encoded == nullptr) throw std::bad_alloc();
    std::string text(encoded);
    std::free(encoded);
    return text;
}

std::optional<Session> SessionTokens::verify(std::string_view token, base::Timestamp now) const {
    if (token.empty() || token.size() > max_token_bytes) return std::nullopt;
    const std::string terminated(token);
    if (terminated.find('\0') != std::string::npos) return std::nullopt;
    jwt_t* raw = nullptr;
    const int status =
        jwt_decode(&raw, terminated.c_str(), bytes_of(secret_), static_cast<int>(secret_.reveal().size()));
    if (status != 0) return std::nullopt;
    const Jwt decoded(raw);
    if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::nullopt;
    auto recipient = recipient_claims(raw);
    const auto issued_at = time_claim(raw, "iat");
    const auto expires_at = time_claim(raw, "exp");
    if (!recipient || !issued_at || !expires_at) return std::nullopt;
    if (*expires_at <= now || *issued_at > now + clock_skew) return std::nullopt;
    return Session{std::move(*recipient), *issued_at, *expires_at};
}

}  // namespace llmapikey::web
