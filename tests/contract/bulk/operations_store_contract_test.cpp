// What the stores behind the console promise, asked of both databases: bulk revocations, tokens,
// kept answers, leases, figures and webhooks.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "app/jobs/store_leases.hpp"
#include "bulk/store_bulk.hpp"
#include "insight/overview.hpp"
#include "insight/store_statistics.hpp"
#include "site/store_answers.hpp"
#include "support/stores_under_test.hpp"
#include "tokens/store_tokens.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

class OperationsStoreContract : public StoresUnderTest {
protected:
    BulkRevocation bulk_of(const std::string& selection) {
        BulkRevocation bulk;
        bulk.id = base::random_uuid();
        bulk.by = {"github:1003", "127.0.0.1"};
        bulk.reason = "the event is over";
        bulk.selection = selection;
        bulk.hold = Hold{clock_.now(), bulk.reason};
        bulk.created_at = clock_.now();
        return bulk;
    }
    WebhookEndpoint endpoint() {
        WebhookEndpoint endpoint;
        endpoint.id = base::random_uuid();
        endpoint.url = "https://example.org/hook";
        endpoint.sealed_secret = "v1.sealed";
        endpoint.events = {"key.issued", "key.revoked"};
        endpoint.created_at = clock_.now();
        return endpoint;
    }
};

TEST_P(OperationsStoreContract, ABulkRevocationGoesFromSelectingToDone) {
    SqlBulkStore bulks(sql_);
    const auto bulk = bulk_of("q=a%20b");
    ASSERT_TRUE(bulks.create(bulk));
    const auto one = issue(1), two = issue(2);
    ASSERT_EQ(admin_->begin_revocations({one.id, two.id}, ending({}, bulk.id)).value(), 2);
    EXPECT_TRUE(admin_->list_revoking("", 10, "").value().empty());
    EXPECT_EQ(admin_->list_revoking("", 10, bulk.id).value().size(), 2u);
    EXPECT_FALSE(bulks.finish(bulk.id, clock_.now()).value()) << "it is still selecting";
    ASSERT_TRUE(bulks.finish_selecting(bulk.id));
    auto stored = bulks.find(bulk.id).value().value();
    EXPECT_EQ(stored.state, BulkState::revoking);
    EXPECT_EQ(stored.total, 2);
    EXPECT_EQ(stored.remaining, 2);
    EXPECT_EQ(stored.selection, "q=a%20b");
    EXPECT_EQ(stored.hold->until, clock_.now());
    ASSERT_TRUE(admin_->finish_revocation(one, clock_.now()));
    EXPECT_FALSE(bulks.finish(bulk.id, clock_.now()).value()) << "one remains";
    EXPECT_EQ(bulks.list_open(10).value().at(0).remaining, 1);
    ASSERT_TRUE(bulks.set_problem(bulk.id, "slow down"));
    EXPECT_EQ(bulks.list_latest(10).value().at(0).problem, "slow down");
    ASSERT_TRUE(admin_->finish_revocation(two, clock_.now()));
    EXPECT_TRUE(bulks.finish(bulk.id, clock_.now()).value());
    EXPECT_FALSE(bulks.finish(bulk.id, clock_.now()).value()) << "only one call did it";
    EXPECT_TRUE(bulks.list_open(10).value().empty());
    EXPECT_EQ(bulks.find(bulk.id).value()->ended_at, clock_.now());
    EXPECT_FALSE(bulks.find("nothing").value());
}

