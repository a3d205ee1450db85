#include "http/session_token.hpp"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "identity/login.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr std::size_t token_bytes_max = 4096;
constexpr std::string_view algorithm = "HS256";

// The three encoded parts of a compact JWS (RFC 7515 section 7.1).
struct Parts {
    std::string_view header, payload, signature;
    std::string_view signed_text;  // header and payload as they were signed
};

std::optional<Parts> parts_of(std::string_view token) {
    const auto first = token.find('.');
    const auto second = token.find('.', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                 token.substr(0, second)};
}

bool is_signed_by(const base::Secret& secret, const Parts& parts) {
    const auto signature = base::from_base64url(parts.signature);
    // One request may carry very many malformed signatures, so the length is checked before the
    // HMAC.
    constexpr std::size_t signature_bytes = 32;
    return !secret.empty() && signature && signature->size() == signature_bytes &&
           base::equal_constant_time(*signature, base::hmac_sha256(secret.reveal(), parts.signed_text));
}

// Parses JSON objects one after the other without heap allocation by the parser. Only the last one
// read is valid.
class ObjectReader {
public:
    // Returns null if the text is not base64url of a JSON object.
    const json::object* read(std::string_view encoded) {
        const auto text = base::from_base64url(encoded);
        if (!text) return nullptr;
        value_ = nullptr;
        parser_.reset(&memory_);
        json::error_code error;
        parser_.write(*text, error);
        if (error) return nullptr;
        value_ = parser_.release();
        return value_.if_object();
    }

private:
    std::array<unsigned char, 4096> room_;
    std::array<unsigned char, 1024> scratch_;
    json::monotonic_resource memory_{room_.data(), room_.size()};
    json::parser parser_{json::storage_ptr(), json::parse_options(), scratch_.data(), scratch_.size()};
    json::value value_ = json::value(json::storage_ptr(&memory_));
};

// "crit" names extensions that must be understood (RFC 7515 section 4.1.11). This program knows
// none.
bool is_expected_header(const json::object* header) {
    if (header == nullptr || header->contains("crit")) return false;
    const json::value* const chosen = header->if_contains("alg");
    return chosen != nullptr && chosen->is_string() && chosen->get_string() == algorithm;
}

std::optional<std::string_view> text_claim(const json::object& claims, std::string_view name) {
    const json::value* const value = claims.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string().data(), value->get_string().size());
}

std::optional<base::Timestamp> time_claim(const json::object& claims, std::string_view name) {
    const json::value* const value = claims.if_contains(name);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
    return base::Timestamp{base::Seconds{value->get_int64()}};
}

// "nbf" is optional (RFC 7519 section 4.1.5). Neither deployment writes it.
bool is_begun(const json::object& claims, base::Timestamp now) {
    if (!claims.contains("nbf")) return true;
    const auto not_before = time_claim(claims, "nbf");
    return not_before && *not_before <= now + base::replica_skew_max;
}

std::optional<Recipient> recipient_claims(const json::object& claims) {
    const auto subject = text_claim(claims, "sub");
    const auto login = text_claim(claims, "login");
    if (!subject || !login || !is_login(*login)) return std::nullopt;
    const auto id = GithubUserId::parse(*subject);
    if (!id) return std::nullopt;
    return Recipient{*id, std::string(*login)};
}

}  // namespace

std::string SessionTokens::issue(const Recipient& recipient, base::Timestamp now) const {
    static const std::string header = base::to_base64url(R"({"alg":"HS256","typ":"JWT"})");
    const std::int64_t issued_at = now.time_since_epoch().count();
    json::object claims;
    claims["sub"] = recipient.id.text();
    claims["login"] = recipient.login;
    claims["iat"] = issued_at;
    claims["exp"] = issued_at + session_lifetime.count();
    const std::string signed_text = header + "." + base::to_base64url(json::serialize(claims));
    return signed_text + "." + base::to_base64url(base::hmac_sha256(secret_.reveal(), signed_text));
}

std::optional<Session> SessionTokens::verify(std::string_view token, base::Timestamp now) const {
    if (token.empty() || token.size() > token_bytes_max) return std::nullopt;
    const auto parts = parts_of(token);
    // The signature is checked first, so that nothing that others have written is parsed.
    if (!parts || !(is_signed_by(secret_, *parts) || is_signed_by(other_, *parts))) return std::nullopt;
    ObjectReader reader;
    if (!is_expected_header(reader.read(parts->header))) return std::nullopt;
    const json::object* const claims = reader.read(parts->payload);
    if (claims == nullptr) return std::nullopt;
    auto recipient = recipient_claims(*claims);
    const auto issued_at = time_claim(*claims, "iat");
    const auto expires_at = time_claim(*claims, "exp");
    if (!recipient || !issued_at || !expires_at) return std::nullopt;
    if (*expires_at <= now || *issued_at > now + base::replica_skew_max || !is_begun(*claims, now)) return std::nullopt;
    return Session{std::move(*recipient), *issued_at, *expires_at};
}

}  // namespace llmapikey
