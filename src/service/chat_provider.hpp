#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace llmapikey::service {

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

// One question to a model, with a recipient's own key. Blocking; thread-safe; does not outlast `deadline`.
class ChatProvider {
public:
    virtual ~ChatProvider() = default;

    // Succeeds when the answer is complete or the listener wanted no more. Failures, also after some of the answer:
    // unauthenticated (the key is not accepted), forbidden (its cap is reached, or it may not use this model),
    // invalid_input (the request is not accepted: no such model, say), not_found (no such model), rate_limited (with
    // retry_after where it is stated), misconfigured (the upstream's address is wrong), upstream_down. Their detail
    // holds nothing that the upstream has said.
    virtual base::Result<void> ask(const base::Secret& key, const ChatRequest& request, ChatListener& listener,
                                   base::Deadline deadline) = 0;
};

}  // namespace llmapikey::service
