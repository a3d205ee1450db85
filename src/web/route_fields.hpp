#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "web/routes.hpp"

// The fields that each route takes. A request with any other field, or with one of another kind, is refused before its
// handler sees it: what is asked for must not become something wider because a field was misspelt or left out.
namespace llmapikey::web {

enum class FieldKind {
    text,
    id,         // text or a whole number: ids of accounts are both
    number,     // a number, or text that is one
    typed,      // a number, or whatever was typed in its place: the page says what is wrong with it
    flag,       // true or false, or as text "true", "1", "false", "0"
    text_list,  // texts; in forms and queries: may be repeated
};

struct Field {
    std::string_view name;
    FieldKind kind;
};

struct RouteFields {
    std::string_view method, path;
    std::span<const Field> query;  // in the address
    std::span<const Field> body;   // in a form or a JSON object; `csrf_token` is always allowed there
};

// Every route that takes fields. A route that is not among them takes none.
std::span<const RouteFields> route_fields();

// The fields of one route; both lists are empty if it takes none.
RouteFields fields_of(const Route& route);

// invalid_input, naming the field and, where a known one is like it, that one. Unknown fields in the address count only
// under /admin and /api/v1: elsewhere other sites and programs add their own to links.
base::Result<void> check_fields(const Route& route, const net::Request& request);

// Whether every field of a query can be decoded.
bool is_decodable(std::string_view query);

}  // namespace llmapikey::web