TEST_P(OperationsStoreContract, ATokenIsFoundByItsHashUntilItIsRevoked) {
    SqlTokenStore store(sql_);
    ApiTokens tokens(store, *audit_, clock_);
    const Initiator by{"github:1003", "127.0.0.1"};
    const auto created = tokens.create({1003}, "ci", {Scope::read, Scope::reveal}, 30, by);
    ASSERT_TRUE(created) << created.error().detail;
    const std::string text = created->text.reveal();
    EXPECT_TRUE(text.starts_with("llmk_"));
    const auto found = tokens.find(text);
    ASSERT_TRUE(found && *found) << "it is good";
    EXPECT_EQ((*found)->owner.value, 1003);
    EXPECT_EQ((*found)->scopes, (std::set<Scope>{Scope::read, Scope::reveal}));
    EXPECT_EQ(store.list({1003}).value().at(0).used_at, clock_.now());
    EXPECT_TRUE(store.list({1}).value().empty());
    EXPECT_FALSE(tokens.find(text + "x").value());
    EXPECT_FALSE(tokens.find("llmk_").value());
    EXPECT_EQ(tokens.revoke({1}, created->token.id, by).error().code, base::Errc::not_found) << "not theirs";
    ASSERT_TRUE(tokens.revoke({1003}, created->token.id, by));
    EXPECT_FALSE(tokens.find(text).value());
    const auto brief = tokens.create({1003}, "brief", {Scope::write}, 1, by);
    clock_.advance(std::chrono::hours{24});
    EXPECT_FALSE(tokens.find(brief->text.reveal()).value()) << "expired";
    EXPECT_EQ(tokens.create({1003}, "", {Scope::read}, 1, by).error().code, base::Errc::invalid_input);
    EXPECT_EQ(tokens.create({1003}, "x", {}, 1, by).error().code, base::Errc::invalid_input);
    EXPECT_EQ(tokens.create({1003}, "x", {Scope::read}, 367, by).error().code, base::Errc::invalid_input);
}

TEST_P(OperationsStoreContract, OfManyEqualRequestsOneIsTheFirst) {
    SqlStoredAnswers answers(sql_);
    std::atomic<int> firsts{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            const auto outcome = answers.begin("github:1", "key", "print", clock_.now());
            if (outcome && std::holds_alternative<FirstRequest>(*outcome)) ++firsts;
        });
    }
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(firsts, 1);
}

TEST_P(OperationsStoreContract, AnAnswerIsKeptForADayAndADeadRequestMayBeRepeated) {
    SqlStoredAnswers answers(sql_);
    const auto begin = [&](const std::string& key, const std::string& print) {
        return answers.begin("github:1", key, print, clock_.now()).value();
    };
    const auto first = std::get<FirstRequest>(begin("a", "print"));
    const auto longest = StoredAnswers::request_max;
    EXPECT_EQ(std::get<RequestUnderWay>(begin("a", "print")).ends_within, longest + base::Seconds{1});
    clock_.advance(longest - base::Seconds{20});
    EXPECT_EQ(std::get<RequestUnderWay>(begin("a", "print")).ends_within, base::Seconds{21});
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(begin("a", "other")));
    ASSERT_TRUE(answers.finish("github:1", "a", first.attempt, {201, "v1.sealed"}));
    EXPECT_EQ(std::get<StoredAnswer>(begin("a", "print")).status, 201);
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(answers.begin("github:2", "a", "other", clock_.now()).value()))
        << "another person's key is another key";
    begin("b", "print");
    clock_.advance(StoredAnswers::request_max + base::Seconds{1});
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(begin("b", "other")));
    const auto again = std::get<FirstRequest>(begin("b", "print"));
    ASSERT_TRUE(answers.forget("github:1", "b", again.attempt));
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(begin("b", "other")));
    clock_.advance(StoredAnswers::kept_for);
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(begin("a", "other")));
}

TEST_P(OperationsStoreContract, ALeaseHasOneHolderAtATime) {
    SqlLeases leases(sql_);
    const base::Seconds duration{30};
    EXPECT_TRUE(leases.acquire("bulk", "one", clock_.now(), duration).value());
    EXPECT_FALSE(leases.acquire("bulk", "two", clock_.now(), duration).value());
    EXPECT_TRUE(leases.acquire("other", "two", clock_.now(), duration).value());
    clock_.advance(base::Seconds{20});
    EXPECT_TRUE(leases.acquire("bulk", "one", clock_.now(), duration).value()) << "renewed";
    clock_.advance(base::Seconds{31});
    EXPECT_TRUE(leases.acquire("bulk", "two", clock_.now(), duration).value()) << "the other one is silent";
    EXPECT_FALSE(leases.acquire("bulk", "one", clock_.now(), duration).value());
    ASSERT_TRUE(leases.release("bulk", "two"));
    EXPECT_TRUE(leases.acquire("bulk", "one", clock_.now(), duration).value());
}

