#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/routes.hpp"

namespace llmapikey::web {

// Which of the routes are looked at: admins' routes are looked for apart, and only for admins.
enum class Part { open, admin };

// What stands in the place of "{id}" ("" where the pattern has none); nullopt if the path does not fit.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path);

// The route of this path: first the one of this method, else any, so that 404 and 405 are told apart. Null: none.
const Route* find_route(std::string_view method, std::string_view path, Part part);
const Route* find_route(const net::Request& request, Part part);

// The methods of all routes of this path, as the header Allow has them.
std::string allowed_methods(std::string_view path);

// The path without the slash at its end, which people type and proxies add; empty: it has not exactly one.
std::string_view without_slash(std::string_view path);

}  // namespace llmapikey::web
