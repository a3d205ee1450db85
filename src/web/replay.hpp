#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/context.hpp"
#include "web/routes.hpp"

// What becomes of a request whose Idempotency-Key came before.
namespace llmapikey::web {

// Whether a route is carried out each time, whatever its key: looking at somebody's key changes nothing, and each look
// is checked and recorded.
bool is_recorded_each_time(const Route& route);

// The field of the route's answer that shows a secret, which is looked at before the answer is given again. Empty: its
// answers show none.
std::string_view secret_field_of(const Route& route);

// The first request is not done, or was interrupted and counts as dead within this time.
net::Response under_way_response(const Services& services, const Context& context, base::Seconds ends_within);

// The answer of the first request once more; `bound_to`: what its body was sealed with. 410: the secret that it shows
// is none any more. Showing a token or the secret of a webhook again is recorded.
net::Response replay(const Services& services, const Context& context, const service::StoredAnswer& stored,
                     const std::string& bound_to);

}  // namespace llmapikey::web
