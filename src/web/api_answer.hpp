#pragma once

#include <boost/json/value.hpp>
#include <functional>

#include "web/context.hpp"
#include "web/request_fields.hpp"

// What handlers of the JSON API have in common.
namespace llmapikey::web {

net::Response api_answer(int status, const boost::json::value& body);
// {"status", "message"}, for programs that post to pages.
net::Response status_answer(int status, std::string_view word, std::string_view message);
// application/problem+json. For admins: says what the operator's log would say. A failure of ours is logged.
net::Response api_error(const Services& services, const Context& context, const base::Error& error);
net::Response api_not_found(const Services& services, const Context& context);

// A reason that is needed, as domain::check_text().
base::Result<std::string> reason_of(const RequestFields& fields);

// Why a key is ended or an account held, and for how long.
struct ReasonAndHold {
    std::string reason;
    std::optional<domain::Hold> hold;
};
// "reason" as reason_of(); "hold": "none", "forever" or a duration; absent: none. invalid_input.
base::Result<ReasonAndHold> reason_and_hold_of(const RequestFields& fields, base::Timestamp now);
// "disabled" and "daily_limit_usd"; invalid_input: one of them makes no sense.
base::Result<service::KeyChange> change_of(const RequestFields& fields);
// "former_secret_hours": how long the former secret of a webhook goes on signing; absent: the default. invalid_input.
base::Result<std::chrono::hours> former_secret_hours_of(const RequestFields& fields);
// "limit", from 1 to `most`, or `fallback`; invalid_input.
base::Result<int> limit_of(const Context& context, int fallback, int most);

}  // namespace llmapikey::web
