#include "web/trial_words.hpp"

namespace llmapikey::web {
namespace {

TrialWords words(int status, std::string title, std::string explanation, std::string advice) {
    return {status, {std::move(title), std::move(explanation), std::move(advice), "/dashboard", "To the dashboard"}};
}

}  // namespace

std::string TrialWords::sentence() const {
    return text.advice.empty() ? text.explanation : text.explanation + " " + text.advice;
}

TrialWords words_of(service::TrialObstacle obstacle) {
    using enum service::TrialObstacle;
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
            return words(409, "Your key is switched off", "The organizer has switched your key off for now.", "");
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

TrialWords words_of(base::Errc failure) {
    switch (failure) {
        case base::Errc::unauthenticated:
            return words(502, "Key not accepted", "OpenRouter does not accept this key: it has expired or was ended.",
                         "Reload the dashboard; if it still shows the key, tell the organizer.");
        case base::Errc::forbidden:
            return words(403, "Refused by OpenRouter",
                         "OpenRouter refused: the key's daily cap is reached, or it may not use this model.",
                         "Look at what is left today, or try another model.");
        case base::Errc::not_found:
            return words(404, "No such model", "OpenRouter has no such model, or none that this key may use.",
                         "Check its name.");
        case base::Errc::invalid_input:
            return words(400, "Not accepted by OpenRouter", "OpenRouter did not accept the request.",
                         "Check the model's name.");
        case base::Errc::rate_limited:
            return words(503, "OpenRouter asks to slow down", "OpenRouter asks to slow down.",
                         "Try again in a minute.");
        case base::Errc::misconfigured:
        case base::Errc::upstream_refused:
        case base::Errc::upstream_down:
        case base::Errc::conflict:
        case base::Errc::store_unavailable:
        case base::Errc::store_unwritable:
        case base::Errc::overloaded:
        case base::Errc::internal:
            break;
    }
    return words(502, "OpenRouter did not answer", "OpenRouter cannot be reached just now, or its answer broke off.",
                 "That is not your key's fault. Try again in a minute.");
}

}  // namespace llmapikey::web
