#pragma once

#include <optional>
#include <string>

#include "web/context.hpp"
#include "web/routes.hpp"

// What becomes of a request whose Idempotency-Key came before.
namespace llmapikey::web {

// Whether a route is carried out each time, whatever its key: looking at somebody's key changes nothing, and each look
// is checked and recorded.
bool is_recorded_each_time(const Route& route);

// The first request is not done, or was interrupted and counts as dead within this time.
net::Response under_way_response(const Services& services, const Context& context, base::Seconds ends_within);

// Nullopt: the answer of the first request, `body`, may be given again. It may not if it shows the caller's own key,
// and that is another one by now.
std::optional<net::Response> refuse_replay(const Services& services, const Context& context, const std::string& body);

}  // namespace llmapikey::web
