// Bulk revocations over real databases and an upstream in memory: what they mean, how they are
// confirmed and stopped, and what a key that upstream does not revoke holds up.
#include "bulk/bulk_revocation.hpp"

#include <gtest/gtest.h>

#include "bulk/store_bulk.hpp"
#include "keys/recovery.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

const Initiator organizer{"github:1003", "127.0.0.1"};
const std::string reason = "the event is over";

class BulkRevocations : public StoresUnderTest {
protected:
    // Keys of accounts `first` and on, here and upstream.
    std::vector<Grant> issue_many(std::int64_t first, int count) {
        std::vector<Grant> grants;
        for (int i = 0; i < count; ++i) {
            const std::int64_t account = first + i;
            const std::string handle = provider_.add_key("name-" + std::to_string(account), clock_.now());
            const auto grant = reserve(account, "crowd-" + std::to_string(account));
            const std::string hint = std::to_string(account).substr(0, 4);
            EXPECT_TRUE(keys_->activate({{account}, grant.id, grant.nonce}, {handle, "v1.sealed", hint}));
            grants.push_back(keys_->find({account})->value());
        }
        return grants;
    }
    BulkRevocation begin(const std::string& selection) {
        auto bulk = revoker_.begin(selection, organizer, reason, std::nullopt, revoker_.count(selection, 100).value());
        EXPECT_TRUE(bulk) << (bulk ? "" : bulk.error().detail);
        return bulk.value_or(BulkRevocation{});
    }
    // Several steps, with the pauses that follow trouble.
    std::string run(int steps) {
        std::string problems;
        for (int i = 0; i < steps; ++i) {
            problems += revoker_.run_once({});
            clock_.advance(base::Seconds{6});
        }
        return problems;
    }
    base::Result<void> note_spent(const std::vector<Grant>& grants) {
        for (const Grant& grant : grants) {
            const SqlValues id = SqlValues().add(grant.id);
            const auto noted = sql_->run("UPDATE llmapikey.api_keys SET spent_micro_usd = 5 WHERE id = $1::uuid", id);
            if (!noted) return tl::unexpected(noted.error());
        }
        return {};
    }
    // As its owner does, up to where the next key is to be made.
    Grant replace(const Grant& grant) {
        EXPECT_TRUE(replacements_->begin_replacement(grant.id, ending()));
        const auto old = admin_->find_grant(grant.id).value().value();
        const auto next = replacements_->finish_replacement(old, base::random_uuid(), clock_.now());
        EXPECT_TRUE(next) << (next ? "" : next.error().detail);
        return next.value_or(grant);
    }
    BulkRevocation state_of(const std::string& id) { return bulks_.find(id).value().value(); }
    bool is_there(const Grant& grant) { return admin_->find_grant(grant.id).value().has_value(); }
    static std::string of_account(const std::string& first) { return "q=crowd-" + first; }

    FakeKeyProvider provider_{clock_};
    SqlBulkStore bulks_{sql_};
    Revocation revocation_{*admin_, *spending_, provider_, *audit_, clock_};
    BulkRevoker revoker_{bulks_, *admin_, revocation_, *audit_, clock_, base::Seconds{15}};
};

TEST_P(BulkRevocations, WhatComesToNoConditionIsRefused) {
    issue_many(1000, 2);
    for (const std::string selection : {"", "ids=", "ids=,", "q=", "q=%20%20", "unused=false", "unused=0", "all=false",
                                        "state=", "expires_within=", "sort=newest", "q=%zz", "Q=crowd", "unused"}) {
        const auto begun = revoker_.begin(selection, organizer, reason, std::nullopt);
        ASSERT_FALSE(begun) << selection;
        EXPECT_EQ(begun.error().code, base::Errc::invalid_input) << selection;
        EXPECT_FALSE(revoker_.count(selection, 10)) << selection;
    }
    EXPECT_TRUE(bulks_.list_latest(10)->empty());
}

