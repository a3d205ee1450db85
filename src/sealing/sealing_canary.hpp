#pragma once

#include "sealing/reencryption.hpp"

namespace llmapikey {

// A known text in the database, sealed with KEY_ENCRYPTION_SECRET: it tells a process that has
// another secret, before anybody is told that a key cannot be shown and before more is sealed that
// the right secret does not open. Blocking; fails with store_unavailable, and where said with
// misconfigured.
class SealingCanary {
public:
    // The sealers must outlive this.
    SealingCanary(SealedStore& store, const base::Sealer& keys, const base::Sealer& webhooks)
        : store_(store), keys_(keys), webhooks_(webhooks) {}

    // misconfigured, with what to do: neither the secret nor the other one of a rotation is this
    // database's. Changes nothing.
    base::Result<void> verify();
    // Likewise, and writes the canary where there is none. Of processes that start together with
    // different secrets one wins; the others fail.
    base::Result<void> verify_or_write();
    // Seals the canary with the current secret, if it opens, or if nothing else is left that the
    // current secret has not sealed.
    base::Result<void> renew();
    // Seals the canary with the current secret in any case: the former one is lost, and what it has
    // sealed with it.
    base::Result<void> replace();

private:
    bool opens(const std::string& sealed) const;
    std::string sealed_now() const;
    // Whether any sealed text can be opened; nullopt: nothing is sealed.
    base::Result<std::optional<bool>> can_open_any();
    base::Result<std::optional<bool>> can_open_any(SealedKind kind);
    base::Result<bool> is_all_sealed_now();
    base::Result<void> judge(const std::optional<std::string>& canary);

    SealedStore& store_;
    const base::Sealer& keys_;
    const base::Sealer& webhooks_;
};

}  // namespace llmapikey
