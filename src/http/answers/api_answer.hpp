#pragma once

#include <boost/json/object.hpp>
#include <functional>

#include "base/json_values.hpp"
#include "http/context.hpp"
#include "http/request_fields.hpp"

// What handlers of the JSON API have in common.
namespace llmapikey {

net::Response api_answer(int status, const boost::json::value& body);
// {name: [...]}, of items for which there is a to_json().
template <class Item>
net::Response answer_list(const char* name, const std::vector<Item>& items) {
    return api_answer(200, boost::json::object{{name, base::json_list(items)}});
}
// {name: [...], "next_cursor": ...}; empty: this is the last page, and it is null.
template <class Item>
net::Response answer_page(const char* name, const std::vector<Item>& items, const std::string& next_cursor) {
    boost::json::object body{{name, base::json_list(items)}, {"next_cursor", nullptr}};
    if (!next_cursor.empty()) body["next_cursor"] = next_cursor;
    return api_answer(200, body);
}
// {"status", "message"}, for programs that post to pages.
net::Response status_answer(int status, std::string_view word, std::string_view message);
// application/problem+json. For admins: says what the operator's log would say. A failure of ours
// is logged.
net::Response api_error(const Context& context, const base::Error& error);
net::Response api_not_found(const Context& context);

// "limit", from 1 to `most`, or `fallback`; invalid_input.
base::Result<int> limit_of(const Context& context, int fallback, int most);

}  // namespace llmapikey
