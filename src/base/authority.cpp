#include "base/authority.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

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

using Pieces = std::array<std::uint16_t, 8>;

// Parses an IPv6 address in brackets, which is the form before a port (RFC 3986 section 3.2.2).
std::optional<Pieces> pieces_of(std::string_view host) {
    if (host.size() < 2 || host.front() != '[' || host.back() != ']') return std::nullopt;
    std::array<unsigned char, 16> bytes{};
    const std::string address(host.substr(1, host.size() - 2));
    if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return std::nullopt;
    Pieces pieces{};
    for (std::size_t i = 0; i < pieces.size(); ++i)
        pieces[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    return pieces;
}

// Returns start and length of what "::" stands for: the first of the longest runs of zeros, if it
// is longer than one piece (RFC 5952 section 4.2).
std::pair<std::size_t, std::size_t> zeros_max(const Pieces& pieces) {
    std::size_t start = pieces.size(), length = 1;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        std::size_t end = i;
        while (end < pieces.size() && pieces[end] == 0)
            ++end;
        if (end - i > length) {
            start = i;
            length = end - i;
        }
        i = std::max(i, end);
    }
    return {start, length};
}

// inet_ntop() is not used because it writes the end of some addresses in dotted decimal.
std::string to_text(const Pieces& pieces) {
    const auto [zeros, length] = zeros_max(pieces);
    std::string text = "[";
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i == zeros) {
            text += i == 0 ? "::" : ":";
            i += length - 1;
            continue;
        }
        std::array<char, 4> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), pieces[i], 16).ptr;
        text.append(digits.data(), end);
        if (i + 1 < pieces.size()) text += ':';
    }
    return text + "]";
}

// Parses decimal, hexadecimal after 0x, octal after 0. Nullopt: the text is not a number, or the
// number is above 2^32 - 1.
std::optional<std::uint32_t> address_number(std::string_view text) {
    int radix = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        radix = 16;
        text.remove_prefix(2);
        if (text.empty()) return 0;
    } else if (text.size() > 1 && text.front() == '0') {
        radix = 8;
    }
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, radix);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// The URL Standard treats a host whose last label is a number as an IPv4 address or as invalid.
bool ends_in_number(std::string_view host) {
    const std::string_view last = host.substr(host.rfind('.') + 1);
    if (last.empty() || last.front() < '0' || last.front() > '9') return false;
    const bool is_decimal = std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_decimal || address_number(last);
}

// Parses up to four numbers. The last number fills the remaining bytes: "127.1" is "127.0.0.1".
std::optional<std::string> dotted(std::string_view host) {
    const auto parts = split(host, '.');
    if (parts.size() > 4) return std::nullopt;
    std::uint64_t address = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = parts[i].empty() ? std::nullopt : address_number(parts[i]);
        const std::size_t bits = i + 1 < parts.size() ? 8 : 8 * (5 - parts.size());
        if (!number || *number >> (bits - 1) >> 1 != 0) return std::nullopt;
        address = address << bits | *number;
    }
    std::string text;
    for (const int shift : {24, 16, 8, 0})
        text += (text.empty() ? "" : ".") + std::to_string(address >> shift & 0xffu);
    return text;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
    if (text.empty() || text.size() > authority_max_bytes) return std::nullopt;
    const bool has_brackets = text.front() == '[';
    const auto end = has_brackets ? text.find(']') : text.find(':');
    Authority authority;
    authority.host = text.substr(0, has_brackets && end != std::string_view::npos ? end + 1 : end);
    if (has_brackets ? !pieces_of(authority.host) : !is_name(authority.host)) return std::nullopt;
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

std::optional<std::string> canonical_host(std::string_view host) {
    if (const auto pieces = pieces_of(host)) return to_text(*pieces);
    if (host.starts_with('[')) return std::nullopt;
    return ends_in_number(host) ? dotted(host) : to_lower(host);
}

bool is_same_host(std::string_view one, std::string_view other) {
    if (equal_ignoring_case(one, other)) return true;
    const auto written = canonical_host(one);
    return written && written == canonical_host(other);
}

std::string to_text(const Origin& origin) {
    std::string text(origin.is_https ? https : http);
    text += canonical_host(origin.authority.host).value_or(to_lower(origin.authority.host));
    if (origin.port() != default_port(origin.is_https)) text += ":" + std::to_string(origin.port());
    return text;
}

}  // namespace llmapikey::base
