#include "people/people_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/answers/api_answer.hpp"
#include "http/form.hpp"
#include "people/people_json.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr int people_max = 1000;

}  // namespace

net::Response PeopleRoutes::list(const Context& context) const {
    const Form fields(context.request.query);
    auto query = parse_people_query([&](std::string_view name) { return fields.value(name); }, clock.now());
    const auto limit = limit_of(context, 100, people_max);
    if (!query) return api_error(context, query.error());
    if (!limit) return api_error(context, limit.error());
    query->limit = *limit;
    query->cursor = fields.value("cursor");
    const auto part = people.list(*query);
    if (!part) return api_error(context, part.error());
    const auto counts = people.count(*query);
    if (!counts) return api_error(context, counts.error());
    json::array list;
    for (const Person& person : part->people)
        list.push_back(to_json(person, query->now));
    json::object body{{"people", std::move(list)}, {"total", nullptr}, {"next_cursor", nullptr}};
    if (counts->is_complete) body["total"] = counts->in(query->state);
    if (!part->next_cursor.empty()) body["next_cursor"] = part->next_cursor;
    return api_answer(200, body);
}

}  // namespace llmapikey
