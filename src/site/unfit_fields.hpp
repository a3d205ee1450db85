#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/context.hpp"

// What is refused of a request's fields before its handler sees them; nullopt: nothing.
namespace llmapikey {

// A whole key in the query, where somebody has pasted it into a search or a link. It is neither
// looked for nor repeated, and a browser is sent to `path` without it. `route`: the one that `path`
// leads to.
std::optional<net::Response> refuse_raw_key(const Context& context, const Route& route, std::string_view path);

// Whether the path of the request holds a whole key, percent-encoded or not: no answer may repeat
// it.
bool has_raw_key(std::string_view path);

// For the log. Of a path that holds a whole key, what stands before the key, and the key's last
// four characters.
std::string loggable_path(std::string_view path);

// Fields that the route does not take (http/field_check.hpp).
std::optional<net::Response> refuse_unknown_fields(const Context& context);

}  // namespace llmapikey
