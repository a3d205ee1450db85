// Every step from every status, on every store: what the table of transitions allows happens, and
// nothing else.
#include <gtest/gtest.h>

#include "keys/transitions.hpp"
#include "support/stores_under_test.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

using Status = std::optional<GrantStatus>;  // nullopt: there is no row

class TransitionContract : public StoresUnderTest {
protected:
    static constexpr std::int64_t account = 7;

    TransitionContract() {
        if (!sql_) return;
        WebhookEndpoint endpoint;
        endpoint.id = "endpoint";
        endpoint.url = "https://example.org/hook";
        endpoint.created_at = clock_.now();
        if (!SqlWebhookStore(sql_).add_endpoint(endpoint)) throw std::runtime_error("no endpoint");
    }
    void remove_endpoint() { ASSERT_TRUE(*SqlWebhookStore(sql_).remove_endpoint("endpoint")); }

    Status status() {
        const auto grant = *keys_->find({account});
        return grant ? Status(grant->status) : std::nullopt;
    }
    bool reserve_anew(bool is_queued) {
        ReserveRequest request{{account}, "login",      base::random_uuid(), base::random_token(16),
                               {},        clock_.now(), clock_.now()};
        request.is_queued = is_queued;
        const auto outcome = keys_->reserve(request);
        return outcome && std::holds_alternative<Reserved>(*outcome);
    }
    // Brings the account's row into a status, from none.
    void make(const Status& wanted) {
        if (!wanted) return;
        const GrantStatus status = *wanted;
        if (status == GrantStatus::waiting) {
            reserve_anew(true);
            return;
        }
        reserve_anew(false);
        const Grant pending = **keys_->find({account});
        if (status == GrantStatus::pending) return;
        if (status == GrantStatus::ambiguous) {
            ASSERT_TRUE(keys_->mark_ambiguous(attempt_of(pending), ""));
            return;
        }
        ASSERT_TRUE(keys_->activate(attempt_of(pending), {"handle", "v1.sealed", "1234", clock_.now()}));
        if (status == GrantStatus::revoking) {
            ASSERT_TRUE(admin_->begin_revocations({pending.id}, ending()));
        }
        if (status == GrantStatus::replacing) {
            ASSERT_TRUE(replacements_->begin_replacement(pending.id, ending()));
        }
    }
    // Tries a step with the row as it is; whether the store says that it was done is compared
    // elsewhere.
    void take(Step step) {
        const auto found = *keys_->find({account});
        Grant grant = found.value_or(Grant{});
        if (!found) {
            grant.id = base::random_uuid();
            grant.github_user_id = {account};
            grant.nonce = base::random_token(16);
        }
        const Attempt attempt = attempt_of(grant);
        switch (step) {
            case Step::reserve:
                reserve_anew(false);
                return;
            case Step::queue:
                reserve_anew(true);
                return;
            case Step::claim:
                (void)queue_->claim({attempt, base::random_token(16), clock_.now(), clock_.now(), std::nullopt});
                return;
            case Step::activate:
                (void)keys_->activate(attempt, {"another handle", "v1.sealed", "1234", clock_.now()});
                return;
            case Step::mark_ambiguous:
                (void)keys_->mark_ambiguous(attempt, "");
                return;
            case Step::requeue:
                (void)queue_->requeue(attempt, {clock_.now()});
                return;
            case Step::release:
                (void)keys_->release(attempt, MintProblem::refused, clock_.now());
                return;
            case Step::abandon:
                (void)keys_->abandon(attempt, MintProblem::refused, clock_.now());
                return;
            case Step::begin_replacement:
                (void)replacements_->begin_replacement(grant.id, ending());
                return;
            case Step::finish_replacement:
                (void)replacements_->finish_replacement(grant, base::random_uuid(), clock_.now());
                return;
            case Step::begin_ending:
                (void)admin_->begin_revocations({grant.id}, ending());
                return;
            case Step::finish_ending:
                (void)admin_->finish_revocation(grant, clock_.now());
                return;
        }
    }

