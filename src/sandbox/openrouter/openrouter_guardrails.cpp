#include "sandbox/openrouter/openrouter_guardrails.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/openrouter/openrouter_guardrail_fields.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;
using Keys = OpenRouterLedger::Keys;

constexpr std::int64_t usual_page = 50;
constexpr std::int64_t largest_page = 100;
constexpr const char* bad_page = "offset must be at least 0, and limit from 1 to 100";

// Parses a body {"key_hashes":[...]}; returns nullopt for any other body.
std::optional<std::vector<std::string>> parse_hashes(std::string_view body) {
    const auto fields = parse_object(body);
    const json::value* list = fields ? fields->if_contains("key_hashes") : nullptr;
    if (list == nullptr || !list->is_array() || list->get_array().empty()) return std::nullopt;
    std::vector<std::string> hashes;
    for (const json::value& hash : list->get_array()) {
        if (!hash.is_string() || hash.get_string().empty()) return std::nullopt;
        hashes.emplace_back(hash.get_string());
    }
    return hashes;
}

json::object row_of(const SimulatedKey& key) {
    const KeyAssignment& assignment = *key.assignment;
    return {{"id", assignment.id},
            {"guardrail_id", assignment.guardrail_id},
            {"key_hash", key.hash},
            {"key_name", key.settings.name},
            {"key_label", key.label()},
            {"assigned_by", nullptr},
            {"created_at", base::to_rfc3339(assignment.created_at)}};
}

// Appends the part of the page that lies within these keys, and moves the page behind them. Deleted
// keys count, but are not shown.
void append_rows(const Keys& keys, Page& page, json::array& rows) {
    const std::size_t first = std::min(page.offset, keys.size()), count = std::min(page.limit, keys.size() - first);
    for (std::size_t i = first; i < first + count; ++i) {
        if (!keys[i]->deleted_at) rows.push_back(row_of(*keys[i]));
    }
    page.offset -= first;
    page.limit -= count;
}

net::Response list_answer(json::array data, std::size_t total_count) {
    json::object root;
    root["data"] = std::move(data);
    root["total_count"] = total_count;
    return json_answer(200, json::serialize(root));
}

net::Response count_answer(const char* name, std::size_t count) {
    return json_answer(200, std::string("{\"") + name + "\":" + std::to_string(count) + "}");
}

}  // namespace

struct OpenRouterGuardrails::Guardrail {
    std::string id, workspace_id;
    json::object data;
    Keys assigned;  // in the order of assignment; deleted keys remain
};

OpenRouterGuardrails::OpenRouterGuardrails(OpenRouterLedger& ledger, const base::Clock& clock)
    : ledger_(ledger), clock_(clock) {}
OpenRouterGuardrails::~OpenRouterGuardrails() = default;

net::Response OpenRouterGuardrails::handle(const net::Request& request, std::string_view path) {
    const bool is_get = request.method == "GET", is_post = request.method == "POST";
    if (path.empty() && is_get) return list(request.query);
    if (path.empty() && is_post) return create(request.body);
    if (path == "/assignments/keys" && is_get) return list_assignments(request.query, nullptr);
    if (path.empty() || path == "/assignments/keys") return openrouter_error(405, "Method Not Allowed");
    constexpr std::string_view of_key = "/policies/assignments/api-keys/";
    if (path.starts_with(of_key) && is_get) return policies_of_key(path.substr(of_key.size()), request.query);
    const auto end_of_id = std::min(path.find('/', 1), path.size());
    Guardrail* guardrail = find(std::string_view(path).substr(1, end_of_id - 1));
    if (guardrail == nullptr) return openrouter_error(404, "Guardrail not found");
    const std::string_view below = path.substr(end_of_id);
    if (below.empty()) return handle_one(request, *guardrail);
    if (below == "/assignments/keys" && is_get) return list_assignments(request.query, guardrail);
    if (below == "/assignments/keys" && is_post) return assign(*guardrail, request.body);
    if (below == "/assignments/keys/remove" && is_post) return unassign(*guardrail, request.body);
    return openrouter_error(404, "Not Found");
}

OpenRouterGuardrails::Guardrail* OpenRouterGuardrails::find(std::string_view id) const {
    const auto found =
        std::find_if(guardrails_.begin(), guardrails_.end(), [&](const auto& each) { return each->id == id; });
    return found == guardrails_.end() ? nullptr : found->get();
}

