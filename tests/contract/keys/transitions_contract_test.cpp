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
    std::int64_t events(const std::string& type) {
        const auto answer =
            sql_->run("SELECT count(*) FROM llmapikey.webhook_events WHERE type = $1", SqlValues().add(type));
        return answer->rows.at(0).number(0);
    }
    std::int64_t all_events() {
        return sql_->run("SELECT count(*) FROM llmapikey.webhook_events", {})->rows.at(0).number(0);
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
        const auto events_before = sql_ ? all_events() : 0;
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
        EXPECT_EQ(all_events(), events_before + (expected.event.empty() ? 0 : 1));
        if (!expected.event.empty()) {
            EXPECT_GE(events(std::string(expected.event)), 1);
        }
    }
};

TEST_P(TransitionContract, EveryStepFromEveryStatusIsAsTheTableSays) {
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

INSTANTIATE_TEST_SUITE_P(Stores, TransitionContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
