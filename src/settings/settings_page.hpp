#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "keys/key_store.hpp"
#include "settings/settings.hpp"

namespace llmapikey {

// Serves the console's page of settings.
struct SettingsPage {
    Settings& settings;
    KeyStore& store;
    const base::Clock& clock;

    net::Response show(const Context& context) const;
    net::Response save(const Context& context) const;
    net::Response pause(const Context& context) const;
    net::Response resume(const Context& context) const;
};

}  // namespace llmapikey
