#pragma once

#include "http/context.hpp"
#include "settings/settings.hpp"

namespace llmapikey {

// Serves the JSON API of settings.
struct SettingsRoutes {
    Settings& settings;

    net::Response show(const Context& context) const;
    net::Response change(const Context& context) const;
};

}  // namespace llmapikey