OpenRouterGuardrails::Guardrail& OpenRouterGuardrails::add(const std::string& id, const std::string& workspace_id) {
    Guardrail& made = *guardrails_.emplace_back(std::make_unique<Guardrail>(Guardrail{id, workspace_id, {}, {}}));
    made.data = {{"id", id},
                 {"workspace_id", workspace_id},
                 {"created_at", base::to_rfc3339(clock_.now())},
                 {"updated_at", nullptr}};
    return made;
}

void OpenRouterGuardrails::seed(const std::string& id, const std::string& name,
                                const std::vector<std::string>& models) {
    take_guardrail_fields({{"name", name}, {"allowed_models", json::array(models.begin(), models.end())}},
                          add(id, default_workspace).data);
}

net::Response OpenRouterGuardrails::list(std::string_view query) const {
    const auto page = parse_page(query, usual_page, largest_page);
    if (!page) return openrouter_error(400, bad_page);
    std::string workspace = query_value(query, "workspace_id");
    if (workspace.empty()) workspace = default_workspace;
    json::array data;
    std::size_t total = 0;
    for (const auto& guardrail : guardrails_) {
        if (guardrail->workspace_id != workspace) continue;
        if (total++ >= page->offset && data.size() < page->limit) data.push_back(guardrail->data);
    }
    return list_answer(std::move(data), total);
}

net::Response OpenRouterGuardrails::create(std::string_view body) {
    const auto wish = parse_object(body);
    if (!wish) return openrouter_error(400, "Invalid JSON in the request body");
    const std::string workspace = text_of(*wish, "workspace_id", default_workspace);
    json::object fields;
    std::string complaint = take_guardrail_fields(*wish, fields);
    if (!base::is_uuid(workspace)) complaint = "workspace_id must be a UUID";
    if (!complaint.empty()) return openrouter_error(400, complaint);
    Guardrail& made = add(base::random_uuid(), workspace);
    made.data.insert(fields.begin(), fields.end());
    return data_answer(201, made.data);
}

net::Response OpenRouterGuardrails::handle_one(const net::Request& request, Guardrail& guardrail) {
    if (request.method == "GET") return data_answer(200, guardrail.data);
    if (request.method == "PATCH") return update(guardrail, request.body);
    if (request.method != "DELETE") return openrouter_error(405, "Method Not Allowed");
    remove(guardrail);
    return json_answer(200, "{\"deleted\":true}");
}

net::Response OpenRouterGuardrails::update(Guardrail& guardrail, std::string_view body) const {
    const auto wish = parse_object(body);
    if (!wish) return openrouter_error(400, "Invalid JSON in the request body");
    json::object changed = guardrail.data;
    const std::string complaint = take_guardrail_fields(*wish, changed);
    if (!complaint.empty()) return openrouter_error(400, complaint);
    changed["updated_at"] = base::to_rfc3339(clock_.now());
    guardrail.data = std::move(changed);
    return data_answer(200, guardrail.data);
}

void OpenRouterGuardrails::remove(Guardrail& guardrail) {
    for (SimulatedKey* key : guardrail.assigned)
        key->assignment.reset();
    std::erase_if(guardrails_, [&](const auto& each) { return each.get() == &guardrail; });
}

net::Response OpenRouterGuardrails::list_assignments(std::string_view query, const Guardrail* of_one) const {
    auto page = parse_page(query, usual_page, largest_page);
    if (!page) return openrouter_error(400, bad_page);
    json::array rows;
    std::size_t total = 0;
    for (const auto& guardrail : guardrails_) {
        if (of_one != nullptr && guardrail.get() != of_one) continue;
        append_rows(guardrail->assigned, *page, rows);
        total += guardrail->assigned.size();
    }
    return list_answer(std::move(rows), total);
}

net::Response OpenRouterGuardrails::assign(Guardrail& guardrail, std::string_view body) {
    const auto hashes = parse_hashes(body);
    if (!hashes) return openrouter_error(400, "key_hashes must be a list of at least one string");
    Keys keys;
    for (const std::string& hash : *hashes) {
        SimulatedKey* key = ledger_.find_by_hash(hash);
        if (key == nullptr) continue;
        if (key->workspace_id != guardrail.workspace_id)
            return openrouter_error(400, "API key and guardrail must be in the same workspace");
        keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end(),
              [](const auto* left, const auto* right) { return left->number < right->number; });
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (SimulatedKey* key : keys) {
        if (key->assignment && key->assignment->guardrail_id == guardrail.id) continue;
        detach(*key);
        key->assignment = KeyAssignment{base::random_uuid(), guardrail.id, clock_.now(), ++assignments_made_};
        guardrail.assigned.push_back(key);
    }
    return count_answer("assigned_count", keys.size());
}

