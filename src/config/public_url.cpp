#include <algorithm>
#include <array>

#include "base/authority.hpp"
#include "base/encoding.hpp"
#include "config/config.hpp"

namespace llmapikey::config {
namespace {

constexpr std::string_view example = "such as https://keys.example.org";

// Names that documents use as placeholders.
constexpr std::array placeholder_labels{"your-host",    "your-domain", "your-server", "your-site",   "your-app",
                                        "your-company", "your-org",    "your-name",   "yourhost",    "yourdomain",
                                        "yourserver",   "yoursite",    "yourapp",     "yourcompany", "yourorg",
                                        "yourname",     "changeme",    "change-me",   "replaceme",   "replace-me",
                                        "placeholder",  "my-domain",   "domain-name", "fill-me-in"};
// Hosts and domains that nobody can own (RFC 2606), and usual placeholders.
constexpr std::array placeholder_domains{"example.com", "example.net", "example.edu", "example", "invalid"};
constexpr std::array placeholder_hosts{"host", "hostname", "domain", "domain.tld", "domain.com"};

bool is_below(std::string_view host, std::string_view domain) {
    if (host == domain) return true;
    return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.';
}

bool is_placeholder(std::string_view host) {
    const auto is_label = [](std::string_view label) {
        return std::find(placeholder_labels.begin(), placeholder_labels.end(), label) != placeholder_labels.end();
    };
    const auto labels = base::split(host, '.');
    return std::any_of(labels.begin(), labels.end(), is_label) ||
           std::find(placeholder_hosts.begin(), placeholder_hosts.end(), host) != placeholder_hosts.end() ||
           std::any_of(placeholder_domains.begin(), placeholder_domains.end(),
                       [&](std::string_view domain) { return is_below(host, domain); });
}

base::Result<std::string> refuse(const std::string& what) {
    return base::fail(base::Errc::invalid_input, what);
}

}  // namespace

base::Result<std::string> parse_public_url(std::string_view text) {
    const std::string asks_for_name =
        "still has a placeholder: write the address that people open, " + std::string(example);
    if (text.find_first_of("<>{}$*") != std::string_view::npos) return refuse(asks_for_name);
    const auto url = TRY(parse_base_url(text));
    const std::string_view rest = std::string_view(url).substr(url.find("://") + 3);
    if (rest.find('/') != std::string_view::npos)
        return refuse("must be an origin without a path, " + std::string(example));
    const auto origin = base::parse_origin(url);
    if (!origin) {
        const bool is_port_wrong = base::parse_authority(rest.substr(0, rest.rfind(':'))).has_value();
        return refuse(is_port_wrong ? "has an invalid port: it must be a number from 1 to 65535"
                                    : "has an invalid host: it must be a name or an address, " + std::string(example));
    }
    const std::string host = base::to_lower(origin->authority.host);
    if (!base::canonical_host(host) && !host.ends_with('.'))
        return refuse("has a host that is no address, though it ends with a number; browsers do not open it");
    if (host.ends_with('.')) return refuse("has a host that ends with a dot: browsers take that for another site");
    if (is_placeholder(host)) return refuse(asks_for_name);
    return base::to_text(*origin);
}

}  // namespace llmapikey::config
