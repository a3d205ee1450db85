#include "sandbox/openrouter/openrouter_key_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

// Says which objects contain a field. Each value includes the ones before it.
enum class Where { everywhere, key_object, ledger };

struct Field {
    const char* name;
    Where where;
    json::value (*value)(const SimulatedKey& key, base::Timestamp now);
};

json::value spent(const SimulatedKey& key, base::Timestamp now, const char* window) {
    return spent_in(key, window, now).usd();
}

json::value byok_spent(const SimulatedKey& key, base::Timestamp now, const char* window) {
    return byok_spent_in(key, window, now).usd();
}

constexpr Field all_fields[] = {
    {"label", Where::everywhere, [](const auto& key, auto) { return json::value(key.label()); }},
    {"limit", Where::everywhere, [](const auto& key, auto) { return dollars(key.settings.limit); }},
    {"limit_remaining", Where::everywhere, [](const auto& key, auto now) { return dollars(remaining(key, now)); }},
    {"limit_reset", Where::everywhere, [](const auto& key, auto) { return text_or_null(key.settings.limit_reset); }},
    {"include_byok_in_limit", Where::everywhere,
     [](const auto& key, auto) { return json::value(key.settings.include_byok_in_limit); }},
    {"usage", Where::everywhere, [](const auto& key, auto now) { return spent(key, now, ""); }},
    {"usage_daily", Where::everywhere, [](const auto& key, auto now) { return spent(key, now, "daily"); }},
    {"usage_weekly", Where::everywhere, [](const auto& key, auto now) { return spent(key, now, "weekly"); }},
    {"usage_monthly", Where::everywhere, [](const auto& key, auto now) { return spent(key, now, "monthly"); }},
    {"byok_usage", Where::everywhere, [](const auto& key, auto now) { return byok_spent(key, now, ""); }},
    {"byok_usage_daily", Where::everywhere, [](const auto& key, auto now) { return byok_spent(key, now, "daily"); }},
    {"byok_usage_weekly", Where::everywhere, [](const auto& key, auto now) { return byok_spent(key, now, "weekly"); }},
    {"byok_usage_monthly", Where::everywhere,
     [](const auto& key, auto now) { return byok_spent(key, now, "monthly"); }},
    {"expires_at", Where::everywhere, [](const auto& key, auto) { return time_text(key.expires_at); }},
    {"creator_user_id", Where::everywhere, [](const auto&, auto) { return json::value(openrouter_owner); }},
    {"workspace_id", Where::everywhere, [](const auto& key, auto) { return json::value(key.workspace_id); }},
    {"hash", Where::key_object, [](const auto& key, auto) { return json::value(key.hash); }},
    {"name", Where::key_object, [](const auto& key, auto) { return json::value(key.settings.name); }},
    {"disabled", Where::key_object, [](const auto& key, auto) { return json::value(key.settings.is_disabled); }},
    {"created_at", Where::key_object, [](const auto& key, auto) { return time_text(key.created_at); }},
    {"updated_at", Where::key_object, [](const auto& key, auto) { return time_text(key.updated_at); }},
    {"last_used_at", Where::key_object, [](const auto& key, auto) { return time_text(key.last_used_at); }},
    {"external_user", Where::key_object, [](const auto&, auto) { return json::value(nullptr); }},
    {"deleted_at", Where::ledger, [](const auto& key, auto) { return time_text(key.deleted_at); }},
    {"hint", Where::ledger,
     [](const auto& key, auto) { return json::value(key.raw_key.substr(key.raw_key.size() - 4)); }},
    {"guardrail_id", Where::ledger,
     [](const auto& key, auto) { return text_or_null(key.assignment ? key.assignment->guardrail_id : ""); }},
};

json::object object_with(const SimulatedKey& key, base::Timestamp now, Where most,
                         std::span<const std::string_view> only) {
    json::object object;
    for (const Field& field : all_fields) {
        if (field.where > most) continue;
        if (!only.empty() && std::find(only.begin(), only.end(), field.name) == only.end()) continue;
        object.emplace(field.name, field.value(key, now));
    }
    return object;
}

std::string take_name(const json::object& fields, KeySettings& settings) {
    settings.name = text_of(fields, "name");
    return settings.name.empty() ? "name must be a non-empty string" : "";
}

}  // namespace

json::object key_object(const SimulatedKey& key, base::Timestamp now) {
    return object_with(key, now, Where::key_object, {});
}

json::object own_key_object(const SimulatedKey& key, base::Timestamp now) {
    json::object data = object_with(key, now, Where::everywhere, {});
    data["is_free_tier"] = false;
    data["is_management_key"] = false;
    data["is_provisioning_key"] = false;
    data["rate_limit"] = {
        {"requests", -1}, {"interval", "10s"}, {"note", "This field is deprecated and safe to ignore."}};
    data["organization_id"] = nullptr;
    data["allowed_data_regions"] = json::array{};
    data["free_model_daily_requests"] = {{"limit", 1000}, {"used", 0}, {"remaining", 1000}};
    return data;
}

json::object ledger_entry(const SimulatedKey& key, base::Timestamp now, std::span<const std::string_view> only) {
    return object_with(key, now, Where::ledger, only);
}

std::string take_settings(const json::object& fields, KeySettings& settings) {
    if (fields.if_contains("name") != nullptr) {
        if (std::string complaint = take_name(fields, settings); !complaint.empty()) return complaint;
    }
    if (const json::value* limit = fields.if_contains("limit")) {
        if (!limit->is_null() && !(limit->is_number() && limit->to_number<double>() >= 0))
            return "limit must be a number of at least 0";
        settings.limit =
            limit->is_null() ? std::nullopt : std::optional(base::MicroUsd::from_usd(limit->to_number<double>()));
    }
    if (const json::value* reset = fields.if_contains("limit_reset")) {
        const std::string text = text_of(fields, "limit_reset");
        const bool is_known = text == "daily" || text == "weekly" || text == "monthly";
        if (!reset->is_null() && !is_known) return "limit_reset must be daily, weekly, monthly or null";
        settings.limit_reset = text;
    }
    if (const json::value* byok = fields.if_contains("include_byok_in_limit")) {
        if (!byok->is_bool()) return "include_byok_in_limit must be a boolean";
        settings.include_byok_in_limit = byok->get_bool();
    }
    if (const json::value* disabled = fields.if_contains("disabled")) {
        if (!disabled->is_bool()) return "disabled must be a boolean";
        settings.is_disabled = disabled->get_bool();
    }
    return {};
}

std::string take_new_key(const json::object& fields, NewKey& key) {
    std::string complaint = take_name(fields, key.settings);
    if (complaint.empty()) complaint = take_settings(fields, key.settings);
    if (!complaint.empty()) return complaint;
    key.settings.is_disabled = false;  // a new key cannot be disabled
    key.workspace_id = default_workspace;
    if (const json::value* expires = fields.if_contains("expires_at"); expires != nullptr && !expires->is_null()) {
        const std::string text = text_of(fields, "expires_at");
        key.expires_at = base::parse_rfc3339(text);
        if (!key.expires_at || text.back() != 'Z') return "expires_at must be an RFC 3339 time in UTC with seconds";
    }
    if (fields.if_contains("workspace_id") != nullptr) {
        key.workspace_id = text_of(fields, "workspace_id");
        if (!base::is_uuid(key.workspace_id)) return "workspace_id must be a UUID";
    }
    return {};
}

}  // namespace llmapikey::sandbox
