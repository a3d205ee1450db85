#include "trial/trial_words.hpp"
#include "base/encoding.hpp"

#include <algorithm>

#include "http/answers/shown_values.hpp"
#include "languages/catalog.hpp"
#include "languages/locale_text.hpp"

namespace llmapikey {
namespace {

TrialWords words(int status, std::string title, std::string explanation, std::string advice) {
    return {status,
            {std::move(title), std::move(explanation), std::move(advice), "/dashboard", in_catalog("To your key")}};
}

// Writes words and amounts in the language of the figures.
struct Speaker {
    const TrialUsage& figures;

    std::string operator()(std::string_view english, PlaceValues values = {}) const {
        const std::string text = translated(figures.language, english, values);
        return base::replaced(text, "{provider}", figures.provider);
    }
    std::string money(base::MicroUsd amount) const { return localized_money(figures.language, base::to_money(amount)); }
    std::string money_in_brackets(const std::optional<base::MicroUsd>& amount) const {
        return amount ? " (" + money(*amount) + ")" : "";
    }
};

std::string try_again(base::Seconds after, const Speaker& say) {
    if (after.count() <= 0) return say(in_catalog("Try again in a minute."));
    return say(in_catalog("Try again in {time}."), {{"time", counted(say.figures.language, after.count(), "second")}});
}

std::string reset_sentence(const ChatFailure& failure, const Speaker& say) {
    const base::Timestamp time = failure.resets_at.value_or(next_reset(say.figures.now));
    const bool is_today = day_text(time - base::Seconds{1}) == day_text(say.figures.now);
    if (is_today) return say(in_catalog("The cap resets at {time}."), {{"time", time_of_day_text(time)}});
    return say(in_catalog("The cap resets on {time}."), {{"time", shown_minute(time, say.figures.language).text}});
}

std::string budget_reset(const ChatFailure& failure, const Speaker& say) {
    if (!failure.resets_at) return say(in_catalog("Tell the organizer."));
    const base::Timestamp time = *failure.resets_at;
    const bool is_today = day_text(time - base::Seconds{1}) == day_text(say.figures.now);
    if (is_today) return say(in_catalog("It resets at {time}."), {{"time", time_of_day_text(time)}});
    return say(in_catalog("It resets on {time}."), {{"time", shown_minute(time, say.figures.language).text}});
}

TrialWords spent_words(const ChatFailure& failure, const Speaker& say) {
    const base::MicroUsd cap = failure.limit.value_or(say.figures.cap);
    std::optional<base::MicroUsd> left = say.figures.left;
    if (failure.limit && failure.spent) left = base::MicroUsd{failure.limit->value - failure.spent->value};
    const base::MicroUsd shown = std::max(left.value_or(base::MicroUsd{}), base::MicroUsd{});
    return words(403, say(in_catalog("Daily cap reached")),
                 say(in_catalog("Your key's cap of {cap} a day is reached: {left} is left."),
                     {{"cap", say.money(cap)}, {"left", say.money(shown)}}),
                 reset_sentence(failure, say));
}

}  // namespace

std::string TrialWords::sentence() const {
    return text.advice.empty() ? text.explanation : text.explanation + " " + text.advice;
}

TrialWords words_of(TrialObstacle obstacle) {
    using enum TrialObstacle;
    switch (obstacle) {
        case no_key:
            return words(409, in_catalog("No key to try"), in_catalog("You have no key that works now."),
                         in_catalog("Your dashboard says more."));
        case not_kept:
            return words(409, in_catalog("Not kept here"), in_catalog("This service has no copy of your key."),
                         in_catalog("It works wherever you saved it."));
        case unreadable:
            return words(409, in_catalog("Your key cannot be read"),
                         in_catalog("This service cannot open its copy of your key."),
                         in_catalog("Tell the organizer."));
        case expired:
            return words(409, in_catalog("Your key has expired"),
                         in_catalog("Your key has expired and no longer works."), "");
        case switched_off:
            return words(409, in_catalog("Your key is switched off"),
                         in_catalog("The organizer has switched your key off."), "");
        case account_busy:
            return words(503, in_catalog("One at a time"), in_catalog("Your last message is still being answered."),
                         in_catalog("Wait for the answer, then send the next."));
        case all_busy:
            return words(503, in_catalog("Busy"), in_catalog("Others are trying their keys just now."),
                         in_catalog("Try again in a few seconds."));
        case store_failed:
            return words(503, in_catalog("Busy"), in_catalog("The service cannot look your key up just now."),
                         in_catalog("Try again in a few seconds."));
    }
    return words(500, in_catalog("Something went wrong"), in_catalog("That was our fault, not yours."),
                 in_catalog("Try again."));
}

TrialWords words_of(const ChatFailure& failure, const TrialUsage& figures) {
    using enum ChatCause;
    const Speaker say{figures};
    const std::string tokens = std::to_string(trial_tokens);
    switch (failure.cause) {
        case key_not_accepted:
            return words(502, say(in_catalog("Key not accepted")),
                         say(in_catalog("{provider} does not accept this key: it has expired or was ended.")),
                         say(in_catalog("Reload the dashboard; if it still shows the key, tell the organizer.")));
        case no_credits:
            // Upstream gives the same error for an account without credits and for a key whose cap
            // is spent.
            if (figures.left && figures.left->value <= 0) return spent_words(failure, say);
            return words(503, say(in_catalog("No credits left")),
                         say(in_catalog("The organizer's account at {provider} has no credits left.")),
                         say(in_catalog("That is not your key's fault. Tell the organizer.")));
        case key_limit:
            return spent_words(failure, say);
        case answer_too_dear:
            return words(403, say(in_catalog("Not enough left for this")),
                         say(in_catalog("A try asks for up to {tokens} tokens, and what is left of your cap "
                                        "today{amount} cannot pay for that with this model."),
                             {{"tokens", tokens}, {"amount", say.money_in_brackets(figures.left)}}),
                         say(in_catalog("Choose a cheaper model, or ask for fewer tokens in a program of your own.")) +
                             " " + reset_sentence(failure, say));
        case credits_too_low:
            return words(503, say(in_catalog("Not enough credits")),
                         say(in_catalog("A try asks for up to {tokens} tokens, and the credits of the organizer's "
                                        "account cannot pay for that with this model."),
                             {{"tokens", tokens}}),
                         say(in_catalog("Choose a cheaper model, and tell the organizer.")));
        case in_flight_budget:
            return words(503, say(in_catalog("Too much under way")),
                         say(in_catalog("The requests that are being answered for the organizer's account now could "
                                        "use up its credits.")),
                         try_again(failure.retry_after, say));
        case request_too_heavy:
            return words(
                403, say(in_catalog("Too expensive at once")),
                say(in_catalog(
                    "This one request could cost more than the organizer's account may have under way at once.")),
                say(in_catalog("Trying again does not help. Choose a cheaper model, or a shorter message.")));
        case guardrail_budget:
            return words(403, say(in_catalog("Budget spent")),
                         say(in_catalog("A budget that the organizer has set for keys like yours{amount} is spent."),
                             {{"amount", say.money_in_brackets(failure.limit)}}),
                         budget_reset(failure, say));
        case workspace_budget:
            return words(403, say(in_catalog("Budget spent")),
                         say(in_catalog("The organizer's budget for all keys together{amount} is spent. Your own cap "
                                        "is not."),
                             {{"amount", say.money_in_brackets(failure.limit)}}),
                         budget_reset(failure, say));
        case unknown_limit:
            return words(
                403, say(in_catalog("A limit is reached")),
                say(in_catalog("{provider} says that a limit is reached{amount}. This service does not know "
                               "that limit of your key or of the organizer's account."),
                    {{"amount", say.money_in_brackets(failure.limit)}}),
                failure.retry_after.count() > 0 ? try_again(failure.retry_after, say) : budget_reset(failure, say));
        case moderation:
            return words(403, say(in_catalog("Message flagged")),
                         say(in_catalog("The model's provider checks messages (moderation), and the check flagged "
                                        "your message.")),
                         say(in_catalog("Word it differently, or choose another model. Nothing was spent.")));
        case model_not_allowed:
            return words(403, say(in_catalog("Model not allowed")),
                         say(in_catalog("The organizer does not let this key use this model.")),
                         say(in_catalog("Choose another one: the docs list them.")));
        case unknown_model:
            return words(404, say(in_catalog("No such model")),
                         say(in_catalog("{provider} has no model “{model}”."), {{"model", say.figures.model}}),
                         say(in_catalog("A model's name begins with its maker, as in openai/gpt-4o-mini.")));
        case forbidden:
            return words(403, say(in_catalog("Refused by {provider}")),
                         say(in_catalog("{provider} refused the request and did not say why.")),
                         say(in_catalog("Try another model; if that is refused as well, tell the organizer.")));
        case not_accepted:
            return words(400, say(in_catalog("Not accepted by {provider}")),
                         say(in_catalog("{provider} did not accept the request.")),
                         say(in_catalog("Check the model's name.")));
        case rate_limited:
            return words(503, say(in_catalog("{provider} asks to slow down")),
                         say(in_catalog("{provider} asks to slow down.")), try_again(failure.retry_after, say));
        case misconfigured:
        case upstream_down:
            break;
    }
    return words(502, say(in_catalog("{provider} did not answer")),
                 say(in_catalog("{provider} cannot be reached just now, or its answer broke off.")),
                 say(in_catalog("That is not your key's fault. Try again in a minute.")));
}

std::string cost_words(const ChatEnd& end, const TrialUsage& figures) {
    const Speaker say{figures};
    std::string words = end.cost ? say(in_catalog("Cost {amount}."), {{"amount", say.money(*end.cost)}}) : "";
    if (!figures.left) return words;
    if (!words.empty()) words += " ";
    const base::MicroUsd left = std::max(*figures.left, base::MicroUsd{});
    return words + say(in_catalog("{amount} left today."), {{"amount", say.money(left)}});
}

std::string words_of(const ChatEnd& end, Language language) {
    const std::string tokens = std::to_string(trial_tokens);
    const auto say = [&](std::string_view english) {
        return translated(language, english, {{"tokens", tokens}, {"reason", end.refusal}});
    };
    switch (end.reason) {
        case ChatEnd::Reason::length:
            if (end.has_text) return say(in_catalog("The answer ends here: a try asks for at most {tokens} tokens."));
            return say(
                in_catalog("Your key works, but the model has used all {tokens} tokens for thinking before it "
                           "said a word. Choose a model that thinks less."));
        case ChatEnd::Reason::content_filter:
            if (end.has_text)
                return say(
                    in_catalog("Your key works, but a content filter of the model's provider holds the rest of "
                               "the answer back."));
            return say(
                in_catalog("Your key works, but a content filter of the model's provider holds the answer back. "
                           "Word your message differently."));
        case ChatEnd::Reason::refusal:
            if (end.refusal.empty()) return say(in_catalog("Your key works, but the model refuses to answer."));
            return say(in_catalog("Your key works, but the model refuses to answer: {reason}"));
        case ChatEnd::Reason::stop:
            break;
    }
    if (end.has_text) return "";
    return say(in_catalog("Your key works, but the answer has no text. Try again, or choose another model."));
}

}  // namespace llmapikey
