// Bulk revocations over a database whose answers get lost: what is said to have failed never takes
// effect, what has taken effect is said, and no other keys are meant than those that were listed.
#include <gtest/gtest.h>

#include "bulk/bulk_revocation.hpp"
#include "bulk/store_bulk.hpp"
#include "support/doubtful_sql.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {
using Fault = DoubtfulSql::Fault;

const Initiator organizer{"github:1003", "127.0.0.1"};
const std::string reason = "the event is over";
const std::string listing = "INSERT INTO llmapikey.bulk_targets";
const std::string deciding = "INSERT INTO llmapikey.bulk_revocations";

class BulkInDoubt : public StoresUnderTest {
protected:
    Grant issue_key(std::int64_t account, const std::string& login) {
        const std::string handle = provider_.add_key("name-" + std::to_string(account), clock_.now());
        const auto grant = reserve(account, login);
        EXPECT_TRUE(keys_->activate({{account}, grant.id, grant.nonce}, {handle, "v1.sealed", "none"}));
        return keys_->find({account})->value();
    }
    void issue_many(int count) {
        for (int i = 0; i < count; ++i)
            issue_key(1000 + i, "crowd-" + std::to_string(1000 + i));
    }
    auto begin(const std::string& selection, std::optional<std::int64_t> count = {}, const std::string& request = {}) {
        return revoker_.begin(selection, organizer, reason, std::nullopt, count, request);
    }
    void run() {
        for (int i = 0; i < 4; ++i) {
            clock_.advance(base::Seconds{6});
            revoker_.run_once({});
        }
    }
    std::int64_t targets() {
        return sql_->run("SELECT count(*) FROM llmapikey.bulk_targets", {})->rows.at(0).number(0);
    }

    std::shared_ptr<DoubtfulSql> doubtful_ = std::make_shared<DoubtfulSql>(sql_);
    SqlAdminStore grants_{doubtful_, endings_};
    SqlBulkStore bulks_{doubtful_};
    FakeKeyProvider provider_{clock_};
    Revocation revocation_{grants_, *spending_, provider_, *audit_, clock_};
    BulkRevoker revoker_{bulks_, grants_, revocation_, *audit_, clock_, base::Seconds{15}, base::Seconds{5}};
};

TEST_P(BulkInDoubt, ADecisionOfWhichTheAnswerIsLostIsInForceAndSaidToBe) {
    for (const Fault fault : {Fault::answer_lost, Fault::repeated}) {
        issue_many(2);
        doubtful_->strike(deciding, fault);
        const auto bulk = begin("all=true", 2);
        ASSERT_TRUE(bulk) << bulk.error().detail;
        doubtful_->strike("", Fault::none);
        run();
        EXPECT_EQ(bulks_.find(bulk->id)->value().state, BulkState::done);
        EXPECT_TRUE(provider_.live_keys().empty());
        EXPECT_EQ(targets(), 0);
    }
}

TEST_P(BulkInDoubt, ADecisionThatFailsComesToNothingAlsoIfItTakesEffectLate) {
    issue_many(2);
    doubtful_->strike(deciding, Fault::not_done);
    EXPECT_FALSE(begin("all=true", 2));
    EXPECT_EQ(targets(), 0);
    BulkRevocation late;
    late.id = base::random_uuid();
    late.by = organizer;
    late.selection = "all=true";
    late.created_at = clock_.now();
    late.total = late.listed = 2;
    doubtful_->strike("", Fault::none);
    EXPECT_FALSE(bulks_.create(late)) << "what it would mean is dropped";
    run();
    EXPECT_EQ(provider_.live_keys().size(), 2u);
}

TEST_P(BulkInDoubt, AListThatIsWrittenTwiceIsCountedOnce) {
    issue_many(3);
    doubtful_->strike(listing, Fault::repeated);
    const auto unsaid = begin("from=2000-01-01");
    ASSERT_FALSE(unsaid) << "it lets every key through";
    EXPECT_NE(unsaid.error().detail.find("3 keys"), std::string::npos) << unsaid.error().detail;
    const auto bulk = begin("from=2000-01-01", 3);
    ASSERT_TRUE(bulk) << bulk.error().detail;
    EXPECT_EQ(bulk->total, 3);
}

