#include "sandbox/openrouter/openrouter_lookalike.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sandbox/openrouter/openrouter_activity.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/openrouter/openrouter_chat.hpp"
#include "sandbox/openrouter/openrouter_key_json.hpp"
#include "sandbox/openrouter/openrouter_models.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::string_view base_path = "/api/v1";
constexpr std::string_view control_path = "/sandbox/";
constexpr std::size_t page_size = 100;
// The tokens of a usual call of a script or an editor.
constexpr std::int64_t prompt_tokens = 6'000, completion_tokens = 900;

std::string bearer_of(const net::Request& request) {
    const std::string_view value = request.header("authorization");
    return value.size() > 7 && base::equal_ignoring_case(value.substr(0, 7), "bearer ") ? std::string(value.substr(7))
                                                                                        : "";
}

// Returns what follows the base path, without a slash at the end.
std::string path_of(const net::Request& request) {
    std::string_view path = request.path.substr(base_path.size());
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return std::string(path);
}

bool is_at_or_below(std::string_view path, std::string_view root) {
    return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

bool is_administration(std::string_view path) {
    return is_at_or_below(path, "/keys") || is_at_or_below(path, "/guardrails") || path == "/credits" ||
           path == "/activity";
}

bool is_inference(const net::Request& request, std::string_view path) {
    const bool is_get = request.method == "GET";
    return (is_get && (path == "/key" || path == "/auth/key" || path == "/models/user")) ||
           (request.method == "POST" && path == "/chat/completions");
}

}  // namespace

OpenRouterLookalike::OpenRouterLookalike(std::string management_key, const base::Clock& clock)
    : management_key_(std::move(management_key)),
      clock_(clock),
      ledger_(clock_),
      guardrails_(ledger_, clock_),
      control_(ledger_, clock_, faults_, scene_) {
    guardrails_.seed(guardrail_id, "Sandbox: two models", {"openai/gpt-4o-mini", "sandbox/expensive"});
}

net::Response OpenRouterLookalike::refuse(const net::Request&, int status) {
    return openrouter_error(status, "Request refused");
}

net::Response OpenRouterLookalike::handle(const net::Request& request) {
    if (request.path.starts_with(control_path)) {
        if (auto answer = faults_.control(request)) return std::move(*answer);
        if (auto answer = outage_.control(request)) return std::move(*answer);
        const std::lock_guard lock(mutex_);
        if (auto answer = control_.handle(request)) return std::move(*answer);
    }
    net::Response response =
        is_at_or_below(request.path, base_path) ? call(request) : openrouter_error(404, "Not Found");
    response.misbehavior.clock_skew = clock_.skew();
    return response;
}

net::Response OpenRouterLookalike::call(const net::Request& request) {
    const std::string path = path_of(request);
    if (auto answer = outage_.answer()) {
        faults_.count(request.method, path);
        return std::move(*answer);
    }
    const auto run = [&] { return route(request, path); };
    net::Response response =
        faults_.apply({request.method, path, request.body}, run, [&](net::Response& made) { misname(made); });
    response.set("Access-Control-Allow-Origin", "*").set("Access-Control-Allow-Headers", "Authorization, Content-Type");
    return response;
}

net::Response OpenRouterLookalike::route(const net::Request& request, std::string_view path) {
    if (request.method == "OPTIONS") return json_answer(204, "");
    const std::lock_guard lock(mutex_);
    if (path == "/models" && request.method == "GET") {
        return list_models(request.query, [](const Model&) { return true; });
    }
    if (is_inference(request, path)) return infer(request, path);
    if (!is_administration(path)) return openrouter_error(404, "Not Found");
    const std::string bearer = bearer_of(request);
    if (bearer.empty()) return openrouter_error(401, "Missing Authentication header");
    if (!base::equal_constant_time(bearer, management_key_)) {
        const bool is_ordinary = ledger_.find_by_raw_key(bearer) != nullptr;
        return is_ordinary ? openrouter_error(403, "Only management keys can perform this operation")
                           : openrouter_error(401, "Invalid management key");
    }
    const std::string objection = objection_to(request, path);
    return objection.empty() ? administer(request, path) : openrouter_error(403, objection);
}

// The workspace is named in the query or in the body; if the path names a key, it is that key's
// workspace.
std::string OpenRouterLookalike::objection_to(const net::Request& request, std::string_view path) const {
    const OpenRouterScene::Rights& rights = scene_.rights;
    const bool is_writing = request.method != "GET" || path.starts_with("/guardrails/policies/assignments");
    if (rights.is_read_only && is_writing) return "This operation requires a management key with write access";
    if (rights.workspace_id.empty()) return {};
    const auto body = parse_object(request.body);
    std::string workspace = query_value(request.query, "workspace_id");
    if (workspace.empty() && body) workspace = text_of(*body, "workspace_id");
    if (path.starts_with("/keys/")) {
        const SimulatedKey* key = ledger_.find_by_hash(path.substr(6));
        if (key != nullptr) workspace = key->workspace_id;
    }
    const bool is_elsewhere = !workspace.empty() && workspace != rights.workspace_id;
    return is_elsewhere ? "This management key has no access to that workspace" : "";
}

