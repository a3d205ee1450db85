#include "providers/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include "providers/retry_budget.hpp"

namespace llmapikey {
namespace {

constexpr base::Seconds beginning{1'000};

std::string times(int count, const std::string& text) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

// Plays a script, one character a step.
class Player {
public:
    void play(const std::string& script) {
        for (const char step : script)
            take(step);
    }

    CircuitState state() const { return breaker_.state(); }

    std::vector<std::pair<CircuitState, CircuitState>> changes;

private:
    void take(char step) {
        switch (step) {
            case 's':  // a call succeeds
            case 'f':  // a call fails
                if (const auto pass = breaker_.admit())
                    breaker_.record(*pass, step == 's' ? CallResult::answered : CallResult::failed, now_);
                break;
            case 'b':  // a call begins that takes long
                slow_ = breaker_.admit().value_or(CircuitBreaker::Pass{});
                break;
            case 'F':  // and fails at last
                breaker_.record(slow_, CallResult::failed, now_);
                break;
            case 'S':  // and succeeds at last
                breaker_.record(slow_, CallResult::answered, now_);
                break;
            case 'p':  // a probe begins
                EXPECT_TRUE(breaker_.begin_probe(now_));
                break;
            case 'n':  // a probe may not begin
                EXPECT_FALSE(breaker_.begin_probe(now_));
                break;
            case '+':  // it succeeds
                breaker_.end_probe(CallResult::answered, now_);
                break;
            case '-':  // it fails
                breaker_.end_probe(CallResult::failed, now_);
                break;
            case '.':
                now_ += CircuitPolicy().probe_pause;
                break;
            case '_':
                now_ += base::Seconds{1};
                break;
            default:
                ADD_FAILURE() << step;
        }
    }

    SteadyTime now_{beginning};
    CircuitBreaker::Pass slow_;
    CircuitBreaker breaker_{CircuitPolicy(),
                            [this](CircuitState from, CircuitState to) { changes.emplace_back(from, to); }};
};

struct Row {
    const char* name;
    std::string script;
    CircuitState expected;
};
std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.script;
}
class CircuitTest : public testing::TestWithParam<Row> {};

TEST_P(CircuitTest, EndsAsExpected) {
    Player player;
    player.play(GetParam().script);
    EXPECT_EQ(player.state(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, CircuitTest,
    testing::Values(
        Row{"BeginsClosed", "n", CircuitState::closed}, Row{"AFewFailures", "ffff", CircuitState::closed},
        Row{"FailuresInARow", "fffff", CircuitState::open}, Row{"ASuccessBetween", "ffffsffff", CircuitState::closed},
        Row{"FailuresInARowOverALongTime", "f____________f____________f____________f____________f", CircuitState::open},
        Row{"HalfOfManyCalls", times(9, "sf") + "s" + "f", CircuitState::open},
        Row{"HalfOfFewCalls", times(9, "sf"), CircuitState::closed},
        Row{"AThirdOfManyCalls", times(40, "ssf"), CircuitState::closed},
        Row{"HalfOfCallsOfLongAgo", times(9, "sf") + "__________" + "sfsfsf", CircuitState::closed},
        Row{"HalfOfCallsWithinTheWindow", times(9, "sf") + "_________" + "sf", CircuitState::open},
        Row{"NoCallFindsOut", "fffff____________sss", CircuitState::open},
        Row{"TooEarlyForAProbe", "fffffn", CircuitState::open}, Row{"AProbe", "fffff.p", CircuitState::half_open},
        Row{"OneProbeAtATime", "fffff.p.n", CircuitState::half_open},
        Row{"NoCallBesideAProbe", "fffff.psss", CircuitState::half_open},
        Row{"AProbeFails", "fffff.p-", CircuitState::open}, Row{"APauseAfterAProbe", "fffff.p-n", CircuitState::open},
        Row{"AProbeSucceeds", "fffff.p+", CircuitState::closed},
        Row{"ASecondProbeSucceeds", "fffff.p-.p+", CircuitState::closed},
        Row{"ClosedForGood", "fffff.p+nssss", CircuitState::closed},
        Row{"CountsBeginAnew", "fffff.p+ffff", CircuitState::closed},
        Row{"AnOutageAfterAnOutage", "fffff.p+fffff", CircuitState::open},
        Row{"ALateSuccessClosesNothing", "bfffffSSS", CircuitState::open},
        Row{"LateFailuresOfTheLastOutageOpenNothing", "bfffff.p+FFFFF", CircuitState::closed},
        Row{"ALateSuccessDoesNotHideFailures", "bfffff.p+ffffSf", CircuitState::open}),
    [](const auto& each) { return each.param.name; });

TEST(CircuitBreakerTest, TellsOfEachChangeOnceAndInOrder) {
    Player player;
    player.play("ffffffff.p-.p+ss");
    using enum CircuitState;
    const std::vector<std::pair<CircuitState, CircuitState>> expected{
        {closed, open}, {open, half_open}, {half_open, open}, {open, half_open}, {half_open, closed}};
    EXPECT_EQ(player.changes, expected);
}

TEST(RetryBudgetTest, RetriesAreAShareOfTheCallsAndAFewMore) {
    RetryBudget budget(20, 10);
    const SteadyTime now{beginning};
    const auto retries = [&](SteadyTime at) {
        int taken = 0;
        while (taken < 1'000 && budget.take_retry(at))
            ++taken;
        return taken;
    };
    EXPECT_EQ(retries(now), 10) << "the floor";
    for (int i = 0; i < 100; ++i)
        budget.note_call(now);
    EXPECT_EQ(retries(now), 20) << "a fifth of the calls";
    EXPECT_EQ(retries(now + base::Seconds{9}), 0) << "all of it is still in the window";
    EXPECT_EQ(retries(now + base::Seconds{10}), 10) << "long ago does not count";
}

}  // namespace
}  // namespace llmapikey