TEST_P(OperationsStoreContract, FiguresAreTakenAndKept) {
    SqlStatisticsStore statistics(sql_);
    issue(1);
    issue(2);
    reserve(3);
    const auto gone = issue(4);
    ASSERT_TRUE(admin_->begin_revocations({gone.id}, ending()));
    ASSERT_TRUE(admin_->begin_change(issue(5).id, {true, std::nullopt}, "t"));
    const auto counts = statistics.status_counts();
    ASSERT_TRUE(counts) << counts.error().detail;
    EXPECT_EQ(counts->live, 5);
    EXPECT_EQ(counts->pending, 1);
    EXPECT_EQ(counts->ambiguous, 0);
    EXPECT_EQ(counts->revoking, 1);
    EXPECT_EQ(counts->disabled, 1);
    const auto exposure = statistics.exposure(clock_.now() + std::chrono::hours{36});
    ASSERT_TRUE(exposure) << exposure.error().detail;
    EXPECT_EQ(exposure->usable_keys, 2);
    EXPECT_EQ(exposure->per_day.value, 5'000'000);
    EXPECT_EQ(exposure->until_expiry.value, 5'000'000LL * 89) << "88.5 days are left, and a day that has begun counts";
    EXPECT_EQ(exposure->last_expiry, clock_.now() + std::chrono::days{90});
    const auto later = statistics.exposure(clock_.now() + std::chrono::days{90});
    EXPECT_EQ(later->expired_keys, 2);
    EXPECT_EQ(later->per_day.value, 0);

    const auto today = std::chrono::floor<std::chrono::days>(clock_.now());
    ASSERT_TRUE(statistics.count_day(today));
    ASSERT_TRUE(statistics.record_spending({{"handle-1", {900}}, {"nobody's", {5}}}, clock_.now()));
    for (int time = 0; time < 2; ++time)
        ASSERT_TRUE(statistics.record_spending({{"handle-1", {950}}}, clock_.now()));
    ASSERT_TRUE(statistics.count_spending(today));
    EXPECT_EQ(statistics.days(today)->at(0).spent.value, 0) << "no key's spending of today is known";
    ASSERT_TRUE(spending_->note({reading_today("handle-1", 400), reading_today("handle-2", 100)}));
    for (const std::int64_t spent : {450, 450}) {
        ASSERT_TRUE(spending_->note({reading_today("handle-1", spent)}));
        ASSERT_TRUE(statistics.count_spending(today));
    }
    const auto days = statistics.days(today);
    ASSERT_TRUE(days) << days.error().detail;
    ASSERT_EQ(days->size(), 1u);
    EXPECT_EQ(days->at(0).issued, 4);
    EXPECT_EQ(days->at(0).ended, 1);
    EXPECT_EQ(days->at(0).spent.value, 550) << "of all keys, however often it is counted";
    EXPECT_EQ(keys_->find({1}).value()->spent.value, 950);
    EXPECT_EQ(keys_->find({1}).value()->spent_as_of, clock_.now());

    ASSERT_TRUE(statistics.record_failure("no answer", clock_.now()));
    ASSERT_TRUE(statistics.record_failure("no answer", clock_.now() + base::Seconds{5}));
    const auto failures = statistics.failures(10);
    ASSERT_EQ(failures->size(), 1u);
    EXPECT_EQ(failures->at(0).times, 2);
    ASSERT_TRUE(statistics.prune(clock_.now() + std::chrono::hours{1}));
    EXPECT_TRUE(statistics.failures(10)->empty());
    ASSERT_TRUE(statistics.set_facts({{"a", "1"}, {"b", ""}}, clock_.now()));
    ASSERT_TRUE(statistics.set_facts({{"a", "2"}}, clock_.now() + base::Seconds{5}));
    EXPECT_EQ(statistics.facts()->at("a").value, "2");
    EXPECT_EQ(statistics.facts()->at("b").noted_at, clock_.now());
    const auto overview = read_overview(statistics, {true, 100, {2'500'000}}, base::Seconds{300}, clock_.now());
    ASSERT_TRUE(overview) << overview.error().detail;
    EXPECT_EQ(overview->days.size(), 30u);
    EXPECT_EQ(overview->room, 95);
}