net::Response OpenRouterLookalike::administer(const net::Request& request, std::string_view path) {
    if (path == "/credits") return credits();
    if (path == "/activity") return activity_answer(ledger_, request.query, clock_.now());
    if (path.starts_with("/guardrails")) return guardrails_.handle(request, path.substr(11));
    if (path == "/keys" && request.method == "POST") return create_key(request.body);
    if (path == "/keys" && request.method == "GET") return list_keys(request.query);
    if (path == "/keys") return openrouter_error(405, "Method Not Allowed");
    SimulatedKey* key = ledger_.find_by_hash(path.substr(6));
    if (key == nullptr || scene_.rights.is_of_another_account) return openrouter_error(404, "API key not found");
    if (request.method == "GET") return data_answer(200, key_object(*key, clock_.now()));
    if (request.method == "PATCH") return update_key(*key, request.body);
    if (request.method != "DELETE") return openrouter_error(405, "Method Not Allowed");
    ledger_.remove(*key);
    return json_answer(200, "{\"deleted\":true}");
}

net::Response OpenRouterLookalike::create_key(std::string_view body) {
    const auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    NewKey wish;
    const std::string complaint = take_new_key(*fields, wish);
    if (!complaint.empty()) return openrouter_error(400, complaint);
    const bool is_elsewhere = !scene_.rights.workspace_id.empty() && fields->if_contains("workspace_id") == nullptr;
    if (is_elsewhere) wish.workspace_id = scene_.rights.workspace_id;
    const SimulatedKey& key = ledger_.create(std::move(wish));
    json::object root;
    root["data"] = key_object(key, clock_.now());
    root["key"] = key.raw_key;
    return json_answer(201, json::serialize(root));
}

// Replaces the hash in the answer to a create with the hash of the next older live key.
void OpenRouterLookalike::misname(net::Response& response) {
    auto root = parse_object(response.body);
    json::value* data = root ? root->if_contains("data") : nullptr;
    if (data == nullptr || !data->is_object()) return;
    const std::lock_guard lock(mutex_);
    const SimulatedKey* made = ledger_.find_by_hash(text_of(data->get_object(), "hash"));
    const SimulatedKey* other = made != nullptr ? ledger_.next_older(*made) : nullptr;
    if (other == nullptr) return;
    data->get_object()["hash"] = other->hash;
    response.body = json::serialize(*root);
}

net::Response OpenRouterLookalike::list_keys(std::string_view query) const {
    const std::string offset_text = query_value(query, "offset");
    const auto offset = base::parse_whole_number(offset_text.empty() ? "0" : offset_text);
    if (!offset) return openrouter_error(400, "offset must be an integer of at least 0");
    const bool includes_disabled = query_value(query, "include_disabled") == "true";
    std::string workspace = query_value(query, "workspace_id");
    if (workspace.empty()) workspace = scene_.rights.workspace_id;
    if (workspace.empty()) workspace = default_workspace;
    json::array data;
    if (scene_.rights.is_of_another_account) return data_answer(200, std::move(data));
    for (const SimulatedKey* key :
         ledger_.page(workspace, includes_disabled, static_cast<std::size_t>(*offset), page_size))
        data.push_back(key_object(*key, clock_.now()));
    return data_answer(200, std::move(data));
}

net::Response OpenRouterLookalike::update_key(SimulatedKey& key, std::string_view body) {
    const auto fields = parse_object(body);
    if (!fields) return openrouter_error(400, "Invalid JSON in the request body");
    KeySettings settings = key.settings;
    const std::string complaint = take_settings(*fields, settings);
    if (!complaint.empty()) return openrouter_error(400, complaint);
    ledger_.change(key, std::move(settings));
    return data_answer(200, key_object(key, clock_.now()));
}

net::Response OpenRouterLookalike::credits() const {
    return data_answer(200, {{"total_credits", total_credits_.usd()}, {"total_usage", ledger_.total_spent().usd()}});
}

net::Response OpenRouterLookalike::infer(const net::Request& request, std::string_view path) {
    const std::string bearer = bearer_of(request);
    if (bearer.empty()) return openrouter_error(401, "No auth credentials found");
    if (base::equal_constant_time(bearer, management_key_)) {
        return openrouter_error(401, "Management keys cannot be used for inference");
    }
    SimulatedKey* key = ledger_.find_by_raw_key(bearer);
    const base::Timestamp now = clock_.now();
    const bool has_expired = key != nullptr && key->expires_at && *key->expires_at <= now;
    if (key == nullptr || has_expired) return openrouter_error(401, "User not found.");
    if (key->settings.is_disabled) return openrouter_error(401, "This API key is disabled.");
    if (path == "/chat/completions") return complete_chat({ledger_, guardrails_, scene_}, *key, request.body, now);
    if (path == "/models/user") {
        const auto is_allowed = [&](const Model& model) { return guardrails_.objection_to(*key, model).empty(); };
        return list_models(request.query, is_allowed);
    }
    return data_answer(200, own_key_object(*key, now));
}

base::Result<void> OpenRouterLookalike::spend(const std::string& hash, std::string_view model_id, base::MicroUsd cost) {
    const std::lock_guard lock(mutex_);
    SimulatedKey* key = ledger_.find_by_hash(hash);
    const Model* model = find_model(model_id);
    if (key == nullptr || model == nullptr)
        return base::fail(base::Errc::not_found, "the look-alike has no such key or model");
    const std::int64_t call_nano_usd =
        prompt_tokens * model->prompt_nano_usd + completion_tokens * model->completion_nano_usd;
    const std::int64_t calls = std::max<std::int64_t>(cost.value * 1'000 / call_nano_usd, 1);
    ledger_.spend(*key, model->canonical_slug, {calls, calls * prompt_tokens, calls * completion_tokens, cost});
    return {};
}

void OpenRouterLookalike::set_credits_left(base::MicroUsd left) {
    const std::lock_guard lock(mutex_);
    total_credits_.value = ledger_.total_spent().value + left.value;
}

}  // namespace llmapikey::sandbox
