#include "providers/guardrail_watch.hpp"

#include <gtest/gtest.h>

#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"

namespace llmapikey {
namespace {

constexpr base::Seconds ten_minutes{600};

class GuardrailWatchTest : public testing::Test {
protected:
    // Whether something has changed.
    bool refresh() {
        const auto changed = watch_.refresh_if_due();
        EXPECT_TRUE(changed) << changed.error().detail;
        return changed && *changed;
    }
    void allow(const std::string& model) {
        Guardrail guardrail;
        guardrail.id = "g";
        guardrail.allowed_models = {model};
        provider_.set_guardrail(guardrail);
    }

    test::ManualClock clock_;
    test::FakeKeyProvider provider_{clock_};
    GuardrailWatch watch_{provider_, clock_, true, base::Seconds{1}};
};

TEST_F(GuardrailWatchTest, KnowsNothingUntilItHasAsked) {
    allow("a/b");
    EXPECT_EQ(watch_.known(), nullptr);
    EXPECT_TRUE(refresh());
    ASSERT_NE(watch_.known(), nullptr);
    EXPECT_EQ(watch_.known()->allowed_models.front(), "a/b");
}

TEST_F(GuardrailWatchTest, AsksAgainAfterTenMinutesAndTellsOfChangesOnly) {
    allow("a/b");
    EXPECT_TRUE(refresh());
    allow("c/d");
    clock_.advance(ten_minutes - base::Seconds{1});
    EXPECT_FALSE(refresh()) << "too early";
    clock_.advance(base::Seconds{1});
    EXPECT_TRUE(refresh());
    EXPECT_EQ(watch_.known()->allowed_models.front(), "c/d");
    clock_.advance(ten_minutes);
    EXPECT_FALSE(refresh()) << "nothing has changed";
}

TEST_F(GuardrailWatchTest, KeepsWhatItKnowsAndAsksSoonerWhenAskingFails) {
    allow("a/b");
    EXPECT_TRUE(refresh());
    clock_.advance(ten_minutes);
    provider_.fail_next_guardrail();
    EXPECT_FALSE(watch_.refresh_if_due());
    ASSERT_NE(watch_.known(), nullptr);
    allow("c/d");
    clock_.advance(base::Seconds{10});
    EXPECT_TRUE(refresh());
}

TEST_F(GuardrailWatchTest, WithoutAGuardrailItAsksNothing) {
    provider_.fail_next_guardrail();
    GuardrailWatch watch(provider_, clock_, false, base::Seconds{1});
    const auto changed = watch.refresh_if_due();
    ASSERT_TRUE(changed);
    EXPECT_FALSE(*changed);
    EXPECT_EQ(watch.known(), nullptr);
}

}  // namespace
}  // namespace llmapikey
