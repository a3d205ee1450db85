#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "http/answers/error_response.hpp"
#include "providers/chat_provider.hpp"
#include "trial/trials.hpp"

// Messages for a recipient whose trial failed.
namespace llmapikey {

struct TrialWords {
    int status;  // HTTP status, if the answer has not begun
    ErrorText text;

    std::string sentence() const;  // for an answer that has begun
};

// The known amounts of the key's money, for messages that name it.
struct TrialUsage {
    base::MicroUsd cap;                  // today's cap
    std::optional<base::MicroUsd> left;  // what is left of the cap; nullopt: unknown
    base::Timestamp now;
    std::string provider;  // the provider's name
    std::string model;     // the one that was asked
    Language language = Language::english;
};

// Returns English words, which the error page translates.
TrialWords words_of(TrialObstacle obstacle);
// These words are in the language of the figures.
TrialWords words_of(const ChatFailure& failure, const TrialUsage& figures);
// Returns what an answer cost and what is left of today's cap: "Cost $0.0001. $7.70 left today.",
// in the language of the figures;
// empty if neither is known.
std::string cost_words(const ChatEnd& end, const TrialUsage& figures);
// Returns why an answer has no text or is cut off; empty if there is nothing to say.
std::string words_of(const ChatEnd& end, Language language = Language::english);

}  // namespace llmapikey