TEST_P(OperationsStoreContract, WebhooksHearOfKeysOnlyWhenSomebodyListens) {
    SqlWebhookStore store(sql_);
    issue(1);
    EXPECT_TRUE(store.undispatched(10).value().empty());
    const auto listener = endpoint();
    ASSERT_TRUE(store.add_endpoint(listener));
    EXPECT_EQ(store.endpoints().value().at(0).events, listener.events);
    const auto grant = issue(2, "ada");
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    const auto doubtful = reserve(3);
    ASSERT_TRUE(keys_->mark_ambiguous({{3}, doubtful.id, doubtful.nonce}, ""));
    ASSERT_TRUE(keys_->mark_ambiguous({{3}, doubtful.id, doubtful.nonce}, ""));
    const auto events = store.undispatched(10);
    ASSERT_TRUE(events) << events.error().detail;
    std::multiset<std::string> types;
    for (const WebhookEvent& event : *events)
        types.insert(event.type + " " + event.github_user_id + " " + event.detail);
    EXPECT_EQ(types, (std::multiset<std::string>{"key.issued 2 ", "key.revoked 2 leaked", "mint.ambiguous 3 "}));
}

TEST_P(OperationsStoreContract, AnExpiryIsToldOnceAlsoWhenTheKeyWasEndedForIt) {
    SqlWebhookStore store(sql_);
    ASSERT_TRUE(store.add_endpoint(endpoint()));
    const auto kept = issue(1), gone = issue(2), revoked = issue(3);
    clock_.advance(std::chrono::days{91});
    auto expired = ending();
    expired.reason = "expired";
    for (const auto& [grant, why] : {std::pair(gone, expired), std::pair(revoked, ending())}) {
        ASSERT_TRUE(admin_->begin_revocations({grant.id}, why));
        ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    }
    for (int time = 0; time < 2; ++time)
        ASSERT_TRUE(store.add_expiries(clock_.now() - std::chrono::days{2}, clock_.now()));
    const auto events = store.undispatched(20).value();
    std::multiset<std::string> told;
    for (const WebhookEvent& event : events)
        if (event.type == "key.expired") told.insert(event.grant_id);
    EXPECT_EQ(told, (std::multiset<std::string>{kept.id, gone.id})) << "and not of one that was revoked";
}

TEST_P(OperationsStoreContract, ADeliveryIsMadeOnceUpdatedAndSentAgain) {
    SqlWebhookStore store(sql_);
    const auto listener = endpoint();
    ASSERT_TRUE(store.add_endpoint(listener));
    issue(1);
    ASSERT_TRUE(store.add_expiries(clock_.now() + std::chrono::days{89}, clock_.now() + std::chrono::days{91}));
    ASSERT_TRUE(store.add_expiries(clock_.now() + std::chrono::days{89}, clock_.now() + std::chrono::days{91}));
    const auto events = store.undispatched(10).value();
    ASSERT_EQ(events.size(), 2u);
    for (const WebhookEvent& event : events) {
        ASSERT_TRUE(store.dispatch(event.id, {listener.id}, clock_.now()));
        ASSERT_TRUE(store.dispatch(event.id, {listener.id}, clock_.now()));
    }
    EXPECT_TRUE(store.undispatched(10).value().empty());
    EXPECT_EQ(store.endpoints_with_due(clock_.now()).value(), std::set<std::string>{listener.id});
    EXPECT_TRUE(store.endpoints_with_due(clock_.now() - base::Seconds{1}).value().empty());
    EXPECT_TRUE(store.due("nobody", clock_.now(), 10).value().empty());
    EXPECT_EQ(store.due(listener.id, clock_.now(), 1).value().size(), 1u);
    auto due = store.due(listener.id, clock_.now(), 10).value();
    ASSERT_EQ(due.size(), 2u);
    due[0].state = DeliveryState::dead;
    due[0].attempts = 10;
    due[0].problem = "answered 500";
    due[1].next_at = clock_.now() + base::Seconds{60};
    ASSERT_TRUE(store.update(due[0]));
    ASSERT_TRUE(store.update(due[1]));
    EXPECT_TRUE(store.due(listener.id, clock_.now(), 10).value().empty());
    EXPECT_EQ(store.count_dead().value(), 1);
    EXPECT_EQ(SqlStatisticsStore(sql_).status_counts().value().waiting_deliveries, 1);
    EXPECT_EQ(store.deliveries(DeliveryState::dead, 10).value().at(0).problem, "answered 500");
    EXPECT_EQ(store.deliveries(std::nullopt, 10).value().size(), 2u);
    EXPECT_FALSE(store.resend(due[1].id, clock_.now()).value()) << "it waits already";
    EXPECT_TRUE(store.resend(due[0].id, clock_.now()).value());
    EXPECT_EQ(store.due(listener.id, clock_.now(), 10).value().at(0).attempts, 0);
    ASSERT_TRUE(store.prune(clock_.now() + std::chrono::days{365}));
    EXPECT_EQ(store.deliveries(std::nullopt, 10).value().size(), 2u) << "what waits is kept";
    EXPECT_TRUE(store.remove_endpoint(listener.id).value());
    EXPECT_FALSE(store.remove_endpoint(listener.id).value());
    EXPECT_TRUE(store.deliveries(std::nullopt, 10).value().empty());
}

