#include "sandbox/openrouter_lookalike.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sandbox/openrouter_chat.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::string_view base_path = "/api/v1";
constexpr std::string_view default_workspace = "00000000-0000-4000-8000-000000000001";
constexpr const char* creator = "user_sandbox_owner";
constexpr std::size_t page_size = 100;
constexpr base::MicroUsd total_credits{1'000'000'000};

std::string bearer_of(const net::Request& request) {
    const std::string_view value = request.header("authorization");
    return value.size() > 7 && base::equal_ignoring_case(value.substr(0, 7), "bearer ") ? std::string(value.substr(7))
                                                                                        : "";
}

json::value dollars(const std::optional<base::MicroUsd>& amount) {
    return amount ? json::value(amount->usd()) : json::value(nullptr);
}

json::value time_text(const std::optional<base::Timestamp>& time) {
    return time ? json::value(base::to_rfc3339(*time)) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string label_of(const SimulatedKey& key) {
    return key.raw_key.substr(0, 12) + "..." + key.raw_key.substr(key.raw_key.size() - 3);
}

// What GET /key and the key object have in common.
json::object limits_of(const SimulatedKey& key) {
    json::object data;
    data["label"] = label_of(key);
    data["limit"] = dollars(key.limit);
    data["limit_remaining"] = dollars(remaining(key));
    data["limit_reset"] = text_or_null(key.limit_reset);
    data["include_byok_in_limit"] = key.include_byok_in_limit;
    data["usage"] = key.usage.usd();
    data["usage_daily"] = key.usage_daily.usd();
    data["usage_weekly"] = key.usage_weekly.usd();
    data["usage_monthly"] = key.usage_monthly.usd();
    for (const char* name : {"byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"})
        data[name] = 0;
    data["expires_at"] = time_text(key.expires_at);
    data["creator_user_id"] = creator;
    return data;
}

json::object key_object(const SimulatedKey& key) {
    json::object data = limits_of(key);
    data["hash"] = key.hash;
    data["name"] = key.name;
    data["disabled"] = key.is_disabled;
    data["created_at"] = base::to_rfc3339(key.created_at);
    data["updated_at"] = time_text(key.updated_at);
    data["workspace_id"] = key.workspace_id;
    data["external_user"] = nullptr;
    return data;
}

net::Response data_answer(int status, json::value data) {
    json::object root;
    root["data"] = std::move(data);
    return json_answer(status, json::serialize(root));
}

std::optional<json::object> parse_object(const std::string& body) {
    json::error_code ec;
    json::value value = json::parse(body, ec);
    if (ec || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

// Text of the first complaint; empty if all is well. Takes what is there into `key`.
std::string take_limit(const json::object& fields, SimulatedKey& key) {
    if (const json::value* limit = fields.if_contains("limit")) {
        if (!limit->is_null() && !(limit->is_number() && limit->to_number<double>() >= 0))
            return "limit must be a number of at least 0";
        key.limit =
            limit->is_null() ? std::nullopt : std::optional(base::MicroUsd::from_usd(limit->to_number<double>()));
    }
    if (const json::value* reset = fields.if_contains("limit_reset")) {
        const std::string text = reset->is_string() ? std::string(reset->get_string()) : "";
        const bool is_known = text == "daily" || text == "weekly" || text == "monthly";
        if (!reset->is_null() && !is_known) return "limit_reset must be daily, weekly, monthly or null";
        key.limit_reset = text;
    }
    if (const json::value* byok = fields.if_contains("include_byok_in_limit")) {
        if (!byok->is_bool()) return "include_byok_in_limit must be a boolean";
        key.include_byok_in_limit = byok->get_bool();
    }
    return {};
}

std::string take_name(const json::object& fields, SimulatedKey& key) {
    const json::value* name = fields.if_contains("name");
    if (name == nullptr || !name->is_string() || name->get_string().empty()) return "name must be a non-empty string";
    key.name = std::string(name->get_string());
    return {};
}

std::string take_placement(const json::object& fields, SimulatedKey& key) {
    key.workspace_id = default_workspace;
    if (const json::value* expires = fields.if_contains("expires_at"); expires != nullptr && !expires->is_null()) {
        const std::string text = expires->is_string() ? std::string(expires->get_string()) : "";
        key.expires_at = base::parse_rfc3339(text);
        if (!key.expires_at || text.back() != 'Z') return "expires_at must be an RFC 3339 time in UTC with seconds";
    }
    if (const json::value* workspace = fields.if_contains("workspace_id")) {
        if (!workspace->is_string() || workspace->get_string().size() != 36) return "workspace_id must be a UUID";
        key.workspace_id = std::string(workspace->get_string());
    }
    return {};
}

std::string query_value(const std::string& query, std::string_view name) {
    for (const std::string_view part : base::split(query, '&')) {
        const auto equals = part.find('=');
        if (part.substr(0, equals) != name || equals == std::string_view::npos) continue;
        return base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true).value_or("");
    }
    return {};
}

}  // namespace

net::Response openrouter_error(int status, const std::string& message) {
    json::object root;
    root["error"] = {{"code", status}, {"message", message}, {"metadata", nullptr}};
    if (status == 402) root["user_id"] = creator;  // as the real one does: never to be passed on
    return json_answer(status, json::serialize(root));
}

net::Response OpenRouterLookalike::refuse(const net::Request&, int status) {
    return openrouter_error(status, "Request refused");
}

net::Response OpenRouterLookalike::handle(const net::Request& request) {
    if (auto control = faults_.control(request)) return std::move(*control);
    if (request.path == "/sandbox/ledger") return ledger_answer();
    if (request.path == "/sandbox/spend" && request.method == "POST") return spend(request.body);
    if (!request.path.starts_with(base_path)) return openrouter_error(404, "Not Found");
    std::string path = request.path.substr(base_path.size());
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    net::Response response = faults_.apply(request.method, path, [&] { return route(request, path); });
    response.set("Access-Control-Allow-Origin", "*").set("Access-Control-Allow-Headers", "Authorization, Content-Type");
    return response;
}

net::Response OpenRouterLookalike::route(const net::Request& request, const std::string& path) {
    if (request.method == "OPTIONS") return json_answer(204, "");
    const std::lock_guard lock(mutex_);
    if (path == "/models" && request.method == "GET") return list_models();
    if ((path == "/key" || path == "/auth/key") && request.method == "GET") return own_key(request);
    if (path == "/chat/completions" && request.method == "POST") return chat(request);
    const bool is_administration =
        path == "/keys" || path.starts_with("/keys/") || path == "/credits" || path == "/activity";
    if (!is_administration) return openrouter_error(404, "Not Found");
    const std::string bearer = bearer_of(request);
    if (bearer.empty()) return openrouter_error(401, "Missing Authentication header");
    if (!base::equal_constant_time(bearer, management_key_)) {
        const bool is_ordinary = ledger_.find_by_raw_key(bearer) != nullptr;
        return is_ordinary ? openrouter_error(403, "Only management keys can perform this operation")
                           : openrouter_error(401, "Invalid management key");
    }
    return administer(request, path);
}

net::Response OpenRouterLookalike::administer(const net::Request& request, const std::string& path) {
    if (path == "/credits") return credits();
    if (path == "/activity") return data_answer(200, json::array{});
    if (path == "/keys" && request.method == "POST") return create_key(request.body);
    if (path == "/keys" && request.method == "GET") return list_keys(request.query);
    if (path == "/keys") return openrouter_error(405, "Method Not Allowed");
    SimulatedKey* key = ledger_.find_by_hash(path.substr(6));
    if (key == nullptr) return openrouter_error(404, "API key not found");
    if (request.method == "GET") return data_answer(200, key_object(*key));
    if (request.method == "PATCH") return update_key(*key, request.body);
    if (request.method != "DELETE") return openrouter_error(405, "Method Not Allowed");
    key->deleted_at = clock_.now();
    return json_answer(200, "{\"deleted\":true}");
}

net::Response OpenRouterLookalike::create_key(const std::string& body) {
    const auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    SimulatedKey wish;
    std::string complaint = take_name(*fields, wish);
    if (complaint.empty()) complaint = take_limit(*fields, wish);
    if (complaint.empty()) complaint = take_placement(*fields, wish);
    if (!complaint.empty()) return openrouter_error(400, complaint);
    const SimulatedKey& key = ledger_.create(std::move(wish));
    json::object root;
    root["data"] = key_object(key);
    root["key"] = key.raw_key;
    return json_answer(201, json::serialize(root));
}

net::Response OpenRouterLookalike::list_keys(const std::string& query) {
    const std::string offset_text = query_value(query, "offset");
    const auto offset = base::parse_whole_number(offset_text.empty() ? "0" : offset_text);
    if (!offset) return openrouter_error(400, "offset must be an integer of at least 0");
    const bool includes_disabled = query_value(query, "include_disabled") == "true";
    std::string workspace = query_value(query, "workspace_id");
    if (workspace.empty()) workspace = default_workspace;
    json::array data;
    std::int64_t skipped = 0;
    for (const SimulatedKey* key : ledger_.newest_first()) {
        if (key->deleted_at || key->workspace_id != workspace || (key->is_disabled && !includes_disabled)) continue;
        if (skipped++ < *offset) continue;
        if (data.size() == page_size) break;
        data.push_back(key_object(*key));
    }
    return data_answer(200, std::move(data));
}

net::Response OpenRouterLookalike::update_key(SimulatedKey& key, const std::string& body) {
    const auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    SimulatedKey changed = key;
    std::string complaint = fields->if_contains("name") != nullptr ? take_name(*fields, changed) : "";
    if (complaint.empty()) complaint = take_limit(*fields, changed);
    if (const json::value* disabled = fields->if_contains("disabled")) {
        if (!disabled->is_bool()) complaint = "disabled must be a boolean";
        if (disabled->is_bool()) changed.is_disabled = disabled->get_bool();
    }
    if (!complaint.empty()) return openrouter_error(400, complaint);
    changed.updated_at = clock_.now();
    key = std::move(changed);
    return data_answer(200, key_object(key));
}

net::Response OpenRouterLookalike::credits() const {
    return data_answer(200, {{"total_credits", total_credits.usd()}, {"total_usage", ledger_.total_spent().usd()}});
}

net::Response OpenRouterLookalike::own_key(const net::Request& request) {
    const SimulatedKey* key = ledger_.find_by_raw_key(bearer_of(request));
    if (key == nullptr || key->is_disabled) return openrouter_error(401, "User not found.");
    if (key->expires_at && *key->expires_at <= clock_.now()) return openrouter_error(401, "User not found.");
    json::object data = limits_of(*key);
    data["is_free_tier"] = false;
    data["is_management_key"] = false;
    data["is_provisioning_key"] = false;
    data["rate_limit"] = {
        {"requests", -1}, {"interval", "10s"}, {"note", "This field is deprecated and safe to ignore."}};
    data["workspace_id"] = key->workspace_id;
    data["organization_id"] = nullptr;
    data["allowed_data_regions"] = json::array{};
    data["free_model_daily_requests"] = {{"limit", 1000}, {"used", 0}, {"remaining", 1000}};
    return data_answer(200, std::move(data));
}

net::Response OpenRouterLookalike::chat(const net::Request& request) {
    const std::string bearer = bearer_of(request);
    if (bearer.empty()) return openrouter_error(401, "No auth credentials found");
    if (base::equal_constant_time(bearer, management_key_)) {
        return openrouter_error(401, "Management keys cannot be used for inference");
    }
    SimulatedKey* key = ledger_.find_by_raw_key(bearer);
    if (key == nullptr) return openrouter_error(401, "User not found.");
    if (key->is_disabled) return openrouter_error(401, "This API key is disabled.");
    if (key->expires_at && *key->expires_at <= clock_.now()) return openrouter_error(401, "User not found.");
    return complete_chat(ledger_, *key, request.body, clock_.now());
}

net::Response OpenRouterLookalike::ledger_answer() {
    const std::lock_guard lock(mutex_);
    json::array keys;
    for (const SimulatedKey* key : ledger_.newest_first()) {
        json::object entry = key_object(*key);
        entry["deleted_at"] = time_text(key->deleted_at);
        entry["hint"] = key->raw_key.substr(key->raw_key.size() - 4);
        keys.push_back(std::move(entry));
    }
    json::object calls;
    for (const auto& [call, count] : faults_.call_counts())
        calls[call] = count;
    json::object root;
    root["keys"] = std::move(keys);
    root["calls"] = std::move(calls);
    return json_answer(200, json::serialize(root));
}

net::Response OpenRouterLookalike::spend(const std::string& body) {
    const auto fields = parse_object(body);
    const json::value* hash = fields ? fields->if_contains("hash") : nullptr;
    const json::value* amount = fields ? fields->if_contains("usd") : nullptr;
    if (hash == nullptr || !hash->is_string() || amount == nullptr || !amount->is_number()) {
        return openrouter_error(400, "hash and usd are needed");
    }
    const std::lock_guard lock(mutex_);
    SimulatedKey* key = ledger_.find_by_hash(std::string(hash->get_string()));
    if (key == nullptr) return openrouter_error(404, "API key not found");
    ledger_.spend(*key, base::MicroUsd::from_usd(amount->to_number<double>()));
    return data_answer(200, key_object(*key));
}

OpenRouterLookalike::Seeded OpenRouterLookalike::seed_key(const std::string& name, base::MicroUsd limit,
                                                          base::MicroUsd spent, base::Timestamp expires_at) {
    const std::lock_guard lock(mutex_);
    SimulatedKey wish;
    wish.name = name;
    wish.workspace_id = default_workspace;
    wish.limit = limit;
    wish.limit_reset = "daily";
    wish.include_byok_in_limit = true;
    wish.expires_at = expires_at;
    SimulatedKey& key = ledger_.create(std::move(wish));
    ledger_.spend(key, spent);
    return {key.hash, key.raw_key};
}

}  // namespace llmapikey::sandbox
