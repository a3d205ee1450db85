#include "keys/key_search_routes.hpp"

#include <boost/json/object.hpp>

#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "keys/grant_json.hpp"
#include "keys/key_fields.hpp"
#include "keys/key_search.hpp"
#include "keys/pasted_key.hpp"
#include "providers/known_providers.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

net::Response to_found(const FoundKey& found) {
    const auto to_account = [](const Grant& grant, std::string_view result) {
        return redirect(303, "/admin/people/" + grant.github_user_id.text() + "?result=" + std::string(result));
    };
    if (found.grant) return to_account(*found.grant, "found-key");
    if (found.ended.size() == 1) return to_account(found.ended.front().grant, "perhaps-ended");
    return redirect(303, found.ended.empty() ? "/admin/people?result=unknown-key"
                                             : "/admin/people?result=perhaps-ended&q=" +
                                                   base::to_percent_encoded(found.ended.front().grant.key_hint));
}

}  // namespace

net::Response KeySearchRoutes::search_page(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const std::string pasted = fields->text("q");
    const std::string hint = hint_of_shortened(pasted);
    if (hint.empty() && is_cut_off(pasted)) return redirect(303, "/admin/people?result=part-of-key");
    const base::Secret raw_key = hint.empty() ? raw_key_in(pasted) : base::Secret();
    if (!raw_key.empty()) {
        const auto found = find_by_raw_key(admin_store, issuance, raw_key);
        return found ? to_found(*found) : error_response(context, found.error());
    }
    auto said =
        filters_of([&](std::string_view name) { return name == "q" && !hint.empty() ? hint : fields->text(name); });
    // The page's own order needs no word.
    const std::string sort = fields->text("sort"), direction = fields->text("dir");
    if (!sort.empty() && sort != "today") said.emplace_back("sort", sort);
    if (!direction.empty()) said.emplace_back("dir", direction);
    const std::string query = base::to_query_string(said);
    return redirect(303, query.empty() ? "/admin/people" : "/admin/people?" + query);
}

net::Response KeySearchRoutes::search(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const std::string pasted = fields->text("key");
    const std::string hint = hint_of_shortened(pasted);
    if (!hint.empty()) {
        return api_error(context,
                         {base::Errc::invalid_input,
                          "key must be a whole key, and this one is shortened: look for its last characters with "
                          "GET /api/v1/keys?q=" +
                              hint,
                          {}});
    }
    const base::Secret raw_key = raw_key_in(pasted);
    if (raw_key.empty() || is_cut_off(pasted)) {
        return api_error(context,
                         {base::Errc::invalid_input, "key must be a whole key: " + key_form(usual_provider()), {}});
    }
    const auto found = find_by_raw_key(admin_store, issuance, raw_key);
    if (!found) return api_error(context, found.error());
    json::object body{{"key", nullptr}, {"perhaps_ended", base::json_list(found->ended)}};
    if (found->grant) body["key"] = to_json(*found->grant);
    return api_answer(200, body);
}

}  // namespace llmapikey
