#include "trial/trial_words.hpp"

#include <gtest/gtest.h>

#include <set>

namespace llmapikey {
namespace {

const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};

std::string said(ChatFailure failure, std::optional<base::MicroUsd> left = base::MicroUsd{7'000'000}) {
    return words_of(failure, {base::MicroUsd{10'000'000}, left, noon, "OpenRouter", "no-such/model"}).sentence();
}
std::string said(ChatCause cause) {
    return said(ChatFailure{cause, "", {}, {}, {}, {}});
}
bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

TEST(TrialWordsTest, EachCauseHasASentenceOfItsOwn) {
    std::set<std::string> sentences;
    for (int cause = 0; cause <= static_cast<int>(ChatCause::upstream_down); ++cause)
        sentences.insert(said(static_cast<ChatCause>(cause)));
    // Whether the address is wrong or nobody answers is for the log.
    EXPECT_EQ(sentences.size(), static_cast<std::size_t>(ChatCause::upstream_down));
    for (const ChatCause cause : {ChatCause::no_credits, ChatCause::moderation, ChatCause::model_not_allowed,
                                  ChatCause::answer_too_dear, ChatCause::guardrail_budget})
        EXPECT_FALSE(has(said(cause), "cap is reached")) << said(cause);
}

TEST(TrialWordsTest, ASpentCapIsToldWithItsFiguresAndItsReset) {
    ChatFailure failure{ChatCause::key_limit, "", {}, {}, {}, {}};
    EXPECT_EQ(said(failure, base::MicroUsd{-20'000}),
              "Your key's cap of $10.00 a day is reached: $0.00 is left. The cap resets at 00:00 UTC.");
    failure.limit = base::MicroUsd{3'000'000};
    failure.spent = base::MicroUsd{2'996'000};
    EXPECT_TRUE(has(said(failure), "$3.00 a day is reached: $0.004 is left")) << said(failure);
    failure.resets_at = noon + std::chrono::days{7};
    EXPECT_TRUE(has(said(failure), "resets on 1 March 2027, 12:00 UTC")) << said(failure);
}

TEST(TrialWordsTest, WhetherTheAccountOrTheKeyHasNoMoneyIsKnownByWhatIsLeftOfTheCap) {
    EXPECT_TRUE(has(said(ChatCause::no_credits), "organizer's account at OpenRouter has no credits left"));
    const ChatFailure failure{ChatCause::no_credits, "", {}, {}, {}, {}};
    EXPECT_TRUE(has(said(failure, base::MicroUsd{0}), "cap of $10.00 a day is reached"));
    EXPECT_TRUE(has(said(failure, std::nullopt), "no credits left"));
}

TEST(TrialWordsTest, TooFewCentsForThreeHundredTokensIsSaidSo) {
    const ChatFailure failure{ChatCause::answer_too_dear, "", {}, {}, {}, {}};
    const std::string words = said(failure, base::MicroUsd{20'000});
    EXPECT_TRUE(has(words, "300 tokens")) << words;
    EXPECT_TRUE(has(words, "today ($0.02)")) << words;
    EXPECT_TRUE(has(words, "resets at 00:00 UTC")) << words;
}

TEST(TrialWordsTest, AWaitIsNamedAndAUselessRetryIsNotAdvised) {
    EXPECT_TRUE(has(said({ChatCause::in_flight_budget, "", base::Seconds{7}, {}, {}, {}}), "Try again in 7 seconds."));
    EXPECT_TRUE(has(said({ChatCause::rate_limited, "", base::Seconds{1}, {}, {}, {}}), "Try again in 1 second."));
    EXPECT_TRUE(has(said(ChatCause::rate_limited), "Try again in a minute."));
    EXPECT_TRUE(has(said(ChatCause::request_too_heavy), "Trying again does not help."));
}

TEST(TrialWordsTest, AnAnswerWithoutTextSaysWhy) {
    EXPECT_EQ(words_of(ChatEnd{ChatEnd::Reason::stop, true, std::nullopt, ""}), "");
    EXPECT_TRUE(
        has(words_of(ChatEnd{ChatEnd::Reason::length, false, std::nullopt, ""}), "all 300 tokens for thinking"));
    EXPECT_TRUE(has(words_of(ChatEnd{ChatEnd::Reason::length, true, std::nullopt, ""}), "ends here"));
    EXPECT_TRUE(has(words_of(ChatEnd{ChatEnd::Reason::content_filter, false, std::nullopt, ""}), "content filter"));
    EXPECT_TRUE(has(words_of(ChatEnd{ChatEnd::Reason::refusal, false, std::nullopt, "I will not."}),
                    "refuses to answer: I will not."));
    EXPECT_TRUE(has(words_of(ChatEnd{ChatEnd::Reason::stop, false, std::nullopt, ""}), "no text"));
}

TEST(TrialWordsTest, AnAnswerSaysWhatItCostAndWhatIsLeft) {
    const TrialUsage known{base::MicroUsd{10'000'000}, base::MicroUsd{7'700'000}, {}, "OpenRouter", "m"};
    const TrialUsage unknown{base::MicroUsd{10'000'000}, std::nullopt, {}, "OpenRouter", "m"};
    const TrialUsage overspent{base::MicroUsd{10'000'000}, base::MicroUsd{-5}, {}, "OpenRouter", "m"};
    ChatEnd end;
    EXPECT_EQ(cost_words(end, unknown), "");
    EXPECT_EQ(cost_words(end, known), "$7.70 left today.");
    end.cost = base::MicroUsd{100};
    EXPECT_EQ(cost_words(end, known), "Cost $0.0001. $7.70 left today.");
    EXPECT_EQ(cost_words(end, unknown), "Cost $0.0001.");
    EXPECT_EQ(cost_words(end, overspent), "Cost $0.0001. $0.00 left today.");
}

}  // namespace
}  // namespace llmapikey
