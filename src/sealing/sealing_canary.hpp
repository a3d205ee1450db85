#pragma once

#include "sealing/reencryption.hpp"

namespace llmapikey {

// A known text in the database, sealed with KEY_ENCRYPTION_SECRET. It shows whether a process has
// another secret, before somebody is told that a key cannot be shown, and before more is sealed
// with the wrong secret. Blocking; fails with store_unavailable, and with misconfigured where a
// comment says so.
class SealingCanary {
public:
    // The arguments must outlive this object.
    SealingCanary(SealedStore& store, const base::Sealer& keys, const base::Sealer& webhooks)
        : store_(store), keys_(keys), webhooks_(webhooks) {}

    // Checks the secret and changes nothing. misconfigured, with what to do: neither the current
    // secret nor the other one of a rotation belongs to this database.
    base::Result<void> verify();
    // Calls verify() and writes the canary if there is none. If processes with different secrets
    // start together, one wins and the others fail.
    base::Result<void> verify_or_write();
    // Seals the canary with the current secret, if the canary opens, or if the current secret has
    // sealed all texts in the database.
    base::Result<void> renew();
    // Seals the canary with the current secret in any case. Use this only if the former secret is
    // lost: the data that it sealed is lost too.
    base::Result<void> replace();

private:
    bool opens(const std::string& sealed) const;
    std::string sealed_now() const;
    // Returns whether any sealed text can be opened; nullopt: nothing is sealed.
    base::Result<std::optional<bool>> can_open_any();
    base::Result<std::optional<bool>> can_open_any(SealedKind kind);
    base::Result<bool> is_all_sealed_now();
    base::Result<void> judge(const std::optional<std::string>& canary);

    SealedStore& store_;
    const base::Sealer& keys_;
    const base::Sealer& webhooks_;
};

}  // namespace llmapikey
