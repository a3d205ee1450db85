#include "keys/mint_dispatcher.hpp"

#include <gtest/gtest.h>

#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey {
namespace {

// The queue of a database that can be read and, on demand, not written, or not even read.
class AilingQueue final : public MintQueue {
public:
    explicit AilingQueue(MintQueue& queue) : queue_(queue) {}

    base::Result<Grant> claim(const Claim& claim) override {
        ++claims;
        if (is_full) return base::fail(base::Errc::store_unavailable, "the disk is full");
        return queue_.claim(claim);
    }
    base::Result<void> requeue(const Attempt& attempt, const Requeue& requeue) override {
        return queue_.requeue(attempt, requeue);
    }
    base::Result<std::vector<Grant>> list_due(base::Timestamp now, int limit) override {
        ++looks;
        if (is_gone) return base::fail(base::Errc::store_unavailable, "the database is gone");
        return queue_.list_due(now, limit);
    }
    base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) override {
        return queue_.place_of(grant_id, most);
    }
    base::Result<AccountPast> past_of(const Seat& seat) override { return queue_.past_of(seat); }

    std::atomic<int> claims{0}, looks{0};
    std::atomic<bool> is_full{false}, is_gone{false};

private:
    MintQueue& queue_;
};

class MintDispatcherTest : public testing::Test {
protected:
    void start(bool is_enabled) {
        terms_.is_enabled = is_enabled;
        terms_.daily_limit = base::MicroUsd{2'500'000};
        issuance_.emplace(
            IssuanceParts{
                store_, queue_, provider_, replacement_, sealer_, nonces_, limiter_, clock_, [](const auto&) {}, {}},
            base::Seconds{15});
        dispatcher_.emplace(store_, queue_, *issuance_, limiter_, workers_, clock_,
                            [this](const std::string&) { ++log_lines_; });
    }
    // Somebody who had a key, and waits for another one: nobody takes their place away.
    void let_wait(std::int64_t account) {
        const ReserveRequest request{{account}, "x",          base::random_uuid(), base::random_token(16),
                                     {},        clock_.now(), clock_.now()};
        const auto grant = std::get<Reserved>(store_.reserve(request).value()).grant;
        const std::string handle = "handle-" + std::to_string(account);
        ASSERT_TRUE(store_.activate(attempt_of(grant), {handle, "sealed", "hint"}));
        const auto begun = store_.begin_replacement(grant.id, {"recipient", "", {}, clock_.now(), ""});
        ASSERT_TRUE(begun);
        ASSERT_TRUE(store_.finish_replacement(*begun, base::random_uuid(), clock_.now()));
    }
    GrantStatus status_of(std::int64_t account) { return store_.find({account}).value()->status; }

    // As the timer does that goes on whenever there may be more to do: how often until it pauses.
    int run_until_pause() {
        for (int rounds = 1; rounds <= 1'000; ++rounds)
            if (!dispatcher_->run_once(terms_, {})) return rounds;
        return 1'000;
    }

    Terms terms_;
    test::ManualClock clock_;
    test::MemoryKeyStore store_;
    AilingQueue queue_{store_};
    test::FakeKeyProvider provider_{clock_};
    test::MemoryAuditLog audit_;
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 50};
    Replacement replacement_{store_, store_, provider_, audit_, clock_};
    std::optional<Issuance> issuance_;
    base::WorkQueue workers_{"minting", 4, 100};
    std::atomic<int> log_lines_{0};
    std::optional<MintDispatcher> dispatcher_;

    void TearDown() override { workers_.stop(); }
};

TEST_F(MintDispatcherTest, GoesOnOnlyIfSomethingLeftTheQueue) {
    start(true);
    let_wait(1);
    EXPECT_TRUE(dispatcher_->run_once(terms_, {}));
    while (status_of(1) != GrantStatus::active)
        std::this_thread::yield();
    EXPECT_FALSE(dispatcher_->run_once(terms_, {}));
}

TEST_F(MintDispatcherTest, WhileMintingIsPausedItPausesToo) {
    start(false);
    let_wait(1);
    EXPECT_EQ(run_until_pause(), 1);
    EXPECT_EQ(status_of(1), GrantStatus::waiting);
}

TEST_F(MintDispatcherTest, APauseInTheDatabaseIsObeyed) {
    start(true);
    let_wait(1);
    store_.set_term(term_names::minting_paused, 1);
    EXPECT_EQ(run_until_pause(), 1);
    EXPECT_EQ(status_of(1), GrantStatus::waiting) << "whoever had a key keeps the place";
    const ReserveRequest newcomer{{2}, "x", base::random_uuid(), base::random_token(16), {}, clock_.now(), clock_.now(),
                                  0,   true};
    store_.set_term(term_names::minting_paused, std::nullopt);
    ASSERT_TRUE(store_.reserve(newcomer));
    store_.set_term(term_names::minting_paused, 1);
    run_until_pause();
    EXPECT_FALSE(store_.find({2}).value()) << "somebody new is told why";
    EXPECT_EQ(store_.past_of({2})->problem, MintProblem::paused);
    EXPECT_EQ(provider_.mint_calls(), 0);
    store_.set_term(term_names::minting_paused, std::nullopt);
    EXPECT_TRUE(dispatcher_->run_once(terms_, {}));
}

TEST_F(MintDispatcherTest, ADatabaseThatCannotBeWrittenEndsTheRoundAndIsLeftAloneForAWhile) {
    start(true);
    for (std::int64_t account = 1; account <= 40; ++account)
        let_wait(account);
    queue_.is_full = true;
    for (int round = 0; round < 1'000; ++round)
        run_until_pause();
    EXPECT_LE(queue_.claims, 40) << "none was tried twice at once";
    const int lines = log_lines_;
    EXPECT_LE(lines, 40);
    queue_.is_full = false;
    const auto end = base::Deadline::after(base::Millis{20'000});
    while (status_of(40) != GrantStatus::active && !end.has_passed())
        dispatcher_->run_once(terms_, {});
    EXPECT_EQ(status_of(40), GrantStatus::active) << "whoever waits is served once it is over";
}

TEST_F(MintDispatcherTest, ADatabaseThatIsGoneIsLeftAloneForAWhile) {
    start(true);
    let_wait(1);
    queue_.is_gone = true;
    for (int round = 0; round < 1'000; ++round)
        run_until_pause();
    EXPECT_LE(queue_.looks, 3);
    EXPECT_LE(log_lines_, 3);
    queue_.is_gone = false;
    const auto end = base::Deadline::after(base::Millis{20'000});
    while (status_of(1) != GrantStatus::active && !end.has_passed())
        dispatcher_->run_once(terms_, {});
    EXPECT_EQ(status_of(1), GrantStatus::active);
}

TEST_F(MintDispatcherTest, WhereThreadsWaitForLanesItWaitsAsWell) {
    start(true);
    ConcurrencyLimiter crowded(1, 0);
    base::WorkQueue workers("minting", 1, 10);
    MintDispatcher dispatcher(store_, queue_, *issuance_, crowded, workers, clock_, [](const auto&) {});
    let_wait(1);
    const auto held = crowded.enter_for_queue(base::Millis{0});
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(dispatcher.run_once(terms_, {})) << "the row waits still";
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{900});
    workers.stop();
}

}  // namespace
}  // namespace llmapikey
