#pragma once

#include <functional>
#include <string>
#include <string_view>

struct sockaddr;

namespace llmapikey::net {

// The network that an address belongs to. IPv6 addresses that carry an IPv4 address (mapped, NAT64,
// 6to4) count as that address.
enum class Reach {
    world,  // a public unicast address
    // this machine or its network: loopback, private (RFC 1918), shared (RFC 6598), unique local
    // (RFC 4193)
    inside,
    link,  // link-local, multicast, reserved, unspecified, and the addresses at which clouds keep credentials
};

Reach reach_of(const sockaddr& address);
// Classifies a numeric address, with or without the brackets of a URL. Any other text is `world`: a
// name must be resolved before anything can be said about its address.
Reach reach_of(std::string_view numeric_address);

// Returns "169.254.169.254" or the like; an empty string if `address` is no IP address.
std::string numeric_text(const sockaddr& address);

// Returns why a connection to the address is refused; empty if it is allowed. The filter is called
// with the resolved address, just before the connection is made. Must be thread-safe.
using AddressFilter = std::function<std::string(const sockaddr& address)>;

}  // namespace llmapikey::net
