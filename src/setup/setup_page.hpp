#pragma once

#include "http/context.hpp"
#include "identity/admins.hpp"
#include "settings/settings.hpp"
#include "setup/setup_link.hpp"

namespace llmapikey {

inline constexpr std::string_view setup_path = "/setup";

// Serves the page of the link that makes the first admin. Without a good token, and once there is
// an admin, it is an unknown path; an admin is led to the console.
struct SetupPage {
    SetupLink& link;
    Settings& settings;
    const Admins& admins;

    net::Response show(const Context& context) const;
    net::Response confirm(const Context& context) const;
};

}  // namespace llmapikey
