#include "cli/keys/key_services.hpp"

#include <cstdio>

namespace llmapikey::cli {

base::Result<std::unique_ptr<KeyServices>> KeyServices::open(const config::Config& config) {
    static const base::SystemClock machine_clock;
    return open(config, machine_clock,
                [](const std::string& message) { std::fprintf(stderr, "llmapikey: %s\n", message.c_str()); });
}

base::Result<std::unique_ptr<KeyServices>> KeyServices::open(const config::Config& config, const base::Clock& clock,
                                                             IssueLog log) {
    auto stores = TRY(app::open_stores(config));
    return std::unique_ptr<KeyServices>(new KeyServices(config, std::move(stores), clock, std::move(log)));
}

KeyServices::KeyServices(const config::Config& config, app::Stores opened, const base::Clock& machine_clock,
                         IssueLog log)
    : stores(std::move(opened)),
      terms(app::terms_of(config)),
      clock_(stores.time_or(machine_clock)),
      http_(app::make_http_client(config)),
      provider_(app::make_key_provider(config, *http_, {}, app::same_account_as(*stores.admin))),
      identity_(app::make_identity_provider(config, *http_)),
      sealers_(config),
      nonces_(config.key_encryption_secret, config.key_encryption_secret_also_accepted),
      limiter_(1, 0),
      keys({.keys = *stores.keys,
            .queue = *stores.queue,
            .admin = *stores.admin,
            .replacements = *stores.replacements,
            .spending = *stores.spending,
            .audit = *stores.audit,
            .history = *stores.history,
            .provider = *provider_,
            .background_provider = *provider_,
            .identity = *identity_,
            .sealer = sealers_.keys,
            .nonces = nonces_,
            .limiter = limiter_,
            .clock = clock_,
            .call_timeout = config.upstream_timeout,
            .log = std::move(log)}),
      bulk_revoker(*stores.bulks, *stores.admin, keys.revocation, *stores.audit, clock_, config.upstream_timeout),
      settings(*stores.settings, app::setting_defaults(config), *stores.audit, clock_) {}

}  // namespace llmapikey::cli
