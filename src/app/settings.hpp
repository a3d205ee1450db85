#pragma once

#include <vector>

#include "app/application.hpp"
#include "config/config.hpp"
#include "http/client_origin.hpp"
#include "http/context.hpp"
#include "insight/statistics.hpp"
#include "keys/terms.hpp"
#include "net/http_server.hpp"
#include "settings/settings.hpp"

// What the configuration means for single parts.
namespace llmapikey::app {

// The terms of the one giveaway that there is, as the environment says them.
Terms terms_of(const config::Config& config);
SettingDefaults setting_defaults(const config::Config& config);
ShownGiveaway shown_giveaway(const SettingsState& state);
SiteSettings settings_of(const config::Config& config, Setting setting, KeyProvider& provider);
StatisticsSettings statistics_settings(const config::Config& config);
net::HttpServerOptions server_options(const config::Config& config, const net::ListenAddress& listen,
                                      std::vector<AddressRange> proxies);
// Whether keys are bound to a guardrail that can be read.
bool is_guarded(const config::Config& config);
// invalid_input: TRUSTED_PROXIES.
base::Result<std::vector<AddressRange>> parse_proxies(const config::Config& config);

}  // namespace llmapikey::app
