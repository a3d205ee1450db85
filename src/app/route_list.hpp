#pragma once

#include <string_view>
#include <vector>

namespace llmapikey::app {

// A route as operators and tests read it, in the words of the table that decides
// (app/route_table.cpp).
struct RouteRow {
    std::string_view method, path;
    std::string_view who;    // anyone, session, admin, operator
    bool needs_evidence;     // changes something: asks for same-origin evidence or a CSRF token
    std::string_view limit;  // none, client, shared
    std::string_view scope;  // of an API token; empty: not with a token
};
std::vector<RouteRow> list_routes();

}  // namespace llmapikey::app
