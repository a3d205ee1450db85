#include "cli/keys/key_services.hpp"

#include <cstdio>

namespace llmapikey::cli {

base::Result<std::unique_ptr<KeyServices>> KeyServices::open(const config::Config& config) {
    auto stores = TRY(app::open_stores(config));
    return std::unique_ptr<KeyServices>(new KeyServices(config, std::move(stores)));
}

KeyServices::KeyServices(const config::Config& config, app::Stores opened)
    : stores(std::move(opened)),
      terms(app::terms_of(config)),
      clock_(stores.time_or(machine_clock_)),
      http_(app::make_http_client(config)),
      provider_(app::make_key_provider(config, *http_, {}, app::same_account_as(*stores.admin))),
      identity_(app::make_identity_provider(config, *http_)),
      sealers_(config),
      nonces_(config.key_encryption_secret, config.key_encryption_secret_also_accepted),
      limiter_(1, 0),
      replacement_(*stores.replacements, *stores.spending, *provider_, *stores.audit, clock_),
      issuance_({*stores.keys,
                 *stores.queue,
                 *provider_,
                 replacement_,
                 sealers_.keys,
                 nonces_,
                 limiter_,
                 clock_,
                 [](const std::string& issue) { std::fprintf(stderr, "llmapikey: %s\n", issue.c_str()); },
                 {}},
                config.upstream_timeout),
      revocation(*stores.admin, *stores.spending, *provider_, *stores.audit, clock_),
      administration(*stores.admin, issuance_, *provider_, *identity_, *stores.audit, clock_),
      bulk_revoker(*stores.bulks, *stores.admin, revocation, *stores.audit, clock_, config.upstream_timeout),
      settlement(*stores.keys, *stores.queue, *provider_, clock_, config.upstream_timeout),
      recovery({*stores.keys, *stores.admin, *stores.replacements, *provider_, settlement, revocation, replacement_},
               clock_) {}

}  // namespace llmapikey::cli
