#include "providers/openrouter/openrouter_wire.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <functional>
#include <map>

#include "base/encoding.hpp"
#include "providers/amounts.hpp"
#include "providers/openrouter/openrouter_traits.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

std::optional<json::value> parse(std::string_view body) {
    json::error_code ec;
    json::value value = json::parse(json::string_view(body.data(), body.size()), ec);
    if (ec) return std::nullopt;
    return value;
}

const json::value* member(const json::value* value, std::string_view name) {
    if (value == nullptr || !value->is_object()) return nullptr;
    return value->get_object().if_contains(json::string_view(name.data(), name.size()));
}

std::string text_of(const json::value* value) {
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Returns nullopt if the value is no number. JSON has no infinity and no NaN.
std::optional<double> number_of(const json::value* value) {
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) return value->to_number<double>();
    if (!value->is_string()) return std::nullopt;
    const auto& text = value->get_string();
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<base::MicroUsd> dollars_of(const json::value* value) {
    const auto number = number_of(value);
    return number ? to_amount(*number) : std::nullopt;
}

std::optional<UpstreamKey> to_key(const json::value* data) {
    UpstreamKey key;
    key.delete_handle = text_of(member(data, "hash"));
    if (key.delete_handle.empty()) return std::nullopt;
    key.name = text_of(member(data, "name"));
    key.workspace_id = text_of(member(data, "workspace_id"));
    const json::value* disabled = member(data, "disabled");
    key.is_disabled = disabled != nullptr && disabled->is_bool() && disabled->get_bool();
    key.limit = dollars_of(member(data, "limit"));
    const auto left = number_of(member(data, "limit_remaining"));
    key.limit_remaining = left ? to_balance(*left) : std::nullopt;  // negative if more was spent than the limit
    key.limit_reset = text_of(member(data, "limit_reset"));
    const json::value* includes_byok = member(data, "include_byok_in_limit");
    const bool counts_byok = includes_byok != nullptr && includes_byok->is_bool() && includes_byok->get_bool();
    const auto usage_of = [&](const char* name) {
        const auto of_credits = dollars_of(member(data, name)).value_or(base::MicroUsd{});
        const auto of_byok = dollars_of(member(data, "byok_" + std::string(name))).value_or(base::MicroUsd{});
        return base::MicroUsd{of_credits.value + (counts_byok ? of_byok.value : 0)};
    };
    key.usage = usage_of("usage");
    key.usage_daily = usage_of("usage_daily");
    key.usage_weekly = usage_of("usage_weekly");
    key.usage_monthly = usage_of("usage_monthly");
    key.created_at = base::parse_rfc3339(text_of(member(data, "created_at")));
    key.expires_at = base::parse_rfc3339(text_of(member(data, "expires_at")));
    key.last_used_at = base::parse_rfc3339(text_of(member(data, "last_used_at")));
    return key;
}

std::vector<std::string> texts_of(const json::value* value) {
    std::vector<std::string> texts;
    if (value == nullptr || !value->is_array()) return texts;
    for (const json::value& item : value->get_array()) {
        std::string text = text_of(&item);
        if (!text.empty() && base::is_text(text)) texts.push_back(std::move(text));
    }
    return texts;
}

std::string without_keys(std::string text) {
    for (auto place = text.find(openrouter_traits.key.family); place != std::string::npos;
         place = text.find(openrouter_traits.key.family, place + 3)) {
        const auto end = text.find_first_of(" ,;:'\"()<>", place);
        text.replace(place, (end == std::string::npos ? text.size() : end) - place, "***");
    }
    return text;
}

}  // namespace

std::string to_create_body(const MintRequest& request, const std::string& workspace_id) {
    json::object body;
    body["name"] = request.name;
    body["limit"] = request.daily_limit.usd();
    body["limit_reset"] = daily_reset;
    body["include_byok_in_limit"] = true;
    body["expires_at"] = base::to_rfc3339(request.expires_at);
    if (!workspace_id.empty()) body["workspace_id"] = workspace_id;
    return json::serialize(body);
}

std::string to_update_body(const KeyUpdate& change) {
    json::object body;
    if (change.is_disabled) body["disabled"] = *change.is_disabled;
    if (change.daily_limit) {
        body["limit"] = change.daily_limit->usd();
        body["limit_reset"] = daily_reset;
    }
    return json::serialize(body);
}

CreateAnswer parse_create_answer(std::string_view body) {
    const auto root = parse(body);
    if (!root) return {};
    const json::value* data = member(&*root, "data");
    CreateAnswer answer{text_of(member(&*root, "key")), text_of(member(data, "hash"))};
    if (answer.raw_key.empty()) answer.raw_key = text_of(member(data, "key"));  // one official sample reads it here
    return answer;
}

std::optional<UpstreamKey> parse_key_answer(std::string_view body) {
    const auto root = parse(body);
    return root ? to_key(member(&*root, "data")) : std::nullopt;
}