    std::int64_t live() { return keys_->totals()->live; }
    // Entries of the account: all, and those that are closed.
    std::pair<std::size_t, std::size_t> ledger() {
        const auto entries = admin_->ledger_of({account});
        const auto closed = std::count_if(entries->begin(), entries->end(),
                                          [](const LedgerEntry& each) { return each.ended_at.has_value(); });
        return {entries->size(), static_cast<std::size_t>(closed)};
    }
    // The events of webhooks, each as its key, type, grant, account, login and detail.
    std::vector<std::string> events() {
        const auto answer = sql_->run(
            "SELECT event_key, type, grant_id, github_user_id, github_username, detail, id, at "
            "FROM llmapikey.webhook_events WHERE dispatched_at IS NULL ORDER BY event_key",
            {});
        std::vector<std::string> found;
        for (const SqlRow& row : answer->rows) {
            std::string& event = found.emplace_back(row.text(0));
            for (int column = 1; column < 6; ++column)
                event += " " + row.text(column);
            EXPECT_FALSE(row.text(6).empty());
            const std::int64_t age = base::SystemClock().now().time_since_epoch().count() - row.number(7);
            EXPECT_TRUE(age >= -1 && age < 60) << age;  // PostgreSQL rounds
        }
        return found;
    }
    void forget_events() { ASSERT_TRUE(sql_->run("DELETE FROM llmapikey.webhook_events", {})); }
    // What a step tells of the row that it found.
    static std::string event_of_row(std::string_view type, const Grant& before) {
        const std::string name(type);
        const std::string attempt = name == "mint.ambiguous" ? ":" + before.nonce : "";
        const std::string detail = name == "key.revoked" ? "leaked" : "";
        return name + ":" + before.id + attempt + " " + name + " " + before.id + " 7 login " + detail;
    }
    // Until it is undone, whatever tells of an event fails.
    void refuse_events() {
        const bool is_sqlite = sql_->dialect() == Dialect::sqlite;
        const auto done = sql_->run(
            is_sqlite ? "CREATE TRIGGER refuse BEFORE INSERT ON webhook_events BEGIN SELECT RAISE(ABORT, 'no'); END"
                      : "ALTER TABLE llmapikey.webhook_events ADD CONSTRAINT refuse CHECK (id = '') NOT VALID",
            {});
        ASSERT_TRUE(done) << done.error().detail;
    }
    void allow_events() {
        const bool is_sqlite = sql_->dialect() == Dialect::sqlite;
        ASSERT_TRUE(sql_->run(
            is_sqlite ? "DROP TRIGGER refuse" : "ALTER TABLE llmapikey.webhook_events DROP CONSTRAINT refuse", {}));
    }
    void clear() {
        const auto grant = *keys_->find({account});
        if (!grant) return;
        if (grant->status != GrantStatus::revoking) {
            ASSERT_TRUE(admin_->begin_revocations({grant->id}, ending()));
        }
        const auto ending = **keys_->find({account});
        if (is_ending_attempt(ending)) {
            ASSERT_TRUE(keys_->release(attempt_of(ending)));
        }
        ASSERT_TRUE(admin_->finish_revocation(**keys_->find({account}), clock_.now()));
        ASSERT_EQ(status(), std::nullopt);
    }
    const Transition* find(Step step, const Status& from) {
        for (const Transition& each : transitions())
            if (each.step == step && each.from == from) return &each;
        return nullptr;
    }
    void check(Step step, const Status& from) {
        make(from);
        ASSERT_EQ(status(), from);
        const auto live_before = live();
        const auto ledger_before = ledger();
        const Grant row = (*keys_->find({account})).value_or(Grant{});
        if (sql_) forget_events();
        take(step);
        const Transition* allowed = find(step, from);
        const Transition stays{step, from, from};
        const Transition& expected = allowed != nullptr ? *allowed : stays;
        EXPECT_EQ(status(), expected.to);
        const int places = expected.place == Place::taken ? 1 : expected.place == Place::freed ? -1 : 0;
        EXPECT_EQ(live(), live_before + places);
        const auto [all, closed] = ledger();
        // An end that follows a replacement takes over its entry.
        const bool has_entry = from == GrantStatus::replacing;
        const bool begins = expected.ledger == LedgerChange::begun && !has_entry;
        EXPECT_EQ(all, ledger_before.first + (begins ? 1 : 0));
        EXPECT_EQ(closed, ledger_before.second + (expected.ledger == LedgerChange::closed ? 1 : 0));
        if (!sql_) return;
        std::vector<std::string> told;
        if (!expected.event.empty() && is_told_) told.push_back(event_of_row(expected.event, row));
        EXPECT_EQ(events(), told);
    }
    void check_all() {
        for (int number = 0; number <= static_cast<int>(Step::finish_ending); ++number) {
            const Step step = static_cast<Step>(number);
            std::vector<Status> before{std::nullopt};
            before.insert(before.end(), all_statuses().begin(), all_statuses().end());
            for (const Status& from : before) {
                SCOPED_TRACE(std::string(to_text(step)) + " from " + (from ? std::string(to_text(*from)) : "no row"));
                check(step, from);
                if (HasFatalFailure()) return;
                clear();
            }
        }
    }

