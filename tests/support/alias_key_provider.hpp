#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/fake_key_provider.hpp"

namespace llmapikey::test {

// A provider that differs from the usual one wherever it may: it looks attempts up by their names
// and reads no list for that, its list continues after a key instead of at an offset, this program
// makes the secrets, and it reports neither credits nor daily spending and has no guardrails. The
// keys are those of a FakeKeyProvider, which fails on demand. Thread-safe.
class AliasKeyProvider final : public KeyProvider {
public:
    explicit AliasKeyProvider(FakeKeyProvider& keys) : keys_(keys) {}

    static constexpr ProviderTraits own_traits{.name = "Alias",
                                               .word = "alias",
                                               .key = {.prefix = "sk-alias-", .family = "sk-alias-"},
                                               .secret_made_by = SecretMaker::us,
                                               .is_expiry_changeable = true};

    const ProviderTraits& traits() const override { return own_traits; }
    MintOutcome mint(const MintRequest& request, base::Deadline deadline) override;
    base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) override;
    base::Result<std::vector<std::string>> find_attempts(const std::vector<SoughtAttempt>& attempts,
                                                         const ScanPatience& patience) override;
    base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                     base::Deadline deadline) override;
    base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) override {
        return keys_.revoke(delete_handle, deadline);
    }

    // Returns the secret of a key; empty if the answer of its mint was lost.
    std::string secret_of(const std::string& delete_handle) const;

private:
    FakeKeyProvider& keys_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> secrets_;  // by handle
};

}  // namespace llmapikey::test