TEST_P(BulkRevocations, EveryKeyIsConfirmedByItsCount) {
    issue_many(1000, 3);
    for (const std::string selection : {"all=true", "state=active"}) {
        const auto unsaid = revoker_.begin(selection, organizer, reason, std::nullopt);
        ASSERT_FALSE(unsaid) << selection;
        EXPECT_EQ(unsaid.error().code, base::Errc::conflict);
        const auto other = revoker_.begin(selection, organizer, reason, std::nullopt, 2);
        ASSERT_FALSE(other) << selection;
        EXPECT_EQ(other.error().code, base::Errc::conflict);
        EXPECT_NE(other.error().detail.find("3 keys"), std::string::npos) << other.error().detail;
    }
    EXPECT_FALSE(revoker_.begin("q=crowd-", organizer, reason, std::nullopt, 2)) << "a count that is said must hold";
    for (const std::string selection : {"q=crowd-", "q=-", "from=2000-01-01", "expires_within=36500"}) {
        const auto unsaid = revoker_.begin(selection, organizer, reason, std::nullopt);
        ASSERT_FALSE(unsaid) << selection << " lets every key through";
        EXPECT_NE(unsaid.error().detail.find("3 keys"), std::string::npos) << unsaid.error().detail;
    }
    EXPECT_TRUE(bulks_.list_latest(10)->empty());
    const auto bulk = revoker_.begin("all=true", organizer, reason, std::nullopt, 3);
    ASSERT_TRUE(bulk) << bulk.error().detail;
    run(4);
    EXPECT_EQ(state_of(bulk->id).state, BulkState::done);
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(BulkRevocations, AReasonIsChecked) {
    issue_many(1000, 1);
    for (const std::string& bad : {std::string(), std::string(501, 'x'), std::string("a\xff"), std::string("a\nb")})
        EXPECT_FALSE(revoker_.begin("q=crowd-", organizer, bad, std::nullopt)) << bad;
}

TEST_P(BulkRevocations, ItCanBeStoppedBeforeItBegins) {
    const auto grants = issue_many(1000, 3);
    BulkRevoker patient{bulks_, *admin_, revocation_, *audit_, clock_, base::Seconds{15}, base::Seconds{5}};
    const auto bulk = patient.begin("q=crowd-", organizer, reason, std::nullopt, 3);
    ASSERT_TRUE(bulk);
    EXPECT_EQ(patient.run_once({}), "");
    EXPECT_TRUE(is_there(grants[0]));
    const auto stopped = patient.stop(bulk->id, organizer);
    ASSERT_TRUE(stopped) << stopped.error().detail;
    EXPECT_EQ(stopped->total, 0);
    EXPECT_EQ(stopped->stopped_by, organizer.actor);
    EXPECT_TRUE(patient.stop(bulk->id, organizer)) << "stopping twice is stopping once";
    clock_.advance(base::Seconds{10});
    run(4);
    EXPECT_EQ(state_of(bulk->id).state, BulkState::done);
    for (const auto& grant : grants)
        EXPECT_EQ(admin_->find_grant(grant.id).value()->status, GrantStatus::active);
    EXPECT_FALSE(patient.stop("nothing", organizer));
}

TEST_P(BulkRevocations, StoppedHalfwayItEndsWhatIsMarkedAndLeavesTheRest) {
    const auto grants = issue_many(1000, 4);
    BulkRevoker patient{bulks_, *admin_, revocation_, *audit_, clock_, base::Seconds{15}, base::Seconds{5}};
    const auto bulk = patient.begin("q=crowd-", organizer, reason, std::nullopt, 4).value();
    ASSERT_EQ(admin_->begin_revocations({grants[0].id}, ending({}, bulk.id)).value(), 1);
    ASSERT_TRUE(revoker_.stop(bulk.id, organizer));
    EXPECT_EQ(admin_->begin_revocations({grants[1].id}, ending({}, bulk.id)).value(), 0) << "another process was at it";
    run(4);
    const auto ended = state_of(bulk.id);
    EXPECT_EQ(ended.state, BulkState::done);
    EXPECT_EQ(ended.total, 1);
    EXPECT_FALSE(is_there(grants[0]));
    for (std::size_t i = 1; i < 4; ++i)
        EXPECT_EQ(admin_->find_grant(grants[i].id).value()->status, GrantStatus::active);
    EXPECT_FALSE(revoker_.stop(begin("ids=" + grants[1].id).id, organizer)) << "who is named is marked at once";
}

TEST_P(BulkRevocations, WhatFitsAtTheDecisionIsMeantAndNothingElse) {
    const auto grants = issue_many(1000, 4);
    const auto& [spent, unspent, spends_later, bystander] = std::tie(grants[0], grants[1], grants[2], grants[3]);
    ASSERT_TRUE(note_spent({spent, bystander}));
    BulkRevoker patient{bulks_, *admin_, revocation_, *audit_, clock_, base::Seconds{15}, base::Seconds{5}};
    const auto unused = patient.begin("unused=true", organizer, reason, std::nullopt);
    ASSERT_TRUE(unused) << unused.error().detail;
    EXPECT_EQ(unused->total, 2);
    clock_.advance(base::Seconds{2});
    const auto instead_of_spent = replace(spent), instead_of_unspent = replace(unspent);
    ASSERT_TRUE(note_spent({spends_later}));
    clock_.advance(base::Seconds{4});
    for (int i = 0; i < 4; ++i) {
        patient.run_once({});
        clock_.advance(base::Seconds{6});
    }
    EXPECT_EQ(state_of(unused->id).state, BulkState::done);
    EXPECT_EQ(state_of(unused->id).total, 2);
    EXPECT_TRUE(is_there(bystander));
    EXPECT_TRUE(is_there(instead_of_spent))
        << "unused, but only as what has taken the place of a key that is not meant";
    EXPECT_FALSE(is_there(instead_of_unspent)) << "in the place of one that is meant";
    EXPECT_FALSE(is_there(spends_later)) << "it was unused at the decision";
}

TEST_P(BulkRevocations, WhatLeavesTheFilterAfterTheDecisionIsMeantAllTheSame) {
    const auto grants = issue_many(1000, 2);
    BulkRevoker patient{bulks_, *admin_, revocation_, *audit_, clock_, base::Seconds{15}, base::Seconds{5}};
    const auto bulk = patient.begin("state=active", organizer, reason, std::nullopt, 2);
    ASSERT_TRUE(bulk) << bulk.error().detail;
    clock_.advance(base::Seconds{2});
    const auto next = replace(grants[0]);
    ASSERT_EQ(next.status, GrantStatus::waiting);
    clock_.advance(base::Seconds{4});
    patient.run_once({});
    EXPECT_FALSE(is_there(next)) << "what has taken the place of one that is meant";
    EXPECT_FALSE(is_there(grants[1]));
}

TEST_P(BulkRevocations, WhatAnEarlierVersionDecidedIsCarriedOut) {
    const auto grants = issue_many(1000, 3);
    auto bulk = BulkRevocation{};
    bulk.id = base::random_uuid();
    bulk.by = organizer;
    bulk.reason = reason;
    bulk.selection = "q=crowd-100";
    bulk.created_at = clock_.now();
    ASSERT_TRUE(bulks_.create(bulk));
    ASSERT_TRUE(sql_->run("UPDATE llmapikey.bulk_revocations SET begins_at = NULL, cutoff = created_at", {}));
    clock_.advance(base::Seconds{2});
    const auto later = issue_many(1004, 1).front();
    run(4);
    EXPECT_EQ(state_of(bulk.id).state, BulkState::done);
    EXPECT_EQ(state_of(bulk.id).total, 3);
    EXPECT_TRUE(is_there(later)) << "made after the decision";
    EXPECT_FALSE(is_there(grants[2]));
}

TEST_P(BulkRevocations, WhatIsAllMarkedCannotBeStopped) {
    const auto grant = issue_many(1000, 1).front();
    base::Error open{base::Errc::upstream_down, "not asked", base::Seconds{3}};
    open.is_circuit_open = true;
    provider_.refuse_to_revoke(grant.delete_handle, open);
    const auto bulk = begin("q=crowd-");
    revoker_.run_once({});
    revoker_.run_once({});
    ASSERT_EQ(state_of(bulk.id).state, BulkState::revoking);
    const auto stopped = revoker_.stop(bulk.id, organizer);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, base::Errc::conflict);
}