    bool is_told_ = true;
};

TEST_P(TransitionContract, EveryStepFromEveryStatusIsAsTheTableSays) {
    check_all();
}

TEST_P(TransitionContract, WithoutAnEndpointThereAreNoEvents) {
    if (!sql_) return;
    remove_endpoint();
    is_told_ = false;
    check_all();
}

TEST_P(TransitionContract, AStepThatIsRefusedTellsNothing) {
    if (!sql_) return;
    issue(8);
    make(GrantStatus::pending);
    const Attempt attempt = attempt_of(**keys_->find({account}));
    const Attempt stale{attempt.seat, attempt.grant_id, base::random_token(16)};
    forget_events();
    EXPECT_FALSE(keys_->activate(stale, {"handle", "v1.sealed", "1234", clock_.now()}));
    EXPECT_FALSE(keys_->mark_ambiguous(stale, "handle"));
    EXPECT_FALSE(keys_->activate(attempt, {"handle-8", "v1.sealed", "1234", clock_.now()})) << "somebody else's";
    ASSERT_TRUE(admin_->set_hold({account}, Hold{std::nullopt, "no", false}, "github:1003", clock_.now()));
    EXPECT_FALSE(keys_->activate(attempt, {"handle", "v1.sealed", "1234", clock_.now()})) << "on hold";
    EXPECT_EQ(events(), std::vector<std::string>{});
    EXPECT_EQ(status(), GrantStatus::pending);

    // An attempt whose end is decided is not told of as ambiguous, and no key has ended while it is
    // looked for.
    ASSERT_TRUE(admin_->begin_revocations({attempt.grant_id}, ending()));
    EXPECT_TRUE(keys_->mark_ambiguous(attempt, ""));
    EXPECT_TRUE(admin_->finish_revocation(**keys_->find({account}), clock_.now()));
    EXPECT_EQ(events(), std::vector<std::string>{});
    EXPECT_EQ(status(), GrantStatus::revoking);
}

TEST_P(TransitionContract, AnEventAndItsStepComeToPassTogether) {
    if (!sql_) return;
    for (const Transition& each : transitions()) {
        if (each.event.empty()) continue;
        SCOPED_TRACE(to_text(each.step));
        make(each.from);
        const Grant row = **keys_->find({account});
        forget_events();
        refuse_events();
        take(each.step);
        EXPECT_EQ(status(), each.from) << "nothing is changed that cannot be told";
        allow_events();
        EXPECT_EQ(events(), std::vector<std::string>{});
        take(each.step);
        EXPECT_EQ(status(), each.to);
        EXPECT_EQ(events(), std::vector<std::string>{event_of_row(each.event, row)});
        if (HasFatalFailure()) return;
        clear();
    }
}

TEST_P(TransitionContract, WhatIsToldAlreadyIsNotToldAgain) {
    if (!sql_) return;
    for (const Transition& each : transitions()) {
        if (each.event.empty()) continue;
        SCOPED_TRACE(to_text(each.step));
        make(each.from);
        const Grant row = **keys_->find({account});
        const std::string event = event_of_row(each.event, row);
        forget_events();
        WebhookEvent known;
        known.id = "known";
        known.key = event.substr(0, event.find(' '));
        known.type = "test";
        ASSERT_TRUE(SqlWebhookStore(sql_).add_event(known));
        take(each.step);
        EXPECT_EQ(status(), each.to);
        EXPECT_EQ(sql_->run("SELECT type FROM llmapikey.webhook_events", {})->rows.size(), 1U);
        if (HasFatalFailure()) return;
        clear();
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, TransitionContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
