#include "keys/issue_answer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/context.hpp"

namespace llmapikey {

namespace {

std::string queue_message(const IssueAnswer& answer) {
    if (!answer.place) return "Your key is about to be made. Ask again in a few seconds.";
    if (*answer.place == 1) return "You are the next in the queue. Ask again in a few seconds.";
    return "You are number " + std::to_string(*answer.place) + " in the queue. Ask again in a few seconds.";
}

}  // namespace

IssueWording wording_of(const IssueAnswer& answer, std::string_view provider) {
    switch (answer.status) {
        case IssueStatus::created:
            return {"created", "created", 200, "Your key is ready."};
        case IssueStatus::exists:
            if (answer.raw_key.empty())
                return {"exists", "", 200,
                        "You already have a key. It was shown when it was made, and is not kept here."};
            return {"exists", "", 200, "You already have this key."};
        case IssueStatus::in_progress:
            return {"in_progress", "in-progress", 202, "Your key is being made. Ask again in a few seconds."};
        case IssueStatus::queued:
            return {"in_progress", "", 202, queue_message(answer)};
        case IssueStatus::sorting_out:
            return {"in_progress", "", 202,
                    with_provider("{provider} did not say whether it made the key. This is being sorted out; ask again "
                                  "in half a minute.",
                                  provider)};
        case IssueStatus::paused:
            return {"paused", "paused", 403, "New keys are paused. Keys already handed out keep working."};
        case IssueStatus::full:
            return {"full", "full", 409, "All keys have been handed out. Ask the organizer for more room."};
        case IssueStatus::on_hold:
            return {"error", "on-hold", 403,
                    "You may take no key now. Your dashboard says why, and when you may take another."};
        case IssueStatus::no_key:
            return {"error", "no-key", 404, "You have no key that could be replaced."};
        case IssueStatus::switched_off:
            return {"error", "switched-off", 403,
                    "The organizer has switched your key off, so it can be neither replaced nor given back."};
        case IssueStatus::failed:
            break;
    }
    const bool is_limited = answer.error.code == base::Errc::rate_limited;
    return {"error", is_limited ? "rate-limited" : "upstream", status_of(answer.error.code),
            "No key could be made just now, and nothing was left behind. Try again in a minute."};
}

net::Response issue_json(const IssueWording& wording, const IssueAnswer* answer, ShowKey show,
                         base::Seconds retry_after) {
    boost::json::object body;
    body["status"] = wording.status;
    if (answer != nullptr && answer->grant) {
        const bool has_key = !answer->raw_key.empty();
        if (has_key && show == ShowKey::yes) body["key"] = answer->raw_key.reveal();
        body["hint"] = answer->grant->key_hint;
    }
    body["message"] = wording.message;
    net::Response response = uncached_response(wording.http_status, "application/json", boost::json::serialize(body));
    const bool is_busy = wording.http_status == 503 || wording.http_status == 429 || wording.http_status == 202;
    if (retry_after.count() == 0 && is_busy) retry_after = base::Seconds{wording.http_status == 202 ? 2 : 5};
    if (retry_after.count() > 0) response.set("Retry-After", std::to_string(retry_after.count()));
    return response;
}

}  // namespace llmapikey
