#pragma once

#include <boost/json/object.hpp>
#include <functional>

#include "base/json_values.hpp"
#include "http/context.hpp"
#include "http/request_fields.hpp"

// Answers that handlers of the JSON API share.
namespace llmapikey {

net::Response api_answer(int status, const boost::json::value& body);
// Answers {name: [...]} with items that have a to_json().
template <class Item>
net::Response answer_list(const char* name, const std::vector<Item>& items) {
    return api_answer(200, boost::json::object{{name, base::json_list(items)}});
}
// Answers {name: [...], "next_cursor": ...}. An empty `next_cursor` means the last page and becomes
// null.
template <class Item>
net::Response answer_page(const char* name, const std::vector<Item>& items, const std::string& next_cursor) {
    boost::json::object body{{name, base::json_list(items)}, {"next_cursor", nullptr}};
    if (!next_cursor.empty()) body["next_cursor"] = next_cursor;
    return api_answer(200, body);
}
// Answers {"status", "message"}, for programs that post to pages.
net::Response status_answer(int status, std::string_view word, std::string_view message);
// Answers application/problem+json to admins, with the same detail as the operator's log. Statuses
// from 500 on are logged.
net::Response api_error(const Context& context, const base::Error& error);
net::Response api_not_found(const Context& context);

// Returns the query field "limit", or `fallback` if it is absent. invalid_input: it is not a number
// from 1 to `most`.
base::Result<int> limit_of(const Context& context, int fallback, int most);

}  // namespace llmapikey
