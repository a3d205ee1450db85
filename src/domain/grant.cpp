#include "domain/grant.hpp"

namespace llmapikey::domain {
namespace {

constexpr std::string_view name_prefix = "llmapikey/gh-";

bool is_nonce(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alphanumeric && c != '-' && c != '_') return false;
    }
    return true;
}

}  // namespace

std::string_view to_text(GrantStatus status) {
    switch (status) {
        case GrantStatus::pending:
            return "pending";
        case GrantStatus::ambiguous:
            return "ambiguous";
        case GrantStatus::active:
            return "active";
        case GrantStatus::revoking:
            return "revoking";
    }
    return "";
}

std::optional<GrantStatus> parse_grant_status(std::string_view text) {
    for (const GrantStatus status :
         {GrantStatus::pending, GrantStatus::ambiguous, GrantStatus::active, GrantStatus::revoking}) {
        if (to_text(status) == text) return status;
    }
    return std::nullopt;
}

bool is_expired(const Grant& grant, base::Timestamp now) {
    return grant.status == GrantStatus::active && grant.expires_at <= now;
}

base::Seconds settle_time(base::Seconds call_timeout) {
    return 2 * call_timeout;
}

bool is_settled(const Grant& grant, base::Timestamp now, base::Seconds settle_time) {
    return grant.attempted_at + settle_time <= now;
}

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

std::string key_hint(std::string_view raw_key) {
    return std::string(raw_key.size() <= 4 ? raw_key : raw_key.substr(raw_key.size() - 4));
}

}  // namespace llmapikey::domain
