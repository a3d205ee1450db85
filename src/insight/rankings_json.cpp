#include "insight/rankings_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr std::size_t models_kept = 7;

// Calls `read` with each object of the list.
template <class Read>
void for_each_in(std::string_view text, Read read) {
    json::error_code error;
    const json::value list = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !list.is_array()) return;
    for (const json::value& item : list.get_array())
        if (item.is_object()) read(item.get_object());
}

std::string text_in(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_in(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

std::string to_fact(const std::vector<Spender>& spenders) {
    json::array list;
    for (const Spender& each : spenders)
        list.push_back({{"id", each.github_user_id},
                        {"login", each.login},
                        {"spent", each.spent.value},
                        {"limit", each.daily_limit.value}});
    return json::serialize(list);
}

std::vector<Spender> spenders_of(std::string_view fact) {
    std::vector<Spender> spenders;
    for_each_in(fact, [&](const json::object& item) {
        spenders.push_back({text_in(item, "id"), text_in(item, "login"), base::MicroUsd{number_in(item, "spent")},
                            base::MicroUsd{number_in(item, "limit")}});
    });
    return spenders;
}

std::string to_fact(const std::vector<ModelSpending>& models) {
    json::array list;
    ModelSpending others;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const ModelSpending& each = models[i];
        if (i < models_kept) {
            list.push_back({{"model", each.model}, {"spent", each.spent.value}, {"requests", each.requests}});
        } else {
            others.spent.value += each.spent.value;
            others.requests += each.requests;
        }
    }
    if (others.requests > 0)
        list.push_back({{"model", ""}, {"spent", others.spent.value}, {"requests", others.requests}});
    return json::serialize(list);
}

std::vector<ModelSpending> models_of(std::string_view fact) {
    std::vector<ModelSpending> models;
    for_each_in(fact, [&](const json::object& item) {
        models.push_back(
            {text_in(item, "model"), base::MicroUsd{number_in(item, "spent")}, number_in(item, "requests")});
    });
    return models;
}

}  // namespace llmapikey
