#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/context.hpp"

// Checks of a request before its handler runs; nullopt means that nothing is refused.
namespace llmapikey {

// Refuses a whole key in the query, which somebody pasted into a search or a link. The key is
// neither looked up nor repeated, and a browser is redirected to `path` without it. `route` is the
// route of `path`.
std::optional<net::Response> refuse_raw_key(const Context& context, const Route& route, std::string_view path);

// Returns whether the path contains a whole key, percent-encoded or not. No answer may repeat such
// a path.
bool has_raw_key(std::string_view path);

// Returns the path for the log. If it contains a whole key, only the text before the key and the
// masked key are kept.
std::string loggable_path(std::string_view path);

// Refuses fields that the route does not take (http/field_check.hpp).
std::optional<net::Response> refuse_unknown_fields(const Context& context);

}  // namespace llmapikey
