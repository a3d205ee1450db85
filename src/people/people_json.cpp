#include "people/people_json.hpp"

#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "keys/grant_json.hpp"
#include "people/person_state.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

json::object to_json(const PersonKey& key) {
    return {{"id", key.id},
            {"status", to_text(key.status)},
            {"hint", key.hint},
            {"daily_limit_usd", key.daily_limit.usd()},
            {"disabled", key.is_disabled},
            {"missing", key.is_missing},
            {"last_used_at", base::time_or_null(key.last_used_at)},
            {"created_at", base::to_rfc3339(key.created_at)},
            {"expires_at", base::to_rfc3339(key.expires_at)}};
}

json::object to_json(const FormerKey& key) {
    return {{"id", key.id},
            {"hint", key.hint},
            {"created_at", base::to_rfc3339(key.created_at)},
            {"ended_at", base::time_or_null(key.ended_at)},
            {"actor", key.actor},
            {"reason", key.reason}};
}

}  // namespace

json::object to_json(const Person& person, base::Timestamp now) {
    json::object object{{"github_user_id", nullptr},
                        {"github_username", person.login},
                        {"name", person.name},
                        {"expected", !person.expected_id.empty()},
                        {"state", to_text(state_of(person, now))}};
    if (person.github_user_id) object["github_user_id"] = person.github_user_id->text();
    object["spent_today_usd"] = person.today.usd();
    object["spent_usd"] = person.total.usd();
    object["key"] = person.key ? json::value(to_json(*person.key)) : json::value(nullptr);
    object["former_key"] = person.former ? json::value(to_json(*person.former)) : json::value(nullptr);
    object["hold"] = to_json(person.hold);
    return object;
}

}  // namespace llmapikey
