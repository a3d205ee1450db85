#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "base/result.hpp"

// What is sealed in the database, once KEY_ENCRYPTION_SECRET is being changed.
namespace llmapikey {

enum class SealedKind { raw_key, webhook_secret, former_webhook_secret };
inline constexpr SealedKind sealed_kinds[] = {SealedKind::raw_key, SealedKind::webhook_secret,
                                              SealedKind::former_webhook_secret};

struct SealedText {
    std::string id;  // of the row, to which it is bound
    std::string sealed;
};
struct ReencryptedText {
    std::string id, before, after;
};

// `prefix` (base::Sealer::prefix()): of what is sealed as it should be. Blocking, thread-safe; can
// fail with Errc::store_unavailable.
class SealedStore {
public:
    virtual ~SealedStore() = default;
    // How many have another prefix.
    virtual base::Result<std::int64_t> count_others(SealedKind kind, const std::string& prefix) = 0;
    // Those, by id, behind `after` ("": from the first).
    virtual base::Result<std::vector<SealedText>> list_others(SealedKind kind, const std::string& prefix,
                                                              const std::string& after, int limit) = 0;
    // Where `before` still stands. All of them or, after a failure, any part.
    virtual base::Result<void> replace(SealedKind kind, const std::vector<ReencryptedText>& texts) = 0;

    // The canary (sealing/sealing_canary.hpp); nullopt: none has been written.
    virtual base::Result<std::optional<std::string>> canary() = 0;
    // Where `before` (nullopt: none) still stands; false: it does not.
    virtual base::Result<bool> write_canary(const std::optional<std::string>& before, const std::string& after) = 0;
};

struct ReencryptionReport {
    std::int64_t reencrypted = 0;
    std::int64_t remaining = 0;    // not sealed with the current secret, as it was counted last
    std::int64_t unreadable = 0;   // of these: neither secret opens them
    std::string first_unreadable;  // which, and why
};

// Seals anew what another secret has sealed. It can be ended at any moment and begun again: each
// text is replaced in one step by one that opens to the same. Blocking.
class Reencryption {
public:
    // Called now and then with how far it is.
    using Progress = std::function<void(const ReencryptionReport&)>;

    // Both sealers open what the current and the other secret have sealed, and must outlive this.
    Reencryption(SealedStore& store, const base::Sealer& keys, const base::Sealer& webhooks)
        : store_(store), keys_(keys), webhooks_(webhooks) {}

    base::Result<std::int64_t> remaining();
    // Seals the canary last, which is not counted.
    base::Result<ReencryptionReport> run(const Progress& progress);

private:
    const base::Sealer& sealer_of(SealedKind kind) const { return kind == SealedKind::raw_key ? keys_ : webhooks_; }
    base::Result<ReencryptionReport> run_passes(const Progress& progress);
    base::Result<void> pass(SealedKind kind, ReencryptionReport& report, const Progress& progress);
    base::Result<void> reseal(SealedKind kind, const std::vector<SealedText>& texts, ReencryptionReport& report);

    SealedStore& store_;
    const base::Sealer& keys_;
    const base::Sealer& webhooks_;
};

}  // namespace llmapikey
