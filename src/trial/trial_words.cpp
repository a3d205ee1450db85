#include "trial/trial_words.hpp"
#include "base/plural.hpp"

#include <algorithm>

#include "http/answers/shown_values.hpp"

namespace llmapikey {
namespace {

TrialWords words(int status, std::string title, std::string explanation, std::string advice) {
    return {status, {std::move(title), std::move(explanation), std::move(advice), "/dashboard", "To your key"}};
}

std::string amount_in_brackets(const std::optional<base::MicroUsd>& amount) {
    return amount ? " (" + base::to_money(*amount) + ")" : "";
}

std::string try_again(base::Seconds after) {
    if (after.count() <= 0) return "Try again in a minute.";
    return "Try again in " + base::counted(after.count(), "second") + ".";
}

std::string at(base::Timestamp time, base::Timestamp now) {
    const bool is_today = day_text(time - base::Seconds{1}) == day_text(now);
    return is_today ? "at " + time_of_day_text(time) : "on " + minute_text(time);
}

std::string reset_sentence(const ChatFailure& failure, const TrialUsage& figures) {
    return "The cap resets " + at(failure.resets_at.value_or(next_reset(figures.now)), figures.now) + ".";
}

std::string budget_reset(const ChatFailure& failure, const TrialUsage& figures) {
    if (!failure.resets_at) return "Tell the organizer.";
    return "It resets " + at(*failure.resets_at, figures.now) + ".";
}

TrialWords spent_words(const ChatFailure& failure, const TrialUsage& figures) {
    const base::MicroUsd cap = failure.limit.value_or(figures.cap);
    std::optional<base::MicroUsd> left = figures.left;
    if (failure.limit && failure.spent) left = base::MicroUsd{failure.limit->value - failure.spent->value};
    const base::MicroUsd shown = std::max(left.value_or(base::MicroUsd{}), base::MicroUsd{});
    return words(
        403, "Daily cap reached",
        "Your key's cap of " + base::to_money(cap) + " a day is reached: " + base::to_money(shown) + " is left.",
        reset_sentence(failure, figures));
}

}  // namespace

std::string TrialWords::sentence() const {
    return text.advice.empty() ? text.explanation : text.explanation + " " + text.advice;
}

TrialWords words_of(TrialObstacle obstacle) {
    using enum TrialObstacle;
    switch (obstacle) {
        case no_key:
            return words(409, "No key to try", "You have no key that works now.", "Your dashboard says more.");
        case not_kept:
            return words(409, "Not kept here", "This service has no copy of your key.",
                         "It works wherever you saved it.");
        case unreadable:
            return words(409, "Your key cannot be read", "This service cannot open its copy of your key.",
                         "Tell the organizer.");
        case expired:
            return words(409, "Your key has expired", "Your key has expired and no longer works.", "");
        case switched_off:
            return words(409, "Your key is switched off", "The organizer has switched your key off.", "");
        case account_busy:
            return words(503, "One at a time", "Your last message is still being answered.",
                         "Wait for the answer, then send the next.");
        case all_busy:
            return words(503, "Busy", "Others are trying their keys just now.", "Try again in a few seconds.");
        case store_failed:
            return words(503, "Busy", "The service cannot look your key up just now.", "Try again in a few seconds.");
    }
    return words(500, "Something went wrong", "That was our fault, not yours.", "Try again.");
}

TrialWords words_of(const ChatFailure& failure, const TrialUsage& figures) {
    using enum ChatCause;
    const std::string& provider = figures.provider;
    switch (failure.cause) {
        case key_not_accepted:
            return words(502, "Key not accepted", provider + " does not accept this key: it has expired or was ended.",
                         "Reload the dashboard; if it still shows the key, tell the organizer.");
        case no_credits:
            // Upstream gives the same error for an account without credits and for a key whose cap
            // is spent.
            if (figures.left && figures.left->value <= 0) return spent_words(failure, figures);
            return words(503, "No credits left", "The organizer's account at " + provider + " has no credits left.",
                         "That is not your key's fault. Tell the organizer.");
        case key_limit:
            return spent_words(failure, figures);
        case answer_too_dear:
            return words(403, "Not enough left for this",
                         "A try asks for up to " + std::to_string(trial_tokens) +
                             " tokens, and what is left of your cap today" + amount_in_brackets(figures.left) +
                             " cannot pay for that with this model.",
                         "Choose a cheaper model, or ask for fewer tokens in a program of your own. " +
                             reset_sentence(failure, figures));
        case credits_too_low:
            return words(503, "Not enough credits",
                         "A try asks for up to " + std::to_string(trial_tokens) +
                             " tokens, and the credits of the organizer's account cannot pay for that with this model.",
                         "Choose a cheaper model, and tell the organizer.");
        case in_flight_budget:
            return words(
                503, "Too much under way",
                "The requests that are being answered for the organizer's account now could use up its credits.",
                try_again(failure.retry_after));
        case request_too_heavy:
            return words(403, "Too expensive at once",
                         "This one request could cost more than the organizer's account may have under way at once.",
                         "Trying again does not help. Choose a cheaper model, or a shorter message.");
        case guardrail_budget:
            return words(403, "Budget spent",
                         "A budget that the organizer has set for keys like yours" + amount_in_brackets(failure.limit) +
                             " is spent.",
                         budget_reset(failure, figures));
        case workspace_budget:
            return words(403, "Budget spent",
                         "The organizer's budget for all keys together" + amount_in_brackets(failure.limit) +
                             " is spent. Your own cap is not.",
                         budget_reset(failure, figures));
        case unknown_limit:
            return words(
                403, "A limit is reached",
                provider + " says that a limit is reached" + amount_in_brackets(failure.limit) +
                    ". This service does not know that limit of your key or of the organizer's account.",
                failure.retry_after.count() > 0 ? try_again(failure.retry_after) : budget_reset(failure, figures));
        case moderation:
            return words(403, "Message flagged",
                         "The model's provider checks messages (moderation), and the check flagged your message.",
                         "Word it differently, or choose another model. Nothing was spent.");
        case model_not_allowed:
            return words(403, "Model not allowed", "The organizer does not let this key use this model.",
                         "Choose another one: the docs list them.");
        case unknown_model:
            return words(404, "No such model", provider + " has no such model.", "Check its name.");
        case forbidden:
            return words(403, "Refused by " + provider, provider + " refused the request and did not say why.",
                         "Try another model; if that is refused as well, tell the organizer.");
        case not_accepted:
            return words(400, "Not accepted by " + provider, provider + " did not accept the request.",
                         "Check the model's name.");
        case rate_limited:
            return words(503, provider + " asks to slow down", provider + " asks to slow down.",
                         try_again(failure.retry_after));
        case misconfigured:
        case upstream_down:
            break;
    }
    return words(502, provider + " did not answer", provider + " cannot be reached just now, or its answer broke off.",
                 "That is not your key's fault. Try again in a minute.");
}

std::string cost_words(const ChatEnd& end, const TrialUsage& figures) {
    std::string words = end.cost ? "Cost " + base::to_money(*end.cost) + "." : "";
    if (!figures.left) return words;
    if (!words.empty()) words += " ";
    return words + base::to_money(std::max(*figures.left, base::MicroUsd{})) + " left today.";
}

std::string words_of(const ChatEnd& end) {
    const std::string tokens = std::to_string(trial_tokens) + " tokens";
    switch (end.reason) {
        case ChatEnd::Reason::length:
            if (end.has_text) return "The answer ends here: a try asks for at most " + tokens + ".";
            return "Your key works, but the model has used all " + tokens +
                   " for thinking before it said a word. Choose a model that thinks less.";
        case ChatEnd::Reason::content_filter:
            return std::string("Your key works, but a content filter of the model's provider holds ") +
                   (end.has_text ? "the rest of the answer back." : "the answer back. Word your message differently.");
        case ChatEnd::Reason::refusal:
            return "Your key works, but the model refuses to answer" +
                   (end.refusal.empty() ? std::string(".") : ": " + end.refusal);
        case ChatEnd::Reason::stop:
            break;
    }
    return end.has_text ? "" : "Your key works, but the answer has no text. Try again, or choose another model.";
}

}  // namespace llmapikey
