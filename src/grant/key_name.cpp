#include "grant/key_name.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view name_prefix = "llmapikey/gh-";
constexpr std::size_t random_bytes = 8;
constexpr std::size_t tag_bytes = 8;

bool is_nonce(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alphanumeric && c != '-' && c != '_') return false;
    }
    return true;
}

base::Secret naming_key(const base::Secret& key_encryption_secret) {
    return base::Secret(base::hmac_sha256(key_encryption_secret.reveal(), "llmapikey names of upstream keys"));
}

std::string tag(const base::Secret& key, GithubUserId id, std::string_view random) {
    return base::hmac_sha256(key.reveal(), id.text() + "/" + std::string(random)).substr(0, tag_bytes);
}

}  // namespace

std::string upstream_key_name(GithubUserId id, std::string_view nonce) {
    std::string name = std::string(name_prefix) + id.text();
    if (!nonce.empty()) name += "/" + std::string(nonce);
    return name;
}

std::optional<UpstreamKeyName> parse_upstream_key_name(std::string_view name) {
    if (!name.starts_with(name_prefix)) return std::nullopt;
    name.remove_prefix(name_prefix.size());
    const auto slash = name.find('/');
    const auto id = GithubUserId::parse(name.substr(0, slash));
    if (!id) return std::nullopt;
    if (slash == std::string_view::npos) return UpstreamKeyName{*id, ""};
    const std::string_view nonce = name.substr(slash + 1);
    if (!is_nonce(nonce)) return std::nullopt;
    return UpstreamKeyName{*id, std::string(nonce)};
}

NonceMaker::NonceMaker(const base::Secret& key_encryption_secret, const base::Secret& other)
    : key_(naming_key(key_encryption_secret)), other_key_(other.empty() ? base::Secret() : naming_key(other)) {}

std::string NonceMaker::make(GithubUserId id) const {
    const std::string random = base::random_bytes(random_bytes);
    return base::to_base64url(random + tag(key_, id, random));
}

bool NonceMaker::has_made(GithubUserId id, std::string_view nonce) const {
    const auto bytes = base::from_base64url(nonce);
    if (!bytes || bytes->size() != random_bytes + tag_bytes) return false;
    const std::string_view random = std::string_view(*bytes).substr(0, random_bytes);
    const std::string_view tagged = std::string_view(*bytes).substr(random_bytes);
    const bool is_of_other = !other_key_.empty() && base::equal_constant_time(tag(other_key_, id, random), tagged);
    return base::equal_constant_time(tag(key_, id, random), tagged) || is_of_other;
}

}  // namespace llmapikey
