// What every store promises of rows that end, whatever they were on their way to, and of accounts
// that are on hold.
#include <gtest/gtest.h>

#include <set>

#include "bulk/store_bulk.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

const Hold forever{std::nullopt, "leaked"};

class EndingContract : public StoresUnderTest {
protected:
    Grant row(std::int64_t account) { return keys_->find({account})->value(); }
    std::optional<Hold> hold_of(std::int64_t account) { return keys_->find_account({account})->hold; }

    Grant queue(std::int64_t account) {
        ReserveRequest request{{account}, "login",      base::random_uuid(), base::random_token(16),
                               {},        clock_.now(), clock_.now()};
        request.is_queued = true;
        EXPECT_TRUE(keys_->reserve(request));
        return row(account);
    }
    Claim claim_of(const Grant& grant) {
        return {attempt_of(grant), base::random_token(16), clock_.now(), clock_.now(), std::nullopt};
    }
    Activation activation_of(std::int64_t account) {
        return {"handle-" + std::to_string(account), "v1.sealed", "1234", clock_.now()};
    }
    Grant replace(std::int64_t account) {
        const auto begun = replacements_->begin_replacement(row(account).id, ending());
        EXPECT_TRUE(begun) << begun.error().detail;
        return *begun;
    }
    // A row of each status, by account.
    void fill() {
        queue(1);
        reserve(2);
        EXPECT_TRUE(keys_->mark_ambiguous(attempt_of(reserve(3)), ""));
        EXPECT_TRUE(keys_->mark_ambiguous(attempt_of(reserve(4)), "handle-4"));
        issue(5);
        issue(6);
        replace(6);
    }
    int revoking(const std::optional<std::string>& bulk_id = std::nullopt) {
        return static_cast<int>(admin_->list_revoking("", 100, bulk_id)->size());
    }
    // The decision that rows are marked for: in a database they are marked only while there is one.
    Ending ending_of_bulk() {
        if (sql_) {
            BulkRevocation bulk;
            bulk.id = "bulk";
            bulk.created_at = clock_.now();
            EXPECT_TRUE(SqlBulkStore(sql_).create(bulk));
        }
        return ending(forever, "bulk");
    }
    void hold(std::int64_t account, std::optional<Hold> hold) {
        EXPECT_TRUE(admin_->set_hold({account}, hold, "github:1003", clock_.now()));
    }
};

TEST_P(EndingContract, AHoldThatComesWhileSomebodyWaitsIsSeenWhenTheirTurnIsTaken) {
    const auto waiting = queue(7);
    hold(7, Hold{clock_.now() + base::Seconds{60}, "cool off"});
    EXPECT_EQ(queue_->claim(claim_of(waiting)).error().code, base::Errc::conflict);
    EXPECT_EQ(row(7).status, GrantStatus::waiting);
    EXPECT_EQ(row(7).nonce, waiting.nonce);
    clock_.advance(base::Seconds{60});
    const auto claimed = queue_->claim(claim_of(waiting));
    ASSERT_TRUE(claimed) << claimed.error().detail;
    EXPECT_EQ(claimed->status, GrantStatus::pending);
}

TEST_P(EndingContract, AHoldThatComesWhileAKeyIsMadeIsSeenWhenItIsStored) {
    const auto pending = reserve(7);
    hold(7, forever);
    EXPECT_EQ(keys_->activate(attempt_of(pending), activation_of(7)).error().code, base::Errc::conflict);
    EXPECT_EQ(row(7).status, GrantStatus::pending);
    hold(7, std::nullopt);
    EXPECT_TRUE(keys_->activate(attempt_of(pending), activation_of(7)));
}

