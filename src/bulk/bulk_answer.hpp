#pragma once

#include <functional>
#include <string>

#include "http/context.hpp"

// What the JSON APIs of bulk actions have in common.
namespace llmapikey {

inline constexpr int bulks_listed_max = 200;

// Returns the problem of a number that was not confirmed, which says as "count" how many keys are
// meant now. `count` counts them.
net::Response count_problem(const Context& context, const base::Error& error,
                            const std::function<base::Result<std::int64_t>()>& count);

// Names the request by its Idempotency-Key: it decides once although the first has died. Empty: it
// has none.
std::string request_of(const Context& context);

}  // namespace llmapikey