TEST_P(OperationsStoreContract, AnEndpointHasItsHealthItsSecretsAndItsEnd) {
    SqlWebhookStore store(sql_);
    const auto listener = endpoint(), other = endpoint();
    ASSERT_TRUE(store.add_endpoint(listener));
    ASSERT_TRUE(store.add_endpoint(other));
    const auto found = [&] {
        const auto all = store.endpoints().value();
        return *std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.id == listener.id; });
    };
    EXPECT_EQ(found().health.failures, 0);
    EXPECT_FALSE(found().health.failing_since);
    ASSERT_TRUE(store.set_health(listener.id, {3, clock_.now(), clock_.now() + base::Seconds{9}}));
    EXPECT_EQ(found().health.failures, 3);
    EXPECT_EQ(found().health.failing_since, clock_.now());
    EXPECT_EQ(found().health.next_at, clock_.now() + base::Seconds{9});
    ASSERT_TRUE(store.set_health(listener.id, {}));
    EXPECT_FALSE(found().health.failing_since);

    EXPECT_EQ(found().sealed_former_secret, "");
    EXPECT_TRUE(store.rotate_secret(listener.id, "v1.second", clock_.now() + base::Seconds{60}).value());
    EXPECT_EQ(found().sealed_secret, "v1.second");
    EXPECT_EQ(found().sealed_former_secret, "v1.sealed");
    EXPECT_EQ(found().former_until, clock_.now() + base::Seconds{60});
    EXPECT_TRUE(store.rotate_secret(listener.id, "v1.third", std::nullopt).value());
    EXPECT_EQ(found().sealed_former_secret, "");
    EXPECT_FALSE(found().former_until);
    EXPECT_FALSE(store.rotate_secret("nobody", "v1.x", std::nullopt).value());

    ASSERT_TRUE(store.add_event({base::random_uuid(), "a", "key.issued", "", "", "", "", clock_.now()}));
    const auto event = store.undispatched(1).value().at(0).id;
    ASSERT_TRUE(store.dispatch(event, {listener.id, other.id, "nobody"}, clock_.now()));
    EXPECT_EQ(store.deliveries(std::nullopt, 10).value().size(), 2u) << "none to one that is not there";
    ASSERT_TRUE(store.give_up(listener.id, clock_.now(), "too long", clock_.now()));
    EXPECT_EQ(store.count_dead().value(), 0) << "it has not waited since before then";
    ASSERT_TRUE(store.disable_endpoint(listener.id, "gone", clock_.now()));
    EXPECT_FALSE(found().is_enabled);
    ASSERT_EQ(store.count_dead().value(), 1);
    EXPECT_EQ(store.deliveries(DeliveryState::dead, 10).value().at(0).problem, "gone");
    ASSERT_TRUE(store.enable_endpoint(listener.id));
    EXPECT_TRUE(found().is_enabled);
}

INSTANTIATE_TEST_SUITE_P(Stores, OperationsStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