TEST_P(EndingContract, AKeyOfAnAccountOnHoldIsNotReplaced) {
    const auto active = issue(7);
    hold(7, forever);
    EXPECT_EQ(replacements_->begin_replacement(active.id, ending()).error().code, base::Errc::conflict);
    EXPECT_EQ(row(7).status, GrantStatus::active);
    EXPECT_TRUE(admin_->ledger_of({7})->empty());
    hold(7, Hold{clock_.now(), "over"});
    EXPECT_TRUE(replacements_->begin_replacement(active.id, ending()));
}

TEST_P(EndingContract, ARevocationMeansEveryRowWhateverItsStatus) {
    fill();
    std::vector<std::string> ids;
    for (std::int64_t account = 1; account <= 6; ++account)
        ids.push_back(row(account).id);
    const auto begun = admin_->begin_revocations(ids, ending_of_bulk());
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(*begun, 6);
    for (std::int64_t account = 1; account <= 6; ++account) {
        EXPECT_EQ(row(account).status, GrantStatus::revoking) << account;
        ASSERT_TRUE(hold_of(account)) << "at once, and not when it has ended";
        EXPECT_FALSE(hold_of(account)->until);
        const auto ledger = admin_->ledger_of({account});
        ASSERT_EQ(ledger->size(), 1u) << account;
        EXPECT_EQ(ledger->at(0).bulk_id, "bulk") << account;
        EXPECT_FALSE(ledger->at(0).ended_at);
    }
    EXPECT_EQ(revoking("bulk"), 4) << "of the two others it is not known what they have made";
    const auto unsettled = keys_->list_open_attempts(clock_.now(), "", 10);
    ASSERT_TRUE(unsettled) << unsettled.error().detail;
    ASSERT_EQ(unsettled->size(), 2u);
    for (const Grant& grant : *unsettled) {
        EXPECT_TRUE(is_ending_attempt(grant));
        EXPECT_TRUE(keys_->knows("", grant.nonce).value()) << "what it makes is no orphan meanwhile";
    }
}

TEST_P(EndingContract, AnAttemptWhoseEndIsDecidedIsSettledBeforeItIsFinished) {
    for (std::int64_t account = 1; account <= 3; ++account) {
        const auto pending = reserve(account);
        ASSERT_EQ(admin_->begin_revocations({pending.id}, ending()).value(), 1);
        const auto attempt = attempt_of(pending);
        EXPECT_EQ(keys_->activate(attempt, activation_of(account)).error().code, base::Errc::conflict);
        ASSERT_TRUE(admin_->finish_revocation(row(account), clock_.now()));
        EXPECT_EQ(row(account).status, GrantStatus::revoking) << "something may be left upstream";
        EXPECT_FALSE(admin_->ledger_of({account})->at(0).ended_at);
        ASSERT_TRUE(keys_->mark_ambiguous(attempt, ""));
        EXPECT_EQ(row(account).status, GrantStatus::revoking);
        EXPECT_EQ(revoking(), 0);
        const auto told = account == 1   ? keys_->mark_ambiguous(attempt, "handle")
                          : account == 2 ? keys_->release(attempt)
                                         : queue_->requeue(attempt, {clock_.now(), MintProblem::lost_answer});
        EXPECT_TRUE(told) << account;
        ASSERT_EQ(revoking(), 1) << account;
        EXPECT_EQ(row(account).delete_handle, account == 1 ? "handle" : "");
        ASSERT_TRUE(admin_->finish_revocation(row(account), clock_.now()));
        EXPECT_FALSE(*keys_->find({account}));
        EXPECT_TRUE(admin_->ledger_of({account})->at(0).ended_at);
        EXPECT_EQ(keys_->totals()->live, 0);
    }
}

