#pragma once

#include <string>

// The address that people open, and the one to listen on.
namespace llmapikey::cli {

// Returns the origin that is meant by an address without a scheme: "keys.example.org" is
// "https://keys.example.org", and "localhost:3000" is "http://localhost:3000". Another text stays.
std::string with_scheme(const std::string& text);

// Returns whether this machine alone can open the origin, without TLS.
bool is_loopback_origin(const std::string& public_url);
// Returns the origin by which this machine opens a service that listens there.
std::string origin_on_this_machine(const std::string& listen);
// Returns LISTEN for an origin of this machine: "127.0.0.1:8080".
std::string listen_address_of(const std::string& public_url);

// Returns why this process could not listen there now; empty: it could, or llmapikey does already.
std::string why_not_listening(const std::string& listen);
// Returns an address of the same host whose port is free: the next one, from 3001 on.
std::string free_address_like(const std::string& listen);

}  // namespace llmapikey::cli
