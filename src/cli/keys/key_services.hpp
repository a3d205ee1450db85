#pragma once

#include <memory>

#include "app/database.hpp"
#include "app/settings.hpp"
#include "app/upstreams.hpp"
#include "bulk/bulk_revocation.hpp"
#include "guardrails/guardrail_check.hpp"
#include "keys/administration.hpp"
#include "keys/key_search.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "keys/revocation.hpp"
#include "keys/terms.hpp"

namespace llmapikey::cli {

// What commands need that change keys: the configured database and upstreams, and what acts on
// them.
class KeyServices {
public:
    // Fails as app::open_stores().
    static base::Result<std::unique_ptr<KeyServices>> open(const config::Config& config);

    app::Stores stores;
    const Terms terms;
    // The provider's name, for people.
    std::string provider_name() const { return std::string(provider_->traits().name); }
    // The database's time, for what goes there.
    const base::Clock& clock() const { return clock_; }

private:
    KeyServices(const config::Config& config, app::Stores opened);

    const base::SystemClock machine_clock_;
    const base::Clock& clock_;  // the database's time
    std::unique_ptr<net::HttpClient> http_;
    std::unique_ptr<SupervisedKeyProvider> provider_;
    std::unique_ptr<IdentityProvider> identity_;
    app::Sealers sealers_;
    NonceMaker nonces_;
    ConcurrencyLimiter limiter_;
    Replacement replacement_;
    Issuance issuance_;

public:
    Revocation revocation;
    Administration administration;
    BulkRevoker bulk_revoker;
    Settlement settlement;
    Recovery recovery;
    base::Result<FoundKey> find_by_raw_key(const base::Secret& raw_key) {
        return llmapikey::find_by_raw_key(*stores.admin, issuance_, raw_key);
    }
    ReconcileParts reconcile_parts() {
        return {*stores.keys, *stores.admin, *provider_, revocation, *stores.audit, *stores.history, nonces_, clock_};
    }
    GuardrailCheck guardrail_check(GuardrailCheck::Options options) {
        return {*stores.admin, *stores.statistics, *provider_, provider_->guardrails(), clock_, options};
    }
};

}  // namespace llmapikey::cli
