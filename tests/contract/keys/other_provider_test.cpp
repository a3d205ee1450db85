// What must hold with any provider, over one that has nothing that need not be there
// (AliasKeyProvider).
#include <gtest/gtest.h>

#include "insight/statistics.hpp"
#include "insight/store_statistics.hpp"
#include "keys/issuance.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "spending/usage.hpp"
#include "support/alias_key_provider.hpp"
#include "support/fixed_terms.hpp"
#include "support/stores_under_test.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

const Recipient ada{{1001}, "ada"};
constexpr base::Seconds settle_wait{30};
const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};

class OtherProvider : public StoresUnderTest {
protected:
    OtherProvider() { clock_.advance(noon - clock_.now()); }

    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.daily_limit = base::MicroUsd{10'000'000};
        return terms;
    }
    Recovered recover() { return recovery_.run_once(base::Seconds{15}, {}); }
    void lose_an_answer(std::int64_t account, FakeKeyProvider::MintFault fault) {
        upstream_.fail_next_mint(fault);
        EXPECT_EQ(issuance_.issue(terms(), {{account}, "x"}).status, KeyOutcome::ambiguous);
    }

    FakeKeyProvider upstream_{clock_};
    AliasKeyProvider provider_{upstream_};
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 4};
    Replacement replacement_{*replacements_, *spending_, provider_, *audit_, clock_};
    Issuance issuance_{
        {*keys_, *queue_, provider_, replacement_, sealer_, nonces_, limiter_, clock_, [](const auto&) {}, {}},
        base::Seconds{15}};
    Revocation revocation_{*admin_, *spending_, provider_, *audit_, clock_};
    Settlement settlement_{*keys_, *queue_, provider_, clock_, base::Seconds{15}};
    Recovery recovery_{{*keys_, *admin_, *replacements_, provider_, settlement_, revocation_, replacement_}, clock_};
};

TEST_P(OtherProvider, TheSecretThatWeMadeIsTheKeyThatIsShown) {
    const auto made = issuance_.issue(terms(), ada);
    ASSERT_EQ(made.status, KeyOutcome::created);
    EXPECT_EQ(made.raw_key.reveal(), provider_.secret_of(made.grant->delete_handle));
    EXPECT_EQ(issuance_.issue(terms(), ada).raw_key.reveal(), made.raw_key.reveal());
}

TEST_P(OtherProvider, AttemptsInDoubtAreFoundWithoutReadingTheList) {
    for (int i = 0; i < 30; ++i)
        upstream_.add_key("somebody else's", clock_.now());
    for (std::int64_t account = 1; account <= 5; ++account)
        lose_an_answer(account, FakeKeyProvider::MintFault::lost_after_effect);
    EXPECT_EQ(upstream_.live_keys().size(), 35u);
    EXPECT_EQ(recover().settled, 5);
    EXPECT_EQ(upstream_.live_keys().size(), 30u);
    EXPECT_EQ(upstream_.list_calls(), 0);
}

TEST_P(OtherProvider, AKeyThatIsNotFoundIsWaitedForUntilItCanNoLongerAppear) {
    lose_an_answer(1, FakeKeyProvider::MintFault::lost_before_effect);
    EXPECT_EQ(recover().settled, 0);
    clock_.advance(settle_wait - base::Seconds{1});
    EXPECT_EQ(recover().settled, 0);
    upstream_.add_key(upstream_key_name({1}, keys_->find({1})->value().nonce), clock_.now());
    clock_.advance(base::Seconds{1});
    EXPECT_EQ(recover().settled, 1);
    EXPECT_TRUE(upstream_.live_keys().empty());
}

TEST_P(OtherProvider, WhileAttemptsCannotBeLookedUpNothingIsConcluded) {
    lose_an_answer(1, FakeKeyProvider::MintFault::lost_after_effect);
    clock_.advance(settle_wait);
    upstream_.fail_next_list();
    EXPECT_EQ(recover().settled, 0);
    EXPECT_EQ(keys_->find({1})->value().status, GrantStatus::ambiguous);
    EXPECT_EQ(recover().settled, 1);
}

TEST_P(OtherProvider, OrphansAreEndedAndNobodyElsesKeysAreTouched) {
    const auto made = issuance_.issue(terms(), ada);
    for (int i = 0; i < 30; ++i)
        upstream_.add_key("somebody else's", clock_.now());
    const std::string nonce = nonces_.make({77});
    const ReserveRequest request{{77}, "x", base::random_uuid(), nonce, {}, clock_.now(), clock_.now()};
    const auto reserved = keys_->reserve(request);
    ASSERT_TRUE(reserved && keys_->release(attempt_of(std::get<Reserved>(*reserved).grant)));
    upstream_.add_key(upstream_key_name({77}, nonce), clock_.now());
    clock_.advance(settle_wait);
    Reconciler reconciler({*keys_, *admin_, provider_, revocation_, *audit_, *history_, nonces_, clock_},
                          {Repair::fix, false, settle_wait, base::Seconds{15}});
    const auto report = reconciler.run(base::Deadline::after(base::Millis{20'000}), {});
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->upstream_keys, 32);
    EXPECT_EQ(upstream_.live_keys().size(), 31u);
    EXPECT_TRUE(upstream_.get(made.grant->delete_handle, base::Deadline::after(base::Millis{1'000})));
}

// By what the key has used since it was made.
TEST_P(OtherProvider, WhatWasSpentTodayIsBookedWithoutItsFigure) {
    const auto made = issuance_.issue(terms(), ada);
    const auto spend = [&](std::int64_t micro) {
        upstream_.change_key(made.grant->delete_handle, [&](UpstreamKey& key) {
            key.usage.value += micro;
            key.limit_remaining = std::nullopt;
        });
    };
    UsageCache usage(provider_, *spending_, clock_, base::Seconds{15});
    const auto spent_now = [&] {
        usage.forget(made.grant->delete_handle);
        usage.refresh(*made.grant);
        return usage.peek(made.grant->delete_handle);
    };
    spend(2'000'000);
    EXPECT_EQ(spent_now()->spent.value, 2'000'000);
    clock_.advance(std::chrono::hours{10});
    spend(500'000);
    const auto known = spent_now();
    EXPECT_EQ(known->spent.value, 2'500'000);
    EXPECT_EQ(known->remaining, base::MicroUsd{7'500'000}) << "not the whole cap";
    clock_.advance(std::chrono::hours{4});
    EXPECT_EQ(spent_now()->spent.value, 0) << "another day";
    ASSERT_TRUE(spending_->note_all_read(clock_.now()));
    spend(250'000);
    EXPECT_EQ(spent_now()->spent.value, 250'000);
}

TEST_P(OtherProvider, CreditsThatAreNotToldAreNoProblemAndNotNothing) {
    SqlStatisticsStore store(sql_);
    SqlWebhookStore webhooks(sql_);
    const FixedTerms terms;
    Statistics statistics(store, *spending_, webhooks, provider_, clock_, terms,
                          {{}, base::Seconds{15}, base::Seconds{1}});
    EXPECT_EQ(statistics.run_once({}), "");
    const auto facts = store.facts();
    ASSERT_TRUE(facts);
    EXPECT_FALSE(facts->contains(fact::credits_total));
    EXPECT_FALSE(facts->contains(fact::credits_problem));
    EXPECT_TRUE(facts->contains(fact::spending)) << "the rest is read";
}

INSTANTIATE_TEST_SUITE_P(Stores, OtherProvider, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
