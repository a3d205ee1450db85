#pragma once

#include <functional>
#include <string>
#include <string_view>

struct sockaddr;

namespace llmapikey::net {

// How far an address leads. IPv6 addresses that carry an IPv4 address (mapped, NAT64, 6to4) count
// as that address.
enum class Reach {
    world,   // a public unicast address
    inside,  // this machine or its network: loopback, private (RFC 1918), shared (RFC 6598), unique local (RFC 4193)
    link,    // link-local, multicast, reserved, no host at all, and the addresses at which clouds keep credentials
};

Reach reach_of(const sockaddr& address);
// Of a numeric address, with or without the brackets of a URL. What is no numeric address counts as
// `world`: only the address that a name leads to can tell.
Reach reach_of(std::string_view numeric_address);

// "169.254.169.254"; empty for what is no IP address.
std::string numeric_text(const sockaddr& address);

// Why an address must not be connected to; empty: it may be. Called with the address that a
// connection is about to be made to, after its name was resolved. Must be thread-safe.
using AddressFilter = std::function<std::string(const sockaddr& address)>;

}  // namespace llmapikey::net