TEST_P(BulkRevocations, OneKeyThatIsAlwaysRefusedHoldsUpNobody) {
    const auto grants = issue_many(1000, 6);
    const auto later = issue_many(2000, 2);
    const base::Error refused{base::Errc::upstream_refused, "OpenRouter answered 400: no", {}};
    provider_.refuse_to_revoke(grants[2].delete_handle, refused);
    const auto first = begin("q=crowd-100"), second = begin("q=crowd-200");
    const std::string problems = run(12);
    EXPECT_NE(problems.find("answered 400"), std::string::npos) << "it is no success: " << problems;
    EXPECT_EQ(state_of(second.id).state, BulkState::done);
    EXPECT_FALSE(is_there(later[0]) || is_there(later[1]));
    const auto ended = state_of(first.id);
    EXPECT_EQ(ended.state, BulkState::done);
    EXPECT_EQ(ended.total, 6);
    EXPECT_EQ(ended.remaining, 1);
    EXPECT_EQ(ended.stuck, 1);
    EXPECT_NE(ended.problem.find("answered 400"), std::string::npos);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_EQ(is_there(grants[i]), i == 2) << i;
    EXPECT_EQ(admin_->count_stuck().value(), 1);
    const auto stuck = admin_->list_stuck(10, first.id).value();
    ASSERT_EQ(stuck.size(), 1u);
    EXPECT_EQ(stuck[0].grant.id, grants[2].id);
    EXPECT_NE(stuck[0].problem.find(refused.detail), std::string::npos) << stuck[0].problem;
    EXPECT_GE(stuck[0].attempts, stuck_after_attempts);
    EXPECT_LE(provider_.revoke_calls(grants[2].delete_handle), 5) << "ever less often";

    // What is left behind is tried on by itself.
    provider_.refuse_to_revoke(grants[2].delete_handle, std::nullopt);
    clock_.advance(std::chrono::minutes{11});
    const auto due = admin_->list_due_revocations(clock_.now(), 10, "").value();
    ASSERT_EQ(due.size(), 1u);
    ASSERT_TRUE(revocation_.resume(due[0].grant, organizer, "tried on", base::Deadline::after(base::Millis{1000})));
    EXPECT_EQ(admin_->count_stuck().value(), 0);
    EXPECT_EQ(state_of(first.id).remaining, 0);
}

