#pragma once

#include <memory>

#include "app/database.hpp"
#include "app/settings.hpp"
#include "app/upstreams.hpp"
#include "bulk/bulk_revocation.hpp"
#include "guardrails/guardrail_check.hpp"
#include "keys/key_parts.hpp"
#include "keys/key_search.hpp"
#include "keys/terms.hpp"
#include "settings/settings.hpp"

namespace llmapikey::cli {

// Holds what commands that change keys need: the configured database and upstreams, and the
// services that use them.
class KeyServices {
public:
    // Fails as app::open_stores() does.
    static base::Result<std::unique_ptr<KeyServices>> open(const config::Config& config);
    // As above, with another clock than this machine's, which must outlive the services, and with
    // another log than standard error.
    static base::Result<std::unique_ptr<KeyServices>> open(const config::Config& config, const base::Clock& clock,
                                                           IssueLog log);

    app::Stores stores;
    const Terms terms;
    // Returns the provider's name, for people.
    std::string provider_name() const { return std::string(provider_->traits().name); }
    KeyProvider& provider() { return *provider_; }
    // Returns the database's time, for times that are stored.
    const base::Clock& clock() const { return clock_; }

private:
    KeyServices(const config::Config& config, app::Stores opened, const base::Clock& machine_clock, IssueLog log);

    const base::Clock& clock_;  // the database's time
    std::unique_ptr<net::HttpClient> http_;
    std::unique_ptr<SupervisedKeyProvider> provider_;
    std::unique_ptr<IdentityProvider> identity_;
    app::Sealers sealers_;
    NonceMaker nonces_;
    ConcurrencyLimiter limiter_;

public:
    KeyParts keys;
    BulkRevoker bulk_revoker;
    Settings settings;
    base::Result<FoundKey> find_by_raw_key(const base::Secret& raw_key) {
        return llmapikey::find_by_raw_key(*stores.admin, keys.issuance, raw_key);
    }
    GuardrailCheck guardrail_check(GuardrailCheck::Options options) {
        return {*stores.admin, *stores.statistics, *provider_, provider_->guardrails(), clock_, options};
    }
};

}  // namespace llmapikey::cli
