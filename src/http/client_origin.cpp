#include "http/client_origin.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/authority.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

using Bytes = std::array<unsigned char, 16>;
constexpr std::size_t ipv4_offset = 12;
constexpr Bytes ipv4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Parses an address; IPv4 becomes IPv4-mapped IPv6. Nullopt: the text is no numeric address.
std::optional<Bytes> address_bytes(std::string_view text) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    text = text.substr(0, text.find('%'));
    char terminated[INET6_ADDRSTRLEN] = {};
    if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return std::nullopt;
    text.copy(terminated, text.size());
    Bytes bytes = ipv4_mapped_prefix;
    if (inet_pton(AF_INET, terminated, bytes.data() + ipv4_offset) == 1) return bytes;
    if (inet_pton(AF_INET6, terminated, bytes.data()) == 1) return bytes;
    return std::nullopt;
}

bool is_ipv4(const Bytes& bytes) {
    return std::equal(bytes.begin(), bytes.begin() + ipv4_offset, ipv4_mapped_prefix.begin());
}

// Returns the first element of a list header, which the proxy nearest to the client wrote.
std::string_view first_element(std::string_view list) {
    return base::trim(list.substr(0, list.find(',')));
}

// Returns the host that the client asked for: X-Forwarded-Host from a trusted proxy, otherwise
// Host.
std::string_view asked_authority(const net::Request& request, bool is_forwarded) {
    if (is_forwarded && request.has_header("x-forwarded-host"))
        return first_element(request.header("x-forwarded-host"));
    return request.header("host");
}

bool is_forwarded_https(const net::Request& request) {
    return base::equal_ignoring_case(first_element(request.header("x-forwarded-proto")), "https");
}

std::string_view problem_of(const net::Request& request, bool is_forwarded) {
    if (is_forwarded && request.has_header("x-forwarded-host")) return "X-Forwarded-Host is no host";
    return request.has_header("host") ? "the Host header is no host" : "there is no Host header";
}

std::string rate_limit_key(const std::string& address) {
    const auto bytes = address_bytes(address);
    if (!bytes || is_ipv4(*bytes)) return address;
    return base::to_hex(std::string_view(reinterpret_cast<const char*>(bytes->data()), 8)) + "/64";
}

// Reduces "1.2.3.4", "1.2.3.4:5678", "[::1]:5678", "::1" or "fe80::1%eth0" to the bare address.
// Other text stays as it is.
std::string without_port(std::string_view text) {
    text = base::trim(text);
    const auto bracket = text.find(']');
    if (text.starts_with('[') && bracket != std::string_view::npos) text = text.substr(1, bracket - 1);
    if (const auto zone = text.find('%'); zone != std::string_view::npos) return std::string(text.substr(0, zone));
    if (std::count(text.begin(), text.end(), ':') == 1) return std::string(text.substr(0, text.find(':')));
    return std::string(text);
}

}  // namespace

base::Result<AddressRange> AddressRange::parse(std::string_view text) {
    const auto slash = text.find('/');
    AddressRange range;
    const auto bytes = address_bytes(text.substr(0, slash));
    const std::string shown = base::to_printable(text, 60);
    if (!bytes) return base::fail(base::Errc::invalid_input, "'" + shown + "' is no address");
    range.bytes_ = *bytes;
    if (slash == std::string_view::npos) return range;
    const bool is_short = text.find(':') == std::string_view::npos;
    const auto bits = base::parse_whole_number(text.substr(slash + 1));
    if (!bits || *bits > (is_short ? 32 : 128)) {
        return base::fail(base::Errc::invalid_input, "'" + shown + "' has no valid prefix length");
    }
    range.prefix_bits_ = static_cast<int>(*bits) + (is_short ? 96 : 0);
    return range;
}

bool AddressRange::contains(std::string_view numeric_address) const {
    const auto other = address_bytes(numeric_address);
    if (!other) return false;
    for (int bit = 0; bit < prefix_bits_; ++bit) {
        const auto index = static_cast<std::size_t>(bit / 8);
        const int mask = 0x80 >> (bit % 8);
        if ((bytes_[index] & mask) != ((*other)[index] & mask)) return false;
    }
    return true;
}

bool is_any_of(std::string_view address, const std::vector<AddressRange>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const AddressRange& range) { return range.contains(address); });
}

bool OriginResolver::is_trusted(std::string_view address) const {
    return is_any_of(address, trusted_proxies_);
}

// Each proxy appends the address that it saw, so the hops are read from the last one back, up to
// the first address that is not a trusted proxy.
std::string OriginResolver::client_address(const net::Request& request) const {
    std::string address(request.peer_address);
    if (!is_trusted(address)) return address;
    std::vector<std::string> hops;
    for (const net::HeaderView& header : request.headers) {
        if (!base::equal_ignoring_case(header.name, "x-forwarded-for")) continue;
        for (const std::string_view hop : base::split(header.value, ','))
            hops.push_back(without_port(hop));
    }
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        if (!address_bytes(*hop)) break;
        address = *hop;
        if (!is_trusted(address)) break;
    }
    return address;
}

std::optional<bool> OriginResolver::came_by_https(const net::Request& request) const {
    if (!public_url_.empty()) return is_public_https_;
    const bool is_forwarded = is_trusted(request.peer_address);
    if (!base::parse_authority(asked_authority(request, is_forwarded))) return std::nullopt;
    return is_forwarded && is_forwarded_https(request);
}

bool OriginResolver::came_elsewhere(const net::Request& request) const {
    const auto canonical = base::parse_origin(public_url_);
    if (!canonical) return false;
    const bool is_forwarded = is_trusted(request.peer_address);
    if (is_forwarded && request.has_header("x-forwarded-proto") && is_forwarded_https(request) != canonical->is_https)
        return true;
    // Cookies do not depend on the port.
    const auto asked = base::parse_authority(asked_authority(request, is_forwarded));
    return asked && !base::is_same_host(asked->host, canonical->authority.host);
}

ClientOrigin OriginResolver::resolve(const net::Request& request) const {
    ClientOrigin result;
    result.client_address = client_address(request);
    result.rate_limit_key = rate_limit_key(result.client_address);
    result.is_https = is_public_https_;
    result.origin = public_url_;
    if (!public_url_.empty()) return result;
    const bool is_forwarded = is_trusted(request.peer_address);
    const auto authority = base::parse_authority(asked_authority(request, is_forwarded));
    result.is_https = is_forwarded && is_forwarded_https(request);
    if (authority) result.origin = base::to_text({result.is_https, *authority});
    if (!authority) result.problem = problem_of(request, is_forwarded);
    return result;
}

}  // namespace llmapikey