TEST_P(BulkRevocations, OneKeyThatFailsAsInAnOutageIsNoOutage) {
    const auto grants = issue_many(1000, 5);
    provider_.refuse_to_revoke(grants[4].delete_handle, base::Error{base::Errc::upstream_down, "answered 500", {}});
    const auto bulk = begin("q=crowd-");
    run(10);
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_FALSE(is_there(grants[i])) << i;
    EXPECT_TRUE(is_there(grants[4]));
    EXPECT_EQ(state_of(bulk.id).stuck, 1);
}

TEST_P(BulkRevocations, AnOpenCircuitIsNobodysFault) {
    const auto grants = issue_many(1000, 2);
    base::Error open{base::Errc::upstream_down, "not asked", base::Seconds{3}};
    open.is_circuit_open = true;
    for (const auto& grant : grants)
        provider_.refuse_to_revoke(grant.delete_handle, open);
    const auto bulk = begin("q=crowd-");
    const std::string problems = run(20);
    EXPECT_NE(problems.find("not asked"), std::string::npos);
    EXPECT_EQ(state_of(bulk.id).state, BulkState::revoking);
    EXPECT_EQ(admin_->count_stuck().value(), 0);
    for (const auto& grant : grants)
        provider_.refuse_to_revoke(grant.delete_handle, std::nullopt);
    run(3);
    EXPECT_EQ(state_of(bulk.id).state, BulkState::done);
    EXPECT_EQ(state_of(bulk.id).problem, "");
}