std::optional<std::vector<UpstreamKey>> parse_list_answer(std::string_view body) {
    const auto root = parse(body);
    const json::value* data = root ? member(&*root, "data") : nullptr;
    if (data == nullptr || !data->is_array()) return std::nullopt;
    std::vector<UpstreamKey> keys;
    for (const json::value& item : data->get_array()) {
        if (auto key = to_key(&item)) keys.push_back(std::move(*key));
    }
    return keys;
}

std::optional<Credits> parse_credits_answer(std::string_view body) {
    const auto root = parse(body);
    const json::value* data = root ? member(&*root, "data") : nullptr;
    const auto total = dollars_of(member(data, "total_credits"));
    const auto used = dollars_of(member(data, "total_usage"));
    if (!total || !used) return std::nullopt;
    return Credits{*total, *used};
}

std::optional<std::vector<ModelSpending>> parse_activity_answer(std::string_view body) {
    const auto root = parse(body);
    const json::value* data = root ? member(&*root, "data") : nullptr;
    if (data == nullptr || !data->is_array()) return std::nullopt;
    std::map<std::string, ModelSpending> sums;
    for (const json::value& row : data->get_array()) {
        const std::string model = text_of(member(&row, "model"));
        if (model.empty()) continue;
        ModelSpending& sum = sums[model];
        sum.model = model;
        sum.spent.value +=
            std::max(dollars_of(member(&row, "usage")).value_or(base::MicroUsd{}).value, std::int64_t{0});
        sum.requests += static_cast<std::int64_t>(number_of(member(&row, "requests")).value_or(0));
    }
    std::vector<ModelSpending> models;
    for (auto& [name, sum] : sums)
        models.push_back(std::move(sum));
    std::ranges::stable_sort(models, std::greater<>(), [](const ModelSpending& each) { return each.spent.value; });
    return models;
}

std::string to_assignment_body(const std::string& delete_handle) {
    json::object body;
    body["key_hashes"] = json::array{json::value(delete_handle)};
    return json::serialize(body);
}

std::optional<std::int64_t> parse_assigned_count(std::string_view body) {
    const auto root = parse(body);
    const json::value* count = root ? member(&*root, "assigned_count") : nullptr;
    if (count == nullptr || !count->is_int64()) return std::nullopt;
    return count->get_int64();
}

std::optional<AssignedKeys> parse_assigned_keys(std::string_view body) {
    const auto root = parse(body);
    const json::value* data = root ? member(&*root, "data") : nullptr;
    if (data == nullptr || !data->is_array()) return std::nullopt;
    AssignedKeys keys;
    for (const json::value& item : data->get_array()) {
        std::string handle = text_of(member(&item, "key_hash"));
        if (!handle.empty()) keys.delete_handles.push_back(std::move(handle));
    }
    const json::value* total = member(&*root, "total_count");
    const bool is_told = total != nullptr && total->is_int64() && total->get_int64() >= 0;
    keys.total_count = is_told ? static_cast<std::size_t>(total->get_int64()) : keys.delete_handles.size();
    return keys;
}

std::optional<std::size_t> parse_policy_count(std::string_view body) {
    const auto root = parse(body);
    const json::value* data = root ? member(&*root, "data") : nullptr;
    const json::value* own = member(data, "policy_ids");
    const json::value* usual = member(data, "workspace_default_policy_ids");
    if (own == nullptr || !own->is_array()) return std::nullopt;
    const json::value* opted_out = member(data, "opted_out");
    const bool has_usual = usual != nullptr && usual->is_array() &&
                           !(opted_out != nullptr && opted_out->is_bool() && opted_out->get_bool());
    return own->get_array().size() + (has_usual ? usual->get_array().size() : 0);
}

std::optional<Guardrail> parse_guardrail_answer(std::string_view body) {
    const auto root = parse(body);
    const json::value* data = root ? member(&*root, "data") : nullptr;
    Guardrail guardrail;
    guardrail.id = text_of(member(data, "id"));
    guardrail.name = text_of(member(data, "name"));
    if (guardrail.id.empty() && guardrail.name.empty()) return std::nullopt;
    guardrail.workspace_id = text_of(member(data, "workspace_id"));
    guardrail.allowed_models = texts_of(member(data, "allowed_models"));
    guardrail.ignored_models = texts_of(member(data, "ignored_models"));
    guardrail.allowed_providers = texts_of(member(data, "allowed_providers"));
    guardrail.ignored_providers = texts_of(member(data, "ignored_providers"));
    guardrail.limit = dollars_of(member(data, "limit_usd"));
    guardrail.limit_interval = text_of(member(data, "reset_interval"));
    return guardrail;
}

std::string parse_error_message(std::string_view body) {
    const auto root = parse(body);
    const json::value* error = root ? member(&*root, "error") : nullptr;
    std::string message = text_of(member(error, "message"));
    if (message.empty()) message = text_of(error);
    return base::to_printable(without_keys(std::move(message)));
}

}  // namespace llmapikey
