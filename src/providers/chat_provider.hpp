#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace llmapikey {

// Limit on the tokens of a trial's answer, including thinking. It suffices to see that the key
// works.
inline constexpr int trial_tokens = 300;

struct ChatRequest {
    std::string model;    // "openai/gpt-4o-mini"
    std::string message;  // UTF-8
};

// Receives an answer while it is generated. Called on the thread of the call; must not throw.
class ChatListener {
public:
    virtual ~ChatListener() = default;
    // Takes a piece of the answer: UTF-8, never empty. Returns false if no more is wanted.
    [[nodiscard]] virtual bool take(std::string_view text) = 0;
    // Asked about every second, even while nothing arrives.
    virtual bool is_wanted() const = 0;
};

// Says how a complete answer ended.
struct ChatEnd {
    enum class Reason {
        stop,            // the model had no more to say
        length,          // it has used all tokens that were asked for, thinking included
        content_filter,  // the provider holds back what it said
        refusal,         // the model refuses to answer
    };
    Reason reason = Reason::stop;
    bool has_text = false;
    std::optional<base::MicroUsd> cost;  // of the answer, as the provider charges it; nullopt: not told
    std::string refusal;                 // how the model words its refusal: UTF-8; may be empty
};

// Says why there is no answer, or why it was cut off.
enum class ChatCause {
    key_not_accepted,   // expired, ended or switched off
    no_credits,         // the account or the key has no credits; the upstream does not say which
    answer_too_dear,    // so many tokens could cost more than what is left of the key's cap
    credits_too_low,    // so many tokens could cost more than the account's credits
    in_flight_budget,   // requests under way could use up the account's credits: try again later
    request_too_heavy,  // this request alone could use up that budget: trying again is useless
    key_limit,          // the key's cap is spent
    guardrail_budget,   // a budget that the organizer has set for keys like this one is spent
    workspace_budget,   // the organizer's budget for all keys together is spent
    unknown_limit,      // a limit is reached whose name we do not know
    moderation,         // the message was flagged
    model_not_allowed,  // the key may not use this model
    unknown_model,
    forbidden,     // refused without a reason
    not_accepted,  // the upstream cannot make sense of the request
    rate_limited,
    misconfigured,  // the upstream's address is wrong
    upstream_down,  // it does not answer, or the answer broke off
};

struct ChatFailure {
    ChatCause cause = ChatCause::upstream_down;
    std::string detail;  // for the log; contains nothing that the upstream said
    base::Seconds retry_after{0};
    // These are what the upstream reports of the limit that was reached.
    std::optional<base::MicroUsd> limit, spent;
    std::optional<base::Timestamp> resets_at;
};

// Asks a model one question with a recipient's own key. Blocking; thread-safe; returns by
// `deadline`.
class ChatProvider {
public:
    virtual ~ChatProvider() = default;

    // Succeeds when the answer is complete or the listener wants no more. It can also fail after
    // part of the answer.
    virtual tl::expected<ChatEnd, ChatFailure> ask(const base::Secret& key, const ChatRequest& request,
                                                   ChatListener& listener, base::Deadline deadline) = 0;
};

}  // namespace llmapikey
