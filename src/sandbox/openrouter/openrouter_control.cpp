#include "sandbox/openrouter/openrouter_control.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string_view>
#include <vector>

#include "base/encoding.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/openrouter/openrouter_key_json.hpp"
#include "sandbox/openrouter/openrouter_models.hpp"
#include "sandbox/openrouter/openrouter_refusals.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::int64_t seeded_max = 1'000'000;  // in one request
constexpr std::int64_t seconds_max = std::int64_t{100} * 366 * 86'400;

std::string with_number(const std::string& pattern, std::int64_t number) {
    const auto place = pattern.find("{}");
    return place == std::string::npos ? pattern : std::string(pattern).replace(place, 2, std::to_string(number));
}

// Returns the names of the keys to make; empty if the body names none, or too many.
std::vector<std::string> names_of(const json::object& fields) {
    std::vector<std::string> names;
    if (const json::value* list = fields.if_contains("names"); list != nullptr && list->is_array()) {
        for (const json::value& name : list->get_array()) {
            if (!name.is_string() || name.get_string().empty()) return {};
            names.emplace_back(name.get_string());
        }
        return names;
    }
    const std::string pattern = text_of(fields, "name");
    const std::int64_t count = number_of(fields, "count", 1);
    if (pattern.empty() || count < 1 || count > seeded_max) return {};
    for (std::int64_t number = 1; number <= count; ++number)
        names.push_back(with_number(pattern, number));
    return names;
}

bool is_within_a_century(std::int64_t seconds) {
    return seconds >= -seconds_max && seconds <= seconds_max;
}

}  // namespace

std::optional<net::Response> OpenRouterControl::handle(const net::Request& request) {
    const bool is_get = request.method == "GET", is_post = request.method == "POST";
    if (request.path == "/sandbox/ledger" && is_get) return ledger_answer(request.query);
    if (request.path == "/sandbox/spend" && is_post) return spend(request.body);
    if (request.path == "/sandbox/seed" && is_post) return seed(request.body);
    if (request.path == "/sandbox/clock" && is_get) return clock_answer();
    if (request.path == "/sandbox/clock" && is_post) return set_clock(request.body);
    if (request.path == "/sandbox/management" && is_post) return set_rights(request.body);
    if (request.path == "/sandbox/chat" && is_post) return set_chat(request.body);
    return std::nullopt;
}

// Each entry becomes text on its own: all entries as objects at once would need several times the
// memory.
net::Response OpenRouterControl::ledger_answer(std::string_view query) const {
    const bool is_live_only = query_value(query, "live") == "true";
    const std::string prefix = query_value(query, "name_prefix"), fields = query_value(query, "fields");
    const auto only = fields.empty() ? std::vector<std::string_view>{} : base::split(fields, ',');
    std::string body = "{\"keys\":[";
    std::size_t count = 0;
    for (auto key = ledger_.all().rbegin(); key != ledger_.all().rend(); ++key) {
        if (is_live_only && (*key)->deleted_at) continue;
        if (!(*key)->settings.name.starts_with(prefix)) continue;
        if (count++ > 0) body += ',';
        body += json::serialize(ledger_entry(**key, clock_.now(), only));
    }
    json::object calls;
    for (const auto& [call, times] : faults_.call_counts())
        calls[call] = times;
    body += "],\"count\":" + std::to_string(count) + ",\"calls\":" + json::serialize(calls) + "}";
    return json_answer(200, std::move(body));
}

net::Response OpenRouterControl::spend(std::string_view body) {
    const auto fields = parse_object(body);
    const std::string hash = fields ? text_of(*fields, "hash") : "";
    const json::value* amount = fields ? fields->if_contains("usd") : nullptr;
    if (hash.empty() || amount == nullptr || !amount->is_number()) {
        return openrouter_error(400, "hash and usd are needed");
    }
    const Model* model = find_model(text_of(*fields, "model", all_models().front().id));
    if (model == nullptr) return openrouter_error(400, "There is no such model");
    SimulatedKey* key = ledger_.find_by_hash(hash);
    if (key == nullptr) return openrouter_error(404, "API key not found");
    ledger_.spend(*key, model->canonical_slug, {1, 0, 0, base::MicroUsd::from_usd(amount->to_number<double>())},
                  flag_of(*fields, "byok") ? Billing::byok : Billing::credits);
    return data_answer(200, key_object(*key, clock_.now()));
}

net::Response OpenRouterControl::seed(std::string_view body) {
    auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    const std::vector<std::string> names = names_of(*fields);
    const std::int64_t ago = number_of(*fields, "created_seconds_ago", 0);
    NewKey wish;
    (*fields)["name"] = names.empty() ? "" : names.front();
    const std::string complaint = take_new_key(*fields, wish);
    if (names.empty()) return openrouter_error(400, "names, or name and a count from 1 to 1000000, are needed");
    if (!is_within_a_century(ago)) return openrouter_error(400, "created_seconds_ago is too much");
    if (!complaint.empty()) return openrouter_error(400, complaint);
    wish.settings.is_disabled = flag_of(*fields, "disabled");
    std::vector<NewKey> wishes(names.size(), wish);
    for (std::size_t i = 0; i < names.size(); ++i)
        wishes[i].settings.name = names[i];
    const auto keys = ledger_.create_all(std::move(wishes), base::Seconds{ago});
    json::object root;
    root["created"] = keys.size();
    if (flag_of(*fields, "hashes")) {
        json::array& hashes = root.emplace("hashes", json::array{}).first->value().get_array();
        for (const SimulatedKey* key : keys)
            hashes.emplace_back(key->hash);
    }
    return json_answer(201, json::serialize(root));
}

net::Response OpenRouterControl::set_clock(std::string_view body) {
    const auto fields = parse_object(body);
    const std::int64_t skew = fields ? number_of(*fields, "skew_seconds", seconds_max + 1) : seconds_max + 1;
    if (!is_within_a_century(skew)) return openrouter_error(400, "skew_seconds must be a whole number of seconds");
    clock_.set_skew(base::Seconds{skew});
    return clock_answer();
}

net::Response OpenRouterControl::set_rights(std::string_view body) {
    const auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    const std::string workspace = text_of(*fields, "workspace_id");
    if (!workspace.empty() && !base::is_uuid(workspace)) return openrouter_error(400, "workspace_id must be a UUID");
    scene_.rights = {flag_of(*fields, "is_read_only"), workspace, flag_of(*fields, "is_of_another_account")};
    return json_answer(200, json::serialize(*fields));
}

net::Response OpenRouterControl::set_chat(std::string_view body) {
    const auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    const std::string cause = text_of(*fields, "cause");
    if (!cause.empty() && !is_chat_cause(cause)) return openrouter_error(400, "There is no such cause");
    scene_.chat = {cause, static_cast<int>(number_of(*fields, "times", 1))};
    const json::value* structured = fields->if_contains("is_structured");
    scene_.has_structured_errors = structured == nullptr || !structured->is_bool() || structured->get_bool();
    return json_answer(200, json::serialize(*fields));
}

net::Response OpenRouterControl::clock_answer() const {
    json::object root;
    root["now"] = base::to_rfc3339(clock_.now());
    root["skew_seconds"] = clock_.skew().count();
    return json_answer(200, json::serialize(root));
}

}  // namespace llmapikey::sandbox
