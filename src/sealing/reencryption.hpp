#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "base/result.hpp"

// Re-encryption of sealed data while KEY_ENCRYPTION_SECRET is being changed.
namespace llmapikey {

enum class SealedKind { raw_key, webhook_secret, former_webhook_secret };
inline constexpr SealedKind sealed_kinds[] = {SealedKind::raw_key, SealedKind::webhook_secret,
                                              SealedKind::former_webhook_secret};

struct SealedText {
    std::string id;  // of the row that the text is bound to
    std::string sealed;
};
struct ReencryptedText {
    std::string id, before, after;
};

// The sealed texts in the database. `prefix` (base::Sealer::prefix()) marks texts of the current
// secret. Blocking, thread-safe; fails with Errc::store_unavailable.
class SealedStore {
public:
    virtual ~SealedStore() = default;
    // Returns how many texts have another prefix.
    virtual base::Result<std::int64_t> count_others(SealedKind kind, const std::string& prefix) = 0;
    // Returns texts with another prefix, by id, after the id `after` ("": from the first).
    virtual base::Result<std::vector<SealedText>> list_others(SealedKind kind, const std::string& prefix,
                                                              const std::string& after, int limit) = 0;
    // Replaces each text that is still `before`. After a failure, any part may have been replaced.
    virtual base::Result<void> replace(SealedKind kind, const std::vector<ReencryptedText>& texts) = 0;

    // Returns the canary (sealing/sealing_canary.hpp); nullopt: none was written yet.
    virtual base::Result<std::optional<std::string>> canary() = 0;
    // Writes the canary if it is still `before` (nullopt: none). Returns false if it is not.
    virtual base::Result<bool> write_canary(const std::optional<std::string>& before, const std::string& after) = 0;
};

struct ReencryptionReport {
    std::int64_t reencrypted = 0;
    std::int64_t remaining = 0;    // not sealed with the current secret, by the last count
    std::int64_t unreadable = 0;   // of these, texts that neither secret opens
    std::string first_unreadable;  // its id and the reason
};

// Re-encrypts data that another secret has sealed. It may be stopped at any moment and run again,
// because each text is replaced in one step by one with the same content. Blocking.
class Reencryption {
public:
    // Called after each batch with the progress so far.
    using Progress = std::function<void(const ReencryptionReport&)>;

    // Both sealers must open texts of the current and of the other secret, and must outlive this
    // object.
    Reencryption(SealedStore& store, const base::Sealer& keys, const base::Sealer& webhooks)
        : store_(store), keys_(keys), webhooks_(webhooks) {}

    base::Result<std::int64_t> remaining();
    // Re-encrypts all texts and then the canary, which is not counted.
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
