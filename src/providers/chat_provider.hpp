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

// What trying a key asks of an answer, thinking included: enough to see that the key works.
inline constexpr int trial_tokens = 300;

struct ChatRequest {
    std::string model;    // "openai/gpt-4o-mini"
    std::string message;  // UTF-8
};

// Who gets an answer while it is spoken. Called on the thread of the call; must not throw.
class ChatListener {
public:
    virtual ~ChatListener() = default;
    // A piece of the answer: UTF-8, never empty. False: no more is wanted.
    [[nodiscard]] virtual bool take(std::string_view text) = 0;
    // Asked every second or so, also while nothing comes.
    virtual bool is_wanted() const = 0;
};

// How an answer that is complete has ended.
struct ChatEnd {
    enum class Reason {
        stop,            // the model had no more to say
        length,          // it has used all tokens that were asked for, thinking included
        content_filter,  // the provider holds back what it said
        refusal,         // the model refuses to answer
    };
    Reason reason = Reason::stop;
    bool has_text = false;
    std::string refusal;  // the model's own words for it: UTF-8; may be empty
};

// Why there is no answer, or no end of it.
enum class ChatCause {
    key_not_accepted,   // expired, ended or switched off
    no_credits,         // of the account, or of the key: the upstream does not say which
    answer_too_dear,    // what so many tokens could cost is more than what is left of the key's cap
    credits_too_low,    // likewise, of the account's credits
    in_flight_budget,   // what is under way on the account could use its credits up: later there is room again
    request_too_heavy,  // this request alone could: trying again is useless
    key_limit,          // the key's cap is spent
    guardrail_budget,   // a budget that the organizer has set for keys like this one is spent
    workspace_budget,   // the organizer's budget for all keys together is spent
    unknown_limit,      // a limit that we do not know the name of is reached
    moderation,         // the message was flagged
    model_not_allowed,  // the key may not use this model
    unknown_model,
    forbidden,     // refused, and it does not say why
    not_accepted,  // the request makes no sense to the upstream
    rate_limited,
    misconfigured,  // the upstream's address is wrong
    upstream_down,  // it does not answer, or the answer broke off
};

struct ChatFailure {
    ChatCause cause = ChatCause::upstream_down;
    std::string detail;  // for the log: nothing that the upstream has said
    base::Seconds retry_after{0};
    // What the upstream says of the limit that was reached.
    std::optional<base::MicroUsd> limit, spent;
    std::optional<base::Timestamp> resets_at;
};

// One question to a model, with a recipient's own key. Blocking; thread-safe; does not outlast
// `deadline`.
class ChatProvider {
public:
    virtual ~ChatProvider() = default;

    // Succeeds when the answer is complete or the listener wanted no more. It can fail after some
    // of the answer, too.
    virtual tl::expected<ChatEnd, ChatFailure> ask(const base::Secret& key, const ChatRequest& request,
                                                   ChatListener& listener, base::Deadline deadline) = 0;
};

}  // namespace llmapikey
