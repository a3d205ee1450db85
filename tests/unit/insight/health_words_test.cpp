#include "insight/health_words.hpp"

#include <gtest/gtest.h>

#include "insight/rankings_json.hpp"

namespace llmapikey {
namespace {

constexpr std::int64_t dollar = 1'000'000;

Overview calm() {
    Overview overview;
    overview.now = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22};
    overview.counts.live = 98;
    overview.credits_left = base::MicroUsd{1000 * dollar};
    overview.exposure_per_day = base::MicroUsd{196 * dollar};
    overview.failures = {{"an old one", {}, overview.now - std::chrono::hours{25}, 3}};
    return overview;
}

std::vector<std::string> texts_of(const Overview& overview) {
    std::vector<std::string> texts;
    for (const HealthPart& part : health_of(overview, "OpenRouter"))
        texts.push_back(part.text);
    return texts;
}

TEST(HealthWordsTest, NothingIsSaidOfWhatIsZeroOrOld) {
    EXPECT_EQ(texts_of(calm()), std::vector<std::string>{});
    EXPECT_EQ(fine_words(calm()), "All 98 keys are fine.");
    Overview one = calm();
    one.counts.live = 1;
    EXPECT_EQ(fine_words(one), "The one key is fine.");
}

TEST(HealthWordsTest, EachThingThatIsNotZeroIsAPartWithAWayToIt) {
    Overview overview = calm();
    overview.counts.waiting = 2;
    overview.counts.ambiguous = 1;
    overview.counts.ambiguous_since = overview.now - std::chrono::minutes{5};
    overview.dead_deliveries = 1;
    overview.failures.front().last_at = overview.now - std::chrono::hours{23};
    const auto parts = health_of(overview, "OpenRouter");
    ASSERT_EQ(parts.size(), 4u);
    EXPECT_EQ(parts[0].text, "1 key is in doubt: OpenRouter has not answered");
    EXPECT_EQ(parts[0].since->age, "5 minutes ago");
    EXPECT_EQ(parts[1].text, "2 people are waiting");
    EXPECT_EQ(parts[2].text, "1 webhook delivery failed for good");
    EXPECT_EQ(parts[3].text, "1 kind of failure in the last 24 hours");
    for (const HealthPart& part : parts)
        EXPECT_FALSE(part.path.empty()) << part.text;
}

TEST(HealthWordsTest, CreditsThatAreLowComeFirst) {
    Overview overview = calm();
    overview.counts.waiting = 1;
    overview.credits_left = base::MicroUsd{195 * dollar};
    EXPECT_EQ(texts_of(overview).front(), "the credits at OpenRouter may not last for a day");
    overview.credits_left = base::MicroUsd{-1};
    EXPECT_EQ(texts_of(overview).front(), "the credits at OpenRouter are used up: no key works");
}

TEST(RankingsTest, WhatIsKeptIsReadBack) {
    const std::vector<Spender> spenders{{"1001", "grace", base::MicroUsd{2 * dollar}, base::MicroUsd{10 * dollar}},
                                        {"1002", "", base::MicroUsd{1}, base::MicroUsd{}}};
    const auto read = spenders_of(to_fact(spenders));
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].login, "grace");
    EXPECT_EQ(read[0].daily_limit.value, 10 * dollar);
    EXPECT_EQ(read[1].github_user_id, "1002");
    EXPECT_TRUE(spenders_of("").empty());
    EXPECT_TRUE(spenders_of("{\"id\": 1}").empty());
    EXPECT_TRUE(spenders_of("[1, \"x\", null]").empty());
}

TEST(RankingsTest, ModelsBeyondTheFirstAreSummedUp) {
    std::vector<ModelSpending> models;
    for (int i = 0; i < 10; ++i)
        models.push_back({"model-" + std::to_string(i), base::MicroUsd{100 - i}, 2});
    const auto read = models_of(to_fact(models));
    ASSERT_EQ(read.size(), 8u);
    EXPECT_EQ(read[6].model, "model-6");
    EXPECT_EQ(read[7], (ModelSpending{"", base::MicroUsd{93 + 92 + 91}, 6}));
}

}  // namespace
}  // namespace llmapikey
