#include "sandbox/openrouter/openrouter_guardrail_fields.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "sandbox/openrouter/openrouter_models.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

enum class Kind { name, text, models, texts, regions, flag, interval, amount, filters };

struct Field {
    const char* name;
    Kind kind;
    bool can_be_null = true;
};

constexpr Field all_fields[] = {
    {"name", Kind::name, false},
    {"description", Kind::text},
    {"allowed_models", Kind::models},
    {"ignored_models", Kind::models},
    {"allowed_providers", Kind::texts},
    {"ignored_providers", Kind::texts},
    {"allowed_data_regions", Kind::regions},
    {"limit_usd", Kind::amount},
    {"reset_interval", Kind::interval},
    {"include_byok_in_budgets", Kind::flag, false},
    {"enforce_zdr", Kind::flag},
    {"enforce_zdr_anthropic", Kind::flag},
    {"enforce_zdr_google", Kind::flag},
    {"enforce_zdr_openai", Kind::flag},
    {"enforce_zdr_other", Kind::flag},
    {"enforce_zdr_xai", Kind::flag},
    {"enable_free_model_publication", Kind::flag},
    {"enable_free_model_training", Kind::flag},
    {"enable_paid_model_training", Kind::flag},
    {"content_filters", Kind::filters},
    {"content_filter_builtins", Kind::filters},
};

bool is_one_of(const json::value& value, std::initializer_list<std::string_view> choices) {
    return value.is_string() && std::find(choices.begin(), choices.end(), value.get_string()) != choices.end();
}

bool is_text_up_to(const json::value& value, std::size_t most) {
    return value.is_string() && value.get_string().size() <= most;
}

bool is_list_of(const json::value& value, const std::function<bool(const json::value&)>& is_item) {
    return value.is_array() && !value.get_array().empty() &&
           std::all_of(value.get_array().begin(), value.get_array().end(), is_item);
}

// Returns what the field takes; empty if the value is valid.
std::string wants(Kind kind, const json::value& value) {
    const auto is_filled = [](const json::value& item) { return item.is_string() && !item.get_string().empty(); };
    const auto is_region = [](const json::value& item) { return is_one_of(item, {"global", "europe", "us"}); };
    switch (kind) {
        case Kind::name:
            return is_filled(value) && is_text_up_to(value, 200) ? "" : "a string of 1 to 200 characters";
        case Kind::text:
            return is_text_up_to(value, 1000) ? "" : "a string of at most 1000 characters";
        case Kind::models:
        case Kind::texts:
            return is_list_of(value, is_filled) ? "" : "a list of at least one string";
        case Kind::regions:
            return is_list_of(value, is_region) ? "" : "a list of global, europe or us";
        case Kind::flag:
            return value.is_bool() ? "" : "a boolean";
        case Kind::interval:
            return is_one_of(value, {"daily", "weekly", "monthly"}) ? "" : "daily, weekly or monthly";
        case Kind::amount:
            return value.is_number() && value.to_number<double>() >= 0 ? "" : "a number of at least 0";
        case Kind::filters:
            return value.is_array() ? "" : "a list";
    }
    return "something else";
}

json::value with_canonical_slugs(json::value value) {
    for (json::value& item : value.get_array()) {
        const Model* model = find_model(item.get_string());
        if (model != nullptr) item = model->canonical_slug;
    }
    return value;
}

}  // namespace

std::string take_guardrail_fields(const json::object& wish, json::object& data) {
    for (const Field& field : all_fields) {
        const json::value* value = wish.if_contains(field.name);
        if (value == nullptr) continue;
        const bool is_null = value->is_null();
        if (is_null && !field.can_be_null) return std::string(field.name) + " must not be null";
        const std::string wanted = is_null ? "" : wants(field.kind, *value);
        if (!wanted.empty()) return std::string(field.name) + " must be " + wanted;
        data[field.name] = !is_null && field.kind == Kind::models ? with_canonical_slugs(*value) : *value;
    }
    const auto is_set = [&](const char* name) { return data.contains(name) && !data.at(name).is_null(); };
    if (!is_set("name")) return "name is needed";
    if (is_set("limit_usd") != is_set("reset_interval")) return "limit_usd and reset_interval must come together";
    for (const Field& field : all_fields)
        data.emplace(field.name, nullptr);
    if (!is_set("include_byok_in_budgets")) data["include_byok_in_budgets"] = false;
    return {};
}

bool holds(const json::object& data, std::string_view list, std::string_view text) {
    const json::value& items = data.at(list);
    if (!items.is_array()) return false;
    const auto is_it = [&](const json::value& item) { return item.is_string() && item.get_string() == text; };
    return std::any_of(items.get_array().begin(), items.get_array().end(), is_it);
}

bool is_absent_or_holds(const json::object& data, std::string_view list, std::string_view text) {
    return data.at(list).is_null() || holds(data, list, text);
}

}  // namespace llmapikey::sandbox
