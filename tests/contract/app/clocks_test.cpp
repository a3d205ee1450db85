// What a process whose clock was wrong has left in the database holds nobody up; asked of both
// databases.
#include <gtest/gtest.h>

#include "app/jobs/job_lease.hpp"
#include "app/jobs/store_leases.hpp"
#include "app/store_time_correction.hpp"
#include "bulk/store_bulk.hpp"
#include "insight/statistics.hpp"
#include "insight/store_statistics.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "site/store_answers.hpp"
#include "support/fake_key_provider.hpp"
#include "support/fixed_terms.hpp"
#include "support/stores_under_test.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

constexpr std::chrono::hours an_hour{1};
constexpr base::Seconds call_timeout{15}, settle_wait{30};

class Clocks : public StoresUnderTest {
protected:
    base::Timestamp ahead() const { return clock_.now() + an_hour; }
    void run(const std::string& sql) {
        const auto done = sql_->run(sql, {});
        ASSERT_TRUE(done) << done.error().detail;
    }
    // As a process does that starts anew, and now and then.
    int correct() { return SqlTimeCorrection(sql_).correct(clock_.now()).value(); }
    Recovered recover() { return recovery_.run_once(call_timeout, {}); }
    Grant held(std::int64_t account) { return keys_->find({account})->value(); }

    FakeKeyProvider provider_{clock_};
    Replacement replacement_{*replacements_, *spending_, provider_, *audit_, clock_};
    Revocation revocation_{*admin_, *spending_, provider_, *audit_, clock_};
    Settlement settlement_{*keys_, *queue_, provider_, clock_, call_timeout};
    Recovery recovery_{{*keys_, *admin_, *replacements_, provider_, settlement_, revocation_, replacement_}, clock_};
};

TEST_P(Clocks, ALeaseThatLastsLongerThanItCanIsOver) {
    SqlLeases leases(sql_);
    for (const base::Seconds duration : {base::Seconds{20}, base::Seconds{300}}) {
        const std::string name = "of " + std::to_string(duration.count());
        ASSERT_TRUE(leases.acquire(name, "ahead", ahead(), duration).value());
        EXPECT_TRUE(leases.acquire(name, "right", clock_.now(), duration).value());
        EXPECT_FALSE(leases.acquire(name, "another", clock_.now(), duration).value());
        EXPECT_FALSE(leases.acquire(name, "another", clock_.now() - base::Seconds{2}, duration).value())
            << "clocks differ a little";
    }
}

TEST_P(Clocks, WhoHoldsALeaseRenewsItThoughTheClockWasSetBack) {
    SqlLeases leases(sql_);
    app::JobLeases first(leases, clock_), second(leases, clock_);
    app::JobLease lease_of_first{"bulk", base::Seconds{0}}, lease_of_second{"bulk", base::Seconds{0}};
    EXPECT_TRUE(first.hold(lease_of_first));
    clock_.advance(-an_hour);
    EXPECT_TRUE(second.hold(lease_of_second)) << "the first one's ended an hour from now";
    clock_.advance(base::Seconds{1});
    EXPECT_TRUE(first.hold(lease_of_first));
}

TEST_P(Clocks, AnAttemptOfTheFutureIsSettledAsOneOfNow) {
    const auto grant = reserve(1);
    run("UPDATE llmapikey.api_keys SET attempted_at = {time:" + std::to_string(ahead().time_since_epoch().count()) +
        "}");
    EXPECT_EQ(correct(), 1);
    EXPECT_EQ(held(1).attempted_at, clock_.now());
    EXPECT_EQ(recover().settled, 0) << "what it makes may still appear";
    clock_.advance(settle_wait);
    EXPECT_EQ(recover().settled, 1);
    EXPECT_EQ(held(1).status, GrantStatus::waiting);
    EXPECT_EQ(correct(), 0);
}

