#include "base/authority.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace llmapikey::base {
namespace {

constexpr std::size_t authority_max_bytes = 255;
constexpr std::string_view http = "http://", https = "https://";

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view host) {
    return !host.empty() && std::all_of(host.begin(), host.end(),
                                        [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

// In brackets, as IPv6 addresses are written before a port.
bool is_ip_literal(std::string_view host) {
    return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
           std::all_of(host.begin() + 1, host.end() - 1,
                       [](char c) { return is_alphanumeric(c) || c == ':' || c == '.'; });
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
    if (text.empty() || text.size() > authority_max_bytes) return std::nullopt;
    const bool has_brackets = text.front() == '[';
    const auto end = has_brackets ? text.find(']') : text.find(':');
    Authority authority;
    authority.host = text.substr(0, has_brackets && end != std::string_view::npos ? end + 1 : end);
    if (has_brackets ? !is_ip_literal(authority.host) : !is_name(authority.host)) return std::nullopt;
    std::string_view rest = text.substr(authority.host.size());
    if (rest.empty()) return authority;
    if (rest.front() != ':') return std::nullopt;
    rest.remove_prefix(1);
    if (rest.empty()) return authority;
    constexpr std::int64_t port_max = 65'535;
    const auto port = parse_whole_number(rest);
    if (!port || *port < 1 || *port > port_max) return std::nullopt;
    authority.port = static_cast<std::uint16_t>(*port);
    return authority;
}

std::optional<Origin> parse_origin(std::string_view text) {
    const bool is_https = text.starts_with(https);
    if (!is_https && !text.starts_with(http)) return std::nullopt;
    const auto authority = parse_authority(text.substr(is_https ? https.size() : http.size()));
    if (!authority) return std::nullopt;
    return Origin{is_https, *authority};
}

std::string to_text(const Origin& origin) {
    std::string text(origin.is_https ? https : http);
    text += to_lower(origin.authority.host);
    if (origin.port() != default_port(origin.is_https)) text += ":" + std::to_string(origin.port());
    return text;
}

}  // namespace llmapikey::base