net::Response OpenRouterGuardrails::unassign(Guardrail& guardrail, std::string_view body) {
    const auto hashes = parse_hashes(body);
    if (!hashes) return openrouter_error(400, "key_hashes must be a list of at least one string");
    std::size_t count = 0;
    for (const std::string& hash : *hashes) {
        SimulatedKey* key = ledger_.find_by_hash(hash);
        if (key == nullptr || !key->assignment || key->assignment->guardrail_id != guardrail.id) continue;
        detach(*key);
        ++count;
    }
    return count_answer("unassigned_count", count);
}

void OpenRouterGuardrails::detach(SimulatedKey& key) {
    if (!key.assignment) return;
    Keys& assigned = find(key.assignment->guardrail_id)->assigned;
    const auto found = std::lower_bound(
        assigned.begin(), assigned.end(), key.assignment->number,
        [](const SimulatedKey* each, std::uint64_t number) { return each->assignment->number < number; });
    assigned.erase(found);
    key.assignment.reset();
}

std::string OpenRouterGuardrails::objection_to(const SimulatedKey& key, const Model& model) const {
    if (!key.assignment) return {};
    const json::object& data = find(key.assignment->guardrail_id)->data;
    const std::string name(data.at("name").get_string());
    if (!is_absent_or_holds(data, "allowed_models", model.canonical_slug) ||
        holds(data, "ignored_models", model.canonical_slug))
        return "Model " + std::string(model.id) + " is not allowed by guardrail \"" + name + "\"";
    if (!is_absent_or_holds(data, "allowed_providers", model.provider()) ||
        holds(data, "ignored_providers", model.provider()))
        return "Provider " + model.provider() + " is not allowed by guardrail \"" + name + "\"";
    return {};
}

std::optional<OpenRouterGuardrails::SpentBudget> OpenRouterGuardrails::spent_budget_of(const SimulatedKey& key,
                                                                                       base::Timestamp now) const {
    if (!key.assignment) return std::nullopt;
    const json::object& data = find(key.assignment->guardrail_id)->data;
    const json::value& limit = data.at("limit_usd");
    if (limit.is_null()) return std::nullopt;
    const std::string interval(data.at("reset_interval").get_string());
    const base::MicroUsd most = base::MicroUsd::from_usd(limit.to_number<double>()),
                         spent = spent_in(key, interval, now);
    if (spent < most) return std::nullopt;
    const std::string name(data.at("name").get_string());
    return SpentBudget{"Guardrail budget exceeded (" + interval + " limit of \"" + name + "\")", most, spent};
}

// A guardrail without a budget is no budget policy, and a guardrail that limits no models is no
// model policy.
net::Response OpenRouterGuardrails::policies_of_key(std::string_view hash, std::string_view query) const {
    const std::string type = query_value(query, "policy_type"), workspace = query_value(query, "workspace_id");
    if (!base::is_uuid(workspace)) return openrouter_error(400, "workspace_id must be a UUID");
    const bool is_type = type == "budget" || type == "model_availability" || type == "moderation";
    if (!is_type) return openrouter_error(400, "policy_type must be budget, model_availability or moderation");
    const SimulatedKey* key = ledger_.find_by_hash(hash);
    if (key == nullptr || key->workspace_id != workspace) return openrouter_error(404, "API key not found");
    json::array ids;
    if (key->assignment) {
        const json::object& data = find(key->assignment->guardrail_id)->data;
        const auto is_set = [&](const char* name) { return data.contains(name) && !data.at(name).is_null(); };
        const bool limits_models = is_set("allowed_models") || is_set("ignored_models") ||
                                   is_set("allowed_providers") || is_set("ignored_providers");
        if (type == "budget" ? is_set("limit_usd") : type == "model_availability" && limits_models)
            ids.emplace_back(key->assignment->guardrail_id);
    }
    return data_answer(200, json::object{{"opted_out", false},
                                         {"policy_ids", std::move(ids)},
                                         {"workspace_default_policy_ids", json::array{}}});
}

}  // namespace llmapikey::sandbox