TEST_P(Clocks, ATurnOfTheFutureIsDue) {
    ReserveRequest request{{1}, "x", base::random_uuid(), "nonce", {}, clock_.now(), clock_.now()};
    request.is_queued = true;
    ASSERT_TRUE(keys_->reserve(request));
    const auto set_turn = [&](base::Timestamp at) {
        run("UPDATE llmapikey.api_keys SET next_attempt_at = " + std::to_string(at.time_since_epoch().count()));
    };
    set_turn(clock_.now() + turn_pause_max);
    EXPECT_EQ(correct(), 0) << "it may be so far off";
    set_turn(ahead());
    EXPECT_EQ(correct(), 1);
    EXPECT_EQ(queue_->list_due(clock_.now(), 10)->size(), 1u);
}

TEST_P(Clocks, AnAttemptOfTheFutureWhoseEndIsDecidedIsSettled) {
    const auto grant = reserve(1);
    run("UPDATE llmapikey.api_keys SET attempted_at = " +
        std::string(sql_->dialect() == Dialect::postgres ? "attempted_at + interval '1 hour'" : "attempted_at + 3600"));
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    EXPECT_EQ(correct(), 1);
    clock_.advance(settle_wait);
    EXPECT_EQ(recover().settled, 1);
    clock_.advance(base::Seconds{31});
    recover();
    EXPECT_FALSE(*keys_->find({1}));
}

TEST_P(Clocks, PausesThatEndTooFarOffAreOver) {
    const auto grant = issue(1);
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    ASSERT_TRUE(admin_->note_revocation_failure(grant.id, "no", ahead(), true));
    SqlBulkStore bulks(sql_);
    BulkRevocation bulk;
    bulk.id = "bulk";
    bulk.created_at = bulk.begins_at = ahead();
    ASSERT_TRUE(bulks.create(bulk));
    SqlWebhookStore webhooks(sql_);
    WebhookEndpoint endpoint;
    endpoint.id = "endpoint";
    ASSERT_TRUE(webhooks.add_endpoint(endpoint));
    const auto far = clock_.now() + std::chrono::hours{40};
    ASSERT_TRUE(webhooks.set_health(endpoint.id, {1, clock_.now(), far}));
    EXPECT_EQ(correct(), 3);
    EXPECT_EQ(admin_->list_due_revocations(clock_.now(), 10, "")->size(), 1u);
    EXPECT_EQ(bulks.find(bulk.id).value()->begins_at, clock_.now());
    EXPECT_EQ(webhooks.endpoints()->at(0).health.next_at, clock_.now());
    EXPECT_EQ(correct(), 0);
}

TEST_P(Clocks, ARequestOfTheFutureIsUnderWaySinceNow) {
    SqlStoredAnswers answers(sql_);
    ASSERT_TRUE(answers.begin("github:1", "a", "print", ahead()));
    EXPECT_EQ(correct(), 1);
    clock_.advance(StoredAnswers::request_max + base::Seconds{1});
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(answers.begin("github:1", "a", "print", clock_.now()).value()));
}

TEST_P(Clocks, ARevocationThatIsYetToBeginIsEnded) {
    const auto grant = issue(1);
    auto later = ending();
    later.now = ahead();
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, later));
    EXPECT_EQ(recover().revoked, 1);
    EXPECT_FALSE(*keys_->find({1}));
}

TEST_P(Clocks, OneThatHasJustBegunIsLeftToWhoeverBeganIt) {
    const auto grant = issue(1);
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    EXPECT_EQ(recover().revoked, 0);
}

TEST_P(Clocks, FiguresOfTheFutureAreTakenAnew) {
    SqlStatisticsStore store(sql_);
    SqlWebhookStore webhooks(sql_);
    issue(1);
    ASSERT_TRUE(store.set_facts({{fact::figures, "taken"}, {fact::spending, "read"}}, ahead()));
    const FixedTerms terms;
    Statistics statistics(store, *spending_, webhooks, provider_, clock_, terms, {});
    EXPECT_EQ(statistics.run_once({}), "");
    const auto facts = store.facts().value();
    EXPECT_EQ(facts.at(fact::figures).noted_at, clock_.now());
    EXPECT_EQ(facts.at(fact::spending).noted_at, clock_.now());
    EXPECT_EQ(facts.at(fact::usable_keys).value, "1");
}

INSTANTIATE_TEST_SUITE_P(Stores, Clocks, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace llmapikey::test
