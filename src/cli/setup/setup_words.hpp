#pragma once

#include <optional>
#include <string>

#include "base/money.hpp"
#include "config/config.hpp"
#include "keys/terms.hpp"

// What `llmapikey setup` proposes and says, as values.
namespace llmapikey::cli {

// Returns the link to GitHub's page for a new OAuth App with name, homepage and callback filled in.
std::string app_creation_link(const config::Config& config, const std::string& public_url);

// Returns whether this machine alone can open the origin, without TLS.
bool is_loopback_origin(const std::string& public_url);
// Returns the origin by which this machine opens a service that listens there.
std::string origin_on_this_machine(const std::string& listen);
// Returns LISTEN for an origin of this machine: "127.0.0.1:8080".
std::string listen_address_of(const std::string& public_url);

// Says what all keys can cost at worst, and how long the credits last then. `left`: nullopt if
// nobody knows.
std::string worst_case(const Terms& terms, std::optional<base::MicroUsd> left);

}  // namespace llmapikey::cli
