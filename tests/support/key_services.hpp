#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "keys/administration.hpp"
#include "keys/issuance.hpp"
#include "keys/own_key.hpp"
#include "keys/recovery.hpp"
#include "keys/replacement.hpp"
#include "keys/revocation.hpp"
#include "keys/settlement.hpp"
#include "support/fake_identity_provider.hpp"
#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::test {

// All that is done with keys, over a store in memory and fakes of the upstream and of GitHub.
class KeyServices : public testing::Test {
protected:
    static constexpr base::Seconds call_timeout{15};
    static inline const Recipient ada{{1001}, "ada"}, bob{{1002}, "bob"}, cleo{{1004}, "cleo"};
    static inline const Initiator grace{"github:1003", "127.0.0.1"};

    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.daily_limit = base::MicroUsd{2'500'000};
        return terms;
    }
    IssuanceParts parts(const base::Sealer& sealer) {
        return {store_, store_, provider_, replacement_, sealer, nonces_, limiter_, clock_, [](const auto&) {}, {}};
    }
    Grant issue(const Recipient& recipient) {
        const auto answer = issuance_.issue(terms(), recipient);
        EXPECT_EQ(answer.status, KeyOutcome::created) << answer.error.detail;
        return row_of(recipient);
    }
    // An attempt that nobody is at work on, and whose key there may be.
    Grant reserve(const Recipient& recipient) {
        ReserveRequest request{{recipient.id},
                               recipient.login,
                               base::random_uuid(),
                               nonces_.make(recipient.id),
                               base::MicroUsd{2'500'000},
                               clock_.now(),
                               clock_.now() + std::chrono::days{90}};
        return std::get<Reserved>(store_.reserve(request).value()).grant;
    }
    // What that attempt has made upstream: its handle.
    std::string make_upstream(const Grant& attempt) {
        return provider_.add_key(upstream_key_name(attempt.github_user_id, attempt.nonce), clock_.now());
    }
    Grant row_of(const Recipient& recipient) { return store_.find({recipient.id}).value().value(); }
    bool has_row(const Recipient& recipient) { return store_.find({recipient.id}).value().has_value(); }
    Ending ending() { return {grace.actor, "leaked", {}, clock_.now(), ""}; }
    static base::Deadline soon() { return base::Deadline::after(call_timeout); }
    static base::Error refusal() { return {base::Errc::upstream_refused, "answered 403", {}}; }
    static base::Error outage() { return {base::Errc::upstream_down, "no answer", {}}; }

    // "key.mint begun", ...
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
    Replacement replacement_{store_, store_, provider_, audit_, clock_};
    Issuance issuance_{parts(sealer_), call_timeout};
    Revocation revocation_{store_, store_, provider_, audit_, clock_};
    Settlement settlement_{store_, store_, provider_, clock_, call_timeout};
    Recovery recovery_{{store_, store_, store_, provider_, settlement_, revocation_, replacement_}, clock_};
};

}  // namespace llmapikey::test
