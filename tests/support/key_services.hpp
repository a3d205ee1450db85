#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "keys/key_parts.hpp"
#include "support/fake_identity_provider.hpp"
#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_attempt_history.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::test {

// All services for keys, over a store in memory and fakes of the upstream and of GitHub.
class KeyServices : public testing::Test {
protected:
    static constexpr base::Seconds call_timeout{15};
    static inline const Recipient ada{{1001}, "ada"}, bob{{1002}, "bob"}, cleo{{1004}, "cleo"};
    static inline const Initiator grace{"github:1003", "127.0.0.1"};

    static IssuancePolicy policy() {
        IssuancePolicy policy;
        policy.is_enabled = true;
        policy.daily_limit = base::MicroUsd{2'500'000};
        policy.call_timeout = call_timeout;
        return policy;
    }
    // Returns the dependencies of KeyParts. `sealer` seals raw keys.
    KeyPartsNeeds needs(const base::Sealer& sealer) {
        return {.keys = store_,
                .queue = store_,
                .admin = store_,
                .replacements = store_,
                .spending = store_,
                .audit = audit_,
                .history = history_,
                .provider = provider_,
                .background_provider = provider_,
                .identity = identity_,
                .sealer = sealer,
                .nonces = nonces_,
                .limiter = limiter_,
                .clock = clock_,
                .call_timeout = call_timeout,
                .log = [](const auto&) {}};
    }
    Grant issue(const Recipient& recipient) {
        const auto answer = issuance_.issue(recipient);
        EXPECT_EQ(answer.status, KeyOutcome::created) << answer.error.detail;
        return row_of(recipient);
    }
    // Makes an attempt that no process works on and whose key may exist.
    Grant reserve(const Recipient& recipient) {
        ReserveRequest request{recipient,
                               base::random_uuid(),
                               nonces_.make(recipient.id),
                               base::MicroUsd{2'500'000},
                               clock_.now(),
                               clock_.now() + std::chrono::days{90}};
        return std::get<Reserved>(store_.reserve(request).value()).grant;
    }
    // Makes the key of that attempt upstream and returns its handle.
    std::string make_upstream(const Grant& attempt) {
        return provider_.add_key(upstream_key_name(attempt.github_user_id, attempt.nonce), clock_.now());
    }
    Grant row_of(const Recipient& recipient) { return store_.find(recipient.id).value().value(); }
    bool has_row(const Recipient& recipient) { return store_.find(recipient.id).value().has_value(); }
    Ending ending() { return {grace.actor, "leaked", {}, clock_.now(), ""}; }
    static base::Deadline soon() { return base::Deadline::after(call_timeout); }
    static base::Error refusal() { return {base::Errc::upstream_refused, "answered 403", {}}; }
    static base::Error outage() { return {base::Errc::upstream_down, "no answer", {}}; }

    // Returns "key.mint begun", ...
    std::vector<std::string> audit() {
        std::vector<std::string> entries;
        const auto all = audit_.read(0, 1'000).value();
        for (const ChainedEntry& each : all)
            entries.push_back(each.entry.action + " " + each.entry.outcome);
        return entries;
    }

    ManualClock clock_;
    MemoryKeyStore store_;
    MemoryAuditLog audit_;
    FakeKeyProvider provider_{clock_};
    FakeIdentityProvider identity_;
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 50};
    MemoryAttemptHistory history_{store_};
    KeyParts keys_{needs(sealer_), policy()};
    Replacement& replacement_ = keys_.replacement;
    Issuance& issuance_ = keys_.issuance;
    Revocation& revocation_ = keys_.revocation;
    Settlement& settlement_ = keys_.settlement;
    Recovery& recovery_ = keys_.recovery;
};

}  // namespace llmapikey::test
