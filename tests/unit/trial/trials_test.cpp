#include "trial/trials.hpp"

#include <gtest/gtest.h>

#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey {
namespace {

const Recipient ada{{1001}, "ada"};

// Repeats the question, and remembers the keys.
class Parrot final : public ChatProvider {
public:
    tl::expected<ChatEnd, ChatFailure> ask(const base::Secret& key, const ChatRequest& request, ChatListener& listener,
                                           base::Deadline deadline) override {
        keys.push_back(key.reveal());
        left = deadline.left();
        EXPECT_TRUE(listener.take(request.message));
        return ChatEnd{};
    }
    std::vector<std::string> keys;
    base::Millis left{0};
};

class Ear final : public ChatListener {
public:
    bool take(std::string_view text) override {
        heard += text;
        return true;
    }
    bool is_wanted() const override { return true; }
    std::string heard;
};

class TrialsTest : public testing::Test {
protected:
    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.daily_limit = base::MicroUsd{1'000'000};
        terms.key_lifetime = std::chrono::days{7};
        return terms;
    }
    std::optional<TrialObstacle> obstacle(GithubUserId account = ada.id) {
        const auto trial = trials_.begin({account});
        return trial ? std::nullopt : std::optional(trial.error());
    }

    test::ManualClock clock_;
    test::MemoryKeyStore store_;
    test::FakeKeyProvider provider_{clock_};
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    test::MemoryAuditLog audit_;
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 4};
    Replacement replacement_{store_, store_, provider_, audit_, clock_};
    IssuanceParts parts(const base::Sealer& sealer) {
        return {store_, store_, provider_, replacement_, sealer, nonces_, limiter_, clock_, [](const auto&) {}, {}};
    }
    Issuance issuance_{parts(sealer_), base::Seconds{15}};
    Parrot parrot_;
    Trials trials_{{2, base::Millis{25'000}}, store_, issuance_, parrot_, clock_};
};

TEST_F(TrialsTest, AsksWithTheRecipientsOwnKey) {
    const auto issued = issuance_.issue(terms(), ada);
    auto trial = trials_.begin({ada.id});
    ASSERT_TRUE(trial);
    Ear ear;
    EXPECT_TRUE(trials_.ask(std::move(*trial), {"some/model", "hello"}, ear));
    EXPECT_EQ(ear.heard, "hello");
    EXPECT_EQ(parrot_.keys, std::vector<std::string>{issued.raw_key.reveal()});
    EXPECT_GT(parrot_.left, base::Millis{20'000});
    EXPECT_LE(parrot_.left, base::Millis{25'000});
}

TEST_F(TrialsTest, NeedsAKeyThatWorks) {
    EXPECT_EQ(obstacle(), TrialObstacle::no_key);
    ASSERT_EQ(issuance_.issue(terms(), ada).status, KeyOutcome::created);
    EXPECT_EQ(obstacle(), std::nullopt);
    clock_.advance(std::chrono::days{8});
    EXPECT_EQ(obstacle(), TrialObstacle::expired);
    store_.fail_next(test::MemoryKeyStore::Operation::find);
    EXPECT_EQ(obstacle(), TrialObstacle::store_failed);
}

TEST_F(TrialsTest, AKeySealedWithAnotherSecretIsUnreadable) {
    ASSERT_EQ(issuance_.issue(terms(), ada).status, KeyOutcome::created);
    const base::Sealer other(base::Secret(std::string(32, 'x')), "raw keys");
    const Issuance changed(parts(other), base::Seconds{15});
    Trials trials({2}, store_, changed, parrot_, clock_);
    const auto trial = trials.begin({ada.id});
    ASSERT_FALSE(trial);
    EXPECT_EQ(trial.error(), TrialObstacle::unreadable);
}

TEST_F(TrialsTest, OneOfAnAccountAndSoManyAtOnce) {
    const Recipient others[] = {{{1002}, "b"}, {{1003}, "c"}};
    for (const auto& each : others)
        ASSERT_EQ(issuance_.issue(terms(), each).status, KeyOutcome::created);
    ASSERT_EQ(issuance_.issue(terms(), ada).status, KeyOutcome::created);
    auto first = trials_.begin({ada.id});
    ASSERT_TRUE(first);
    EXPECT_EQ(obstacle(), TrialObstacle::account_busy);
    {
        const auto second = trials_.begin({others[0].id});
        ASSERT_TRUE(second);
        EXPECT_EQ(obstacle(others[1].id), TrialObstacle::all_busy);
    }
    EXPECT_EQ(obstacle(others[1].id), std::nullopt) << "a place that was not used is free again";
    Ear ear;
    EXPECT_TRUE(trials_.ask(std::move(*first), {"m", "x"}, ear));
    EXPECT_EQ(obstacle(), std::nullopt) << "and so is one that was";
}

}  // namespace
}  // namespace llmapikey
