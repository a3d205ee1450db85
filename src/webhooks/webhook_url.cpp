#include "webhooks/webhook_url.hpp"

#include <algorithm>

#include "base/authority.hpp"
#include "base/encoding.hpp"
#include "grant/grant.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t url_max_bytes = 2000, label_max_bytes = 63, name_max_bytes = 253;
constexpr std::string_view https = "https://", http = "http://";

base::Result<void> refuse(const std::string& why) {
    return base::fail(base::Errc::invalid_input, "url " + why);
}

struct UrlParts {
    std::string_view scheme, authority, rest;  // "https://", "example.org:8443", "/hook?a=b"
};

UrlParts parts_of(std::string_view url) {
    const std::size_t start = url.starts_with(https) ? https.size() : url.starts_with(http) ? http.size() : 0;
    const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
    return {url.substr(0, start), url.substr(start, end - start), url.substr(end)};
}

bool can_be_host(std::string_view host) {
    if (!base::canonical_host(host)) return false;
    if (host.starts_with('[')) return true;
    if (host.ends_with('.')) host.remove_suffix(1);
    const auto labels = base::split(host, '.');
    return host.size() <= name_max_bytes && std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
               return !label.empty() && label.size() <= label_max_bytes;
           });
}

base::Result<void> check_authority(std::string_view authority) {
    if (authority.find('@') != std::string_view::npos)
        return refuse("must have no user and password: the receiver knows our messages by their signature");
    if (authority.empty() || authority.front() == ':') return refuse("has no host");
    const auto parsed = base::parse_authority(authority);
    const auto colon = authority.rfind(':');
    const bool is_port_wrong =
        !parsed && colon != std::string_view::npos && base::parse_authority(authority.substr(0, colon)).has_value();
    if (is_port_wrong) return refuse("has a port that is none: it must be a number from 1 to 65535");
    if (!parsed || !can_be_host(parsed->host))
        return refuse("has a host that is none: it must be a name or an address, such as example.org");
    return {};
}

}  // namespace

base::Result<void> check_webhook_url(std::string_view url) {
    const UrlParts parts = parts_of(url);
    if (parts.scheme.empty()) return refuse("must be an https or http URL, such as https://example.org/hook");
    if (url.size() > url_max_bytes) return refuse("is longer than 2000 characters");
    const bool is_clean = std::all_of(
        url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != '"' && c != '<'; });
    if (!is_clean) return refuse("has a character that no URL may have");
    if (parts.rest.find('#') != std::string_view::npos)
        return refuse("must have no fragment (what stands behind the #): it is never sent");
    if (holds_raw_key(url)) return refuse("holds a whole key: a key belongs in no address");
    return check_authority(parts.authority);
}

std::string loggable_webhook_url(std::string_view url) {
    const UrlParts parts = parts_of(url);
    const std::string_view place = parts.authority.substr(parts.authority.rfind('@') + 1);  // npos + 1: all of it
    const std::size_t end = std::min(parts.rest.find_first_of("?#"), parts.rest.size());
    return std::string(parts.scheme) + std::string(place) + std::string(parts.rest.substr(0, end)) +
           (end < parts.rest.size() ? "?\xe2\x80\xa6" : "");
}

}  // namespace llmapikey