TEST_P(BulkInDoubt, AListThatIsWrittenLateAddsNothingToTheDecision) {
    issue_many(2);
    const auto bulk = begin("all=true", 2);
    ASSERT_TRUE(bulk);
    issue_key(2000, "later");
    const auto selection = parse_bulk_selection("all=true", clock_.now());
    EXPECT_EQ(bulks_.list_targets(bulk->id, *selection).value(), 2);
    run();
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_P(BulkInDoubt, WhatIsMadeAfterTheKeysWereShownIsNotMeant) {
    issue_many(2);
    const std::string shown = "q=crowd&made_by=" + std::to_string(clock_.now().time_since_epoch().count());
    clock_.advance(base::Seconds{20});
    const auto gone = keys_->find({1000})->value();
    ASSERT_TRUE(admin_->begin_revocations({gone.id}, ending()));
    issue_key(3000, "crowd-3000");
    const auto other = begin(shown, 2);
    ASSERT_FALSE(other) << "as many, but not the same";
    const auto bulk = begin(shown, 1);
    ASSERT_TRUE(bulk) << bulk.error().detail;
    run();
    EXPECT_EQ(keys_->find({3000})->value().status, GrantStatus::active);
    EXPECT_FALSE(begin("made_by=1", 0)) << "it is no condition by itself";
    EXPECT_FALSE(begin("q=crowd&made_by=soon", 0));
}

TEST_P(BulkInDoubt, OneRequestDecidesOnceADay) {
    issue_many(2);
    const auto first = begin("all=true", 2, "request");
    ASSERT_TRUE(first);
    issue_key(2000, "later");
    const auto again = begin("all=true", 3, "request");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->id, first->id);
    EXPECT_EQ(again->total, 2);
    run();
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    clock_.advance(std::chrono::hours{25});
    const auto next_day = begin("q=later", {}, "request");
    ASSERT_TRUE(next_day);
    EXPECT_NE(next_day->id, first->id);
    run();
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(BulkInDoubt, ARequestThatFailedDecidesOnWhatFitsWhenItComesAgain) {
    const auto spent = issue_key(1000, "crowd-1000");
    issue_key(1001, "crowd-1001");
    issue_key(1002, "other");
    doubtful_->strike(deciding, Fault::not_done);
    EXPECT_FALSE(begin("unused=true&q=crowd", 2, "request"));
    doubtful_->strike("", Fault::none);
    ASSERT_TRUE(
        sql_->run("UPDATE llmapikey.api_keys SET spent_micro_usd = 5 WHERE id = $1::uuid", SqlValues().add(spent.id)));
    EXPECT_FALSE(begin("unused=true&q=crowd", 2, "request")) << "one was used meanwhile";
    const auto bulk = begin("unused=true&q=crowd", 1, "request");
    ASSERT_TRUE(bulk) << bulk.error().detail;
    run();
    EXPECT_TRUE(*admin_->find_grant(spent.id));
    EXPECT_EQ(provider_.live_keys().size(), 2u);
}

TEST_P(BulkInDoubt, ARequestThatComesTwiceAtOnceDecidesOnce) {
    issue_many(2);
    std::optional<BulkRevocation> twin;
    doubtful_->after(listing, [&] {
        auto begun = begin("all=true", 2, "request");
        ASSERT_TRUE(begun) << begun.error().detail;
        twin = *begun;
    });
    const auto bulk = begin("all=true", 2, "request");
    ASSERT_TRUE(bulk) << bulk.error().detail;
    ASSERT_TRUE(twin);
    EXPECT_EQ(bulk->id, twin->id);
    EXPECT_EQ(bulks_.list_latest(10)->size(), 1u);
    EXPECT_EQ(targets(), 2) << "the twin keeps its own";
    run();
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(BulkInDoubt, WhatIsCountedForSomebodyWhoConfirmsStaysTheSame) {
    issue_many(2);
    const auto counted = revoker_.count_by_now("q=crowd", 100);
    ASSERT_TRUE(counted) << counted.error().detail;
    EXPECT_EQ(counted->count, 2) << "also what was made in this second";
    clock_.advance(base::Seconds{1});
    issue_key(3000, "crowd-3000");
    EXPECT_TRUE(begin("q=crowd&made_by=" + counted->made_by, counted->count));
}

TEST_P(BulkInDoubt, WhatTakesAPlaceWhileItIsMarkedIsMarked) {
    const auto grant = issue_key(1000, "crowd-1000");
    const auto begun = replacements_->begin_replacement(grant.id, ending());
    ASSERT_TRUE(begun);
    const std::string next = base::random_uuid();
    doubtful_->after("earlier.grant_id",
                     [&] { ASSERT_TRUE(replacements_->finish_replacement(*begun, next, clock_.now())); });
    ASSERT_TRUE(begin("ids=" + grant.id));
    const auto row = keys_->find({1000});
    ASSERT_TRUE(row && *row);
    EXPECT_EQ((*row)->id, next);
    EXPECT_EQ((*row)->status, GrantStatus::revoking);
}

TEST_P(BulkInDoubt, StoppingOfWhichTheAnswerIsLostHasStopped) {
    issue_many(1);
    const auto bulk = begin("q=crowd");
    ASSERT_TRUE(bulk);
    doubtful_->strike("stopped_at = $2", Fault::repeated);
    const auto stopped = revoker_.stop(bulk->id, organizer);
    ASSERT_TRUE(stopped) << stopped.error().detail;
    EXPECT_TRUE(stopped->stopped_at);
    run();
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_P(BulkInDoubt, ANumberThatIsAnAccountMeansNobodyElse) {
    issue_key(1000, "crowd-1000");
    issue_key(2000, "since-1000");
    const auto bulk = begin("q=1000");
    ASSERT_TRUE(bulk) << bulk.error().detail;
    EXPECT_EQ(bulk->total, 1);
    GrantQuery query;
    query.search = "1000";
    EXPECT_EQ(grants_.list(query)->grants.size(), 1u) << "as it is shown";
    run();
    EXPECT_EQ(revoker_.count("q=1000", 10).value(), 0) << "nor does it when the key is gone";
}

INSTANTIATE_TEST_SUITE_P(Stores, BulkInDoubt, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