TEST_P(BulkRevocations, WhoIsNamedIsRevokedAndOnHoldFromTheDecisionOn) {
    const auto grant = issue_many(1000, 1).front();
    ASSERT_TRUE(revoker_.begin("ids=" + grant.id, organizer, reason, Hold{std::nullopt, "leaked"}));
    EXPECT_EQ(admin_->find_grant(grant.id).value()->status, GrantStatus::revoking);
    const auto account = keys_->find_account(grant.seat());
    ASSERT_TRUE(account && account->hold) << "not only when a job comes by";
    EXPECT_FALSE(account->hold->until);
}

TEST_P(BulkRevocations, TroubleUpstreamKeepsNoDecisionFromBeingInForce) {
    const auto grants = issue_many(1000, 2);
    base::Error slow_down{base::Errc::rate_limited, "asked to slow down", base::Seconds{60}};
    slow_down.is_circuit_open = true;
    provider_.refuse_to_revoke(grants[0].delete_handle, slow_down);
    begin("q=" + grants[0].github_username);
    run(2);
    const auto later = begin("q=" + grants[1].github_username);
    clock_.advance(base::Seconds{6});  // from then on it cannot be stopped any more
    revoker_.run_once({});
    EXPECT_EQ(state_of(later.id).remaining, 1);
    EXPECT_EQ(admin_->find_grant(grants[1].id).value()->status, GrantStatus::revoking);
}

TEST_P(BulkRevocations, ASingleRevocationThatIsRefusedHoldsUpNoOther) {
    const auto grants = issue_many(1000, 3);
    provider_.refuse_to_revoke(grants[0].delete_handle, base::Error{base::Errc::upstream_down, "answered 500", {}});
    for (const auto& grant : grants)
        ASSERT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 1);
    for (int i = 0; i < 6; ++i) {
        clock_.advance(base::Seconds{16});
        const auto due = admin_->list_due_revocations(clock_.now(), 10, "").value();
        for (const auto& entry : due) {
            const auto ended =
                revocation_.resume(entry.grant, organizer, "on", base::Deadline::after(base::Millis{1000}));
            if (ended) continue;
            ASSERT_TRUE(note_failed_revocation(*admin_, entry, ended.error(), clock_.now()));
        }
    }
    EXPECT_FALSE(is_there(grants[1]) || is_there(grants[2]));
    EXPECT_EQ(admin_->list_stuck(10, "").value().size(), 1u);
}

TEST_P(BulkRevocations, WhoseKeyHasEndedIsFoundByTheLogin) {
    const auto grants = issue_many(1000, 2);
    for (const auto& grant : grants) {
        const auto revoked =
            revocation_.revoke(grant.id, organizer, reason, std::nullopt, base::Deadline::after(base::Millis{1000}));
        ASSERT_TRUE(revoked) << revoked.error().detail;
        clock_.advance(base::Seconds{1});
    }
    GrantQuery query;
    query.now = clock_.now();
    query.search = "OWD-1000";
    const auto page = admin_->list_ended(query);
    ASSERT_TRUE(page) << page.error().detail;
    ASSERT_EQ(page->entries.size(), 1u);
    EXPECT_EQ(page->entries[0].grant.github_username, "crowd-1000");
    query.search.clear();
    query.limit = 1;
    const auto first = admin_->list_ended(query);
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_EQ(first->entries.at(0).grant.github_username, "crowd-1001");
    query.cursor = first->next_cursor;
    const auto second = admin_->list_ended(query);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_EQ(second->entries.at(0).grant.github_username, "crowd-1000");
    EXPECT_EQ(second->next_cursor, "");
    EXPECT_EQ(admin_->find_accounts("crowd-1001", 10).value().size(), 1u);
    EXPECT_TRUE(admin_->find_accounts("crowd%", 10)->empty()) << "what is typed is no pattern";
    AuditQuery about;
    about.accounts = {{1001}};
    const auto entries = admin_->find_audit_entries(about);
    ASSERT_TRUE(entries) << entries.error().detail;
    ASSERT_EQ(entries->size(), 2u) << "begun and done, and nothing of account 1000";
    EXPECT_EQ(entries->at(0).entry.detail, reason);
}

INSTANTIATE_TEST_SUITE_P(Stores, BulkRevocations, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
