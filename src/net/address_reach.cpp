#include "net/address_reach.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace llmapikey::net {
namespace {

struct Range4 {
    std::uint32_t first;
    int bits;
    Reach reach;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

// The first matching range decides.
constexpr Range4 ranges4[] = {
    {v4(168, 63, 129, 16), 32, Reach::link},    // cloud metadata that is not link-local
    {v4(100, 100, 100, 200), 32, Reach::link},  // cloud metadata that is not link-local
    {v4(192, 0, 0, 192), 32, Reach::link},      // cloud metadata that is not link-local
    {v4(0, 0, 0, 0), 8, Reach::link},           // "this host": on Linux, this machine
    {v4(169, 254, 0, 0), 16, Reach::link},      // link-local, and cloud metadata
    {v4(224, 0, 0, 0), 3, Reach::link},         // multicast, reserved, broadcast
    {v4(192, 0, 0, 0), 24, Reach::link},        // protocol assignments
    {v4(127, 0, 0, 0), 8, Reach::inside},       // loopback
    {v4(10, 0, 0, 0), 8, Reach::inside},        // private
    {v4(172, 16, 0, 0), 12, Reach::inside},     // private
    {v4(192, 168, 0, 0), 16, Reach::inside},    // private
    {v4(100, 64, 0, 0), 10, Reach::inside},     // shared by the customers of a provider
    {v4(198, 18, 0, 0), 15, Reach::inside},     // benchmarks
    {v4(192, 0, 2, 0), 24, Reach::inside},      // documentation
    {v4(198, 51, 100, 0), 24, Reach::inside},   // documentation
    {v4(203, 0, 113, 0), 24, Reach::inside},    // documentation
};

Reach reach_of_v4(std::uint32_t address) {
    for (const Range4& range : ranges4)
        if ((address ^ range.first) >> (32 - range.bits) == 0) return range.reach;
    return Reach::world;
}

using Bytes = std::array<std::uint8_t, 16>;

bool begins_with(const Bytes& bytes, std::span<const std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

std::uint32_t v4_at(const Bytes& bytes, std::size_t place) {
    return v4(bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]);
}

// Returns the IPv4 address that is embedded in an IPv6 address (mapped, NAT64 or 6to4).
std::optional<std::uint32_t> carried_v4(const Bytes& bytes) {
    static constexpr std::uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static constexpr std::uint8_t nat64[] = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    static constexpr std::uint8_t six_to_four[] = {0x20, 0x02};
    if (begins_with(bytes, mapped) || begins_with(bytes, nat64)) return v4_at(bytes, 12);
    if (begins_with(bytes, six_to_four)) return v4_at(bytes, 2);
    return std::nullopt;
}

Reach reach_of_v6(const Bytes& bytes) {
    if (const auto carried = carried_v4(bytes)) return reach_of_v4(*carried);
    static constexpr std::uint8_t loopback[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static constexpr std::uint8_t zeros[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static constexpr std::uint8_t metadata[] = {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
    static constexpr std::uint8_t local_nat64[] = {0, 0x64, 0xff, 0x9b, 0, 1};
    if (begins_with(bytes, loopback)) return Reach::inside;
    // unspecified, or an IPv4 address in the deprecated compatible form
    if (begins_with(bytes, zeros)) return Reach::link;
    if (begins_with(bytes, metadata)) return Reach::link;
    if ((bytes[0] & 0xfe) == 0xfc || begins_with(bytes, local_nat64)) return Reach::inside;
    // Addresses outside global unicast (2000::/3) are link-local, site-local, multicast or
    // reserved.
    return (bytes[0] & 0xe0) == 0x20 ? Reach::world : Reach::link;
}

}  // namespace

Reach reach_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4_address{};
        std::memcpy(&v4_address, &address, sizeof v4_address);
        return reach_of_v4(ntohl(v4_address.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6_address{};
        std::memcpy(&v6_address, &address, sizeof v6_address);
        Bytes bytes;
        std::memcpy(bytes.data(), &v6_address.sin6_addr, bytes.size());
        return reach_of_v6(bytes);
    }
    return Reach::link;
}

Reach reach_of(std::string_view numeric_address) {
    if (numeric_address.starts_with('[') && numeric_address.ends_with(']'))
        numeric_address = numeric_address.substr(1, numeric_address.size() - 2);
    const std::string text(numeric_address.substr(0, numeric_address.find('%')));  // without a zone
    in_addr v4_address{};
    if (inet_pton(AF_INET, text.c_str(), &v4_address) == 1) return reach_of_v4(ntohl(v4_address.s_addr));
    Bytes bytes;
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return reach_of_v6(bytes);
    return Reach::world;
}

std::string numeric_text(const sockaddr& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.sa_family == AF_INET) {
        sockaddr_in v4_address{};
        std::memcpy(&v4_address, &address, sizeof v4_address);
        inet_ntop(AF_INET, &v4_address.sin_addr, text, sizeof text);
    } else if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6_address{};
        std::memcpy(&v6_address, &address, sizeof v6_address);
        inet_ntop(AF_INET6, &v6_address.sin6_addr, text, sizeof text);
    }
    return text;
}

}  // namespace llmapikey::net
