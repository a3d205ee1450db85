#include "keys/settlement.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"

namespace llmapikey {
namespace {

class SettlementTest : public test::KeyServices {
protected:
    std::optional<Settled> settle(const Grant& grant) {
        const auto settled = settlement_.settle(grant, soon());
        return settled ? std::optional(*settled) : std::nullopt;
    }
    // Its outcome is unknown.
    Grant doubtful(const Recipient& recipient, const std::string& handle = "") {
        const auto grant = reserve(recipient);
        EXPECT_TRUE(store_.mark_ambiguous(attempt_of(grant), handle));
        return row_of(recipient);
    }
};

TEST_F(SettlementTest, AnAttemptThatSomebodyMayBeAtWorkOnIsLeftAlone) {
    const auto pending = reserve(ada);
    EXPECT_EQ(settle(pending), Settled::not_yet);
    EXPECT_EQ(row_of(ada).status, GrantStatus::pending);
    EXPECT_EQ(provider_.list_calls(), 0) << "there is nothing to look for yet";
    clock_.advance(settlement_.settle_time() + base::Seconds{1});
    EXPECT_EQ(settle(pending), Settled::freed);
    EXPECT_EQ(row_of(ada).status, GrantStatus::waiting);
}

TEST_F(SettlementTest, WhatTheAttemptMadeIsFoundByNameAndRevoked) {
    const std::string foreign = provider_.add_key("somebody else's", clock_.now());
    const auto grant = doubtful(ada);
    make_upstream(grant);
    EXPECT_EQ(settle(grant), Settled::freed) << "at once: one attempt makes one key at most";
    ASSERT_EQ(provider_.live_keys().size(), 1u);
    EXPECT_EQ(provider_.live_keys()[0].delete_handle, foreign);
    EXPECT_EQ(row_of(ada).status, GrantStatus::waiting);
    EXPECT_EQ(row_of(ada).problem, MintProblem::lost_answer);
    EXPECT_EQ(row_of(ada).attempts, 1);
    EXPECT_EQ(row_of(ada).next_attempt_at, clock_.now());
}

TEST_F(SettlementTest, WhatIsNotListedMayStillAppearForAWhile) {
    const auto grant = doubtful(ada);
    EXPECT_EQ(settle(grant), Settled::not_yet);
    EXPECT_EQ(row_of(ada).status, GrantStatus::ambiguous);
    const std::string late = make_upstream(grant);
    EXPECT_EQ(settle(grant), Settled::freed);
    EXPECT_EQ(provider_.revoke_calls(late), 1);
}

TEST_F(SettlementTest, AHandleThatIsKnownIsNotLookedFor) {
    const auto grant = reserve(ada);
    const std::string handle = make_upstream(grant);
    ASSERT_TRUE(store_.mark_ambiguous(attempt_of(grant), handle));
    EXPECT_EQ(settle(row_of(ada)), Settled::freed);
    EXPECT_EQ(provider_.list_calls(), 0);
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_F(SettlementTest, WhoHasGoneLongAgoGetsNoKeyButANote) {
    const auto grant = doubtful(ada);
    clock_.advance(wait_max + base::Seconds{1});
    EXPECT_EQ(settle(grant), Settled::freed);
    EXPECT_FALSE(has_row(ada));
    EXPECT_EQ(store_.past_of({ada.id})->problem, MintProblem::lost_answer);
    EXPECT_EQ(store_.totals()->live, 0);
}

TEST_F(SettlementTest, WhoHadAKeyBeforeWaitsForADay) {
    issue(ada);
    const auto waiting = replacement_.begin(row_of(ada), recipient_of(ada.id), "rotated", soon());
    ASSERT_TRUE(waiting) << waiting.error().detail;
    const auto claim = [&] {
        const auto claimed =
            store_.claim({attempt_of(row_of(ada)), nonces_.make(ada.id), clock_.now(), clock_.now(), {}});
        EXPECT_TRUE(store_.mark_ambiguous(attempt_of(*claimed), ""));
        return row_of(ada);
    };
    auto grant = claim();
    clock_.advance(std::chrono::hours{23});
    EXPECT_EQ(settle(grant), Settled::freed);
    EXPECT_EQ(row_of(ada).status, GrantStatus::waiting) << "its place is not taken away";
    grant = claim();
    clock_.advance(std::chrono::hours{25});
    EXPECT_EQ(settle(grant), Settled::freed);
    EXPECT_FALSE(has_row(ada));
}

TEST_F(SettlementTest, WhatIsNotInDoubtHasChanged) {
    EXPECT_EQ(settle(issue(ada)), Settled::changed);
    const auto overtaken = doubtful(bob);
    ASSERT_TRUE(store_.release(attempt_of(overtaken)));
    EXPECT_EQ(settle(overtaken), Settled::changed);
    doubtful(bob);
    EXPECT_EQ(settle(overtaken), Settled::changed) << "there is another attempt by now";
    EXPECT_EQ(row_of(bob).status, GrantStatus::ambiguous);
    EXPECT_EQ(provider_.live_keys().size(), 1u) << "ada's";
}

TEST_F(SettlementTest, NothingIsFreedWhileUpstreamDoesNotAnswer) {
    const auto grant = doubtful(ada);
    const std::string handle = make_upstream(grant);
    clock_.advance(settlement_.settle_time() + base::Seconds{1});
    provider_.fail_next_list();
    EXPECT_FALSE(settlement_.settle(grant, soon()));
    EXPECT_EQ(row_of(ada).status, GrantStatus::ambiguous);
    provider_.refuse_to_revoke(handle, refusal());
    const auto refused = settlement_.settle(grant, soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::upstream_refused);
    EXPECT_EQ(row_of(ada).status, GrantStatus::ambiguous);
    provider_.refuse_to_revoke(handle, std::nullopt);
    EXPECT_EQ(settle(grant), Settled::freed);
}

TEST_F(SettlementTest, TheProcessThatMadeTheAttemptCannotActivateItAnyMore) {
    const auto pending = reserve(ada);
    const std::string handle = make_upstream(pending);
    clock_.advance(settlement_.settle_time() + base::Seconds{1});
    provider_.refuse_to_revoke(handle, outage());
    EXPECT_FALSE(settlement_.settle(pending, soon()));
    EXPECT_EQ(store_.activate(attempt_of(pending), {handle, "v1.sealed", "hint", clock_.now()}).error().code,
              base::Errc::conflict);
}

TEST_F(SettlementTest, AnAttemptWhoseEndIsDecidedIsLeftToItsRevocation) {
    const auto pending = reserve(ada);
    make_upstream(pending);
    ASSERT_EQ(store_.begin_revocations({pending.id}, ending()).value(), 1);
    EXPECT_EQ(settle(row_of(ada)), Settled::freed);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(row_of(ada).status, GrantStatus::revoking);
    EXPECT_FALSE(is_ending_attempt(row_of(ada)));
    EXPECT_TRUE(store_.finish_revocation(row_of(ada), clock_.now()));
    EXPECT_FALSE(has_row(ada));
}

TEST_F(SettlementTest, ManyAreSettledWithOneLookAndEachByItself) {
    std::vector<Grant> grants{doubtful(ada), doubtful(bob), issue(cleo)};
    make_upstream(grants[0]);
    const auto outcomes = settlement_.settle_all(grants, soon());
    ASSERT_EQ(outcomes.size(), 3u);
    EXPECT_EQ(outcomes[0].value(), Settled::freed);
    EXPECT_EQ(outcomes[1].value(), Settled::not_yet);
    EXPECT_EQ(outcomes[2].value(), Settled::changed);
    EXPECT_LE(provider_.list_calls(), 2) << "a page, and that there is no other";
    EXPECT_TRUE(settlement_.settle_all({}, soon()).empty());
}

TEST_F(SettlementTest, AnOutageEndsTheRoundAndEveryOneHasItsError) {
    std::vector<Grant> grants;
    for (std::int64_t account = 1; account <= 6; ++account) {
        const Recipient recipient{{account}, "x"};
        const auto grant = reserve(recipient);
        const std::string handle = make_upstream(grant);
        ASSERT_TRUE(store_.mark_ambiguous(attempt_of(grant), handle));
        provider_.refuse_to_revoke(handle, outage());
        grants.push_back(row_of(recipient));
    }
    const auto outcomes = settlement_.settle_all(grants, soon());
    ASSERT_EQ(outcomes.size(), 6u);
    int calls = 0;
    for (std::size_t i = 0; i < grants.size(); ++i) {
        EXPECT_EQ(outcomes[i].error().code, base::Errc::upstream_down) << i;
        calls += provider_.revoke_calls(grants[i].delete_handle);
    }
    EXPECT_EQ(calls, 3) << "nothing else would fare better";
}

TEST_F(SettlementTest, WhenToldToStopTheRestIsLeft) {
    std::vector<Grant> grants;
    for (const Recipient& each : {ada, bob}) {
        const auto grant = reserve(each);
        ASSERT_TRUE(store_.mark_ambiguous(attempt_of(grant), make_upstream(grant)));
        grants.push_back(row_of(each));
    }
    std::stop_source source;
    source.request_stop();
    const auto outcomes = settlement_.settle_all(grants, soon(), source.get_token());
    ASSERT_EQ(outcomes.size(), 2u);
    EXPECT_TRUE(outcomes[0]) << "the one that was under way is ended";
    ASSERT_FALSE(outcomes[1]);
    EXPECT_EQ(outcomes[1].error().code, base::Errc::overloaded);
    EXPECT_EQ(row_of(bob).status, GrantStatus::ambiguous);
}

}  // namespace
}  // namespace llmapikey
