#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "http/answers/error_response.hpp"
#include "providers/chat_provider.hpp"
#include "trial/trials.hpp"

// What a recipient is told when trying a key does not work.
namespace llmapikey {

struct TrialWords {
    int status;  // of an answer that has not begun
    ErrorText text;

    std::string sentence() const;  // for an answer that has
};

// What is known of the key's money, for the sentences that name it.
struct TrialUsage {
    base::MicroUsd cap;                  // of today
    std::optional<base::MicroUsd> left;  // of that; nullopt: it is not known
    base::Timestamp now;
    std::string provider;  // its name
};

TrialWords words_of(TrialObstacle obstacle);
TrialWords words_of(const ChatFailure& failure, const TrialUsage& figures);
// Why an answer has no text, or not all of it; empty: there is nothing to be said.
std::string words_of(const ChatEnd& end);

}  // namespace llmapikey
