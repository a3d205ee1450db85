#include "app/settings.hpp"

namespace llmapikey::app {

Terms terms_of(const config::Config& config) {
    return {config.is_provisioning_enabled, config.max_total_keys, config.key_daily_limit, config.key_expiry};
}

SiteSettings settings_of(const config::Config& config, Setting setting, KeyProvider& provider) {
    SiteSettings settings;
    settings.is_sandbox = setting == Setting::sandbox;
    settings.public_url = config.public_url;
    settings.github_url = config.github_url;
    settings.api_base_url = config.provider.shown_url.empty() ? config.provider.url : config.provider.shown_url;
    const ProviderTraits& traits = provider.traits();
    settings.example_model = std::string(traits.example_model);
    settings.provider = {traits.name,         traits.key.prefix,       traits.models_url,
                         traits.key_variable, traits.unknown_key_says, provider.credits_reader() != nullptr};
    settings.upstream_timeout = config.upstream_timeout;
    settings.spending_poll = config.spending_poll;
    settings.hsts = config.does_hsts_include_subdomains ? Hsts::subdomains : Hsts::this_host;
    return settings;
}

SettingDefaults setting_defaults(const config::Config& config) {
    return {terms_of(config), config.organizer};
}

ShownGiveaway shown_giveaway(const SettingsState& state) {
    const Terms terms = state.terms();
    const config::OrganizerConfig organizer = state.organizer();
    return {!terms.is_enabled,
            terms.daily_limit,
            terms.key_lifetime,
            {organizer.name, organizer.contact, organizer.event_name},
            state.is_minting_configured()};
}

StatisticsSettings statistics_settings(const config::Config& config) {
    return {config.spend_alarm, config.upstream_timeout, config.spending_poll};
}

net::HttpServerOptions server_options(const config::Config& config, const net::ListenAddress& listen,
                                      std::vector<AddressRange> proxies) {
    net::HttpServerOptions options;
    options.listen = listen;
    options.io_threads = net::own_processors();
    options.connections_max = static_cast<std::size_t>(config.connections_max);
    options.max_client_connections = static_cast<std::size_t>(config.max_client_connections);
    options.idle_timeout = config.keep_alive;
    options.is_proxy = [proxies = std::move(proxies)](std::string_view peer) { return is_any_of(peer, proxies); };
    return options;
}

// Without a key for the upstream nothing can be made, and the guardrail cannot be read.
bool is_guarded(const config::Config& config) {
    return !config.provider.guardrail_id.empty() && !config.provider.management_key.empty();
}

base::Result<std::vector<AddressRange>> parse_proxies(const config::Config& config) {
    std::vector<AddressRange> ranges;
    for (const std::string& text : config.trusted_proxies) {
        const auto range = AddressRange::parse(text);
        if (!range) return base::fail(base::Errc::invalid_input, "TRUSTED_PROXIES: " + range.error().detail);
        ranges.push_back(*range);
    }
    return ranges;
}

}  // namespace llmapikey::app