TEST_P(EndingContract, AReplacementThatIsRevokedIsNoReplacementAnyMore) {
    issue(7);
    const auto replacing = replace(7);
    clock_.advance(base::Seconds{1});
    Ending later = ending_of_bulk();
    later.reason = "all of them";
    ASSERT_EQ(admin_->begin_revocations({replacing.id}, later).value(), 1);
    const auto next = replacements_->finish_replacement(replacing, base::random_uuid(), clock_.now());
    EXPECT_EQ(next.error().code, base::Errc::conflict);
    const auto entry = admin_->ledger_of({7})->at(0);
    EXPECT_EQ(entry.reason, "all of them");
    EXPECT_FALSE(entry.ended_at) << "the row is still there";
    EXPECT_EQ(revoking("bulk"), 1);
    ASSERT_TRUE(admin_->finish_revocation(replacing, clock_.now()));
    EXPECT_TRUE(admin_->ledger_of({7})->at(0).ended_at);
    EXPECT_EQ(keys_->totals()->live, 0);
}

TEST_P(EndingContract, TheStricterHoldOfTwoDecisionsIsStoredAtOnce) {
    const auto grant = issue(7);
    ASSERT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 1);
    EXPECT_FALSE(hold_of(7));
    const auto in = [&](base::Seconds seconds) { return Hold{clock_.now() + seconds, "for a while"}; };
    for (const auto& [decided, known] :
         std::vector<std::pair<Hold, Hold>>{{in(base::Seconds{60}), in(base::Seconds{60})},
                                            {in(base::Seconds{30}), in(base::Seconds{60})},
                                            {in(base::Seconds{90}), in(base::Seconds{90})},
                                            {forever, forever},
                                            {in(base::Seconds{999}), forever}}) {
        EXPECT_EQ(admin_->begin_revocations({grant.id}, ending(decided)).value(), 0) << "it is under way";
        ASSERT_TRUE(hold_of(7));
        EXPECT_EQ(hold_of(7)->until, known.until);
    }
    EXPECT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 0);
    EXPECT_TRUE(hold_of(7)) << "no hold lifts none";
    EXPECT_EQ(admin_->ledger_of({7})->size(), 1u);
}

TEST_P(EndingContract, WhereOnlyAnActiveKeyIsMeantAnythingElseIsLeftAlone) {
    fill();
    Ending given_back = ending(forever);
    given_back.what = EndsWhat::active_key;
    for (std::int64_t account = 1; account <= 6; ++account) {
        const auto before = row(account).status;
        const auto begun = admin_->begin_revocations({row(account).id}, given_back);
        EXPECT_EQ(begun.value(), account == 5 ? 1 : 0);
        EXPECT_EQ(row(account).status, account == 5 ? GrantStatus::revoking : before);
        EXPECT_EQ(hold_of(account).has_value(), account == 5);
    }
}

TEST_P(EndingContract, ListsWhatHasTakenTheirPlacesSince) {
    const auto first = issue(1);
    const auto stays = issue(2);
    ASSERT_TRUE(admin_->begin_revocations({issue(3).id}, ending()));
    const base::Timestamp decided_at = clock_.now();
    clock_.advance(base::Seconds{5});
    issue(4);
    const auto next = replacements_->finish_replacement(replace(1), base::random_uuid(), clock_.now());
    ASSERT_TRUE(next) << next.error().detail;
    clock_.advance(base::Seconds{5});
    const auto accounts = [&](const GrantQuery& query) {
        const auto page = admin_->list(query);
        EXPECT_TRUE(page) << page.error().detail;
        std::set<std::int64_t> found;
        for (const Grant& grant : page->grants)
            found.insert(grant.github_user_id.value);
        return found;
    };
    GrantQuery query;
    query.without_revoking = true;
    EXPECT_EQ(accounts(query), (std::set<std::int64_t>{1, 2, 4}));
    query.replaced_from = decided_at;
    query.successors_of = {first.id, stays.id, base::random_uuid()};
    EXPECT_EQ(accounts(query), (std::set<std::int64_t>{1}));
    query.replaced_from = clock_.now();
    EXPECT_TRUE(accounts(query).empty()) << "it was replaced before";
}

INSTANTIATE_TEST_SUITE_P(Stores, EndingContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
