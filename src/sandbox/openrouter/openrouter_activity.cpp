#include "sandbox/openrouter/openrouter_activity.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <tuple>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/openrouter/openrouter_models.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::sys_days;

constexpr days kept{30};

struct Wish {
    sys_days first, last;
    std::string key_hash, user_id, workspace_id;
    bool is_by_workspace = false;
};

// Parses "YYYY-MM-DD"; returns nullopt for anything else.
std::optional<sys_days> parse_day(const std::string& text) {
    const auto time = text.size() == 10 ? base::parse_rfc3339(text + "T00:00:00Z") : std::nullopt;
    return time ? std::optional(std::chrono::floor<days>(*time)) : std::nullopt;
}

// Returns the first complaint; empty if the query is valid.
std::string take_wish(std::string_view query, sys_days today, Wish& wish) {
    wish = {today - kept, today - days{1}, query_value(query, "api_key_hash"), query_value(query, "user_id"),
            query_value(query, "workspace_id")};
    const std::string date = query_value(query, "date"), group_by = query_value(query, "group_by");
    if (!date.empty()) {
        const auto day = parse_day(date);
        if (!day || *day < wish.first || *day > wish.last)
            return "date must be one of the last 30 completed UTC days, as YYYY-MM-DD";
        wish.first = wish.last = *day;
    }
    if (!group_by.empty() && group_by != "workspace") return "group_by must be workspace";
    if (!wish.workspace_id.empty() && !base::is_uuid(wish.workspace_id)) return "workspace_id must be a UUID";
    wish.is_by_workspace = !group_by.empty();
    return {};
}

bool is_meant(const SimulatedKey& key, const Wish& wish) {
    return (wish.key_hash.empty() || wish.key_hash == key.hash) &&
           (wish.user_id.empty() || wish.user_id == openrouter_owner) &&
           (wish.workspace_id.empty() || wish.workspace_id == key.workspace_id);
}

// Returns a UUID that is always the same for the same model.
std::string endpoint_of(const std::string& model) {
    std::string digits = base::to_hex(base::sha256(model)).substr(0, 32);
    digits[12] = '4';
    digits[16] = '8';
    for (const std::size_t position : {20U, 16U, 12U, 8U})
        digits.insert(position, 1, '-');
    return digits;
}

json::object row_of(sys_days day, const std::string& slug, const KeyUse& use) {
    const Model* model = find_model(slug);
    return {{"date", base::to_date(day)},
            {"model", model != nullptr ? model->id : slug.c_str()},
            {"model_permaslug", slug},
            {"endpoint_id", endpoint_of(slug)},
            {"provider_name", model != nullptr ? model->provider() : "sandbox"},
            {"requests", use.requests},
            {"prompt_tokens", use.prompt_tokens},
            {"completion_tokens", use.completion_tokens},
            {"reasoning_tokens", 0},
            {"usage", use.cost.usd()},
            {"byok_usage_inference", 0}};
}

}  // namespace

net::Response activity_answer(const OpenRouterLedger& ledger, std::string_view query, base::Timestamp now) {
    Wish wish;
    const std::string complaint = take_wish(query, std::chrono::floor<days>(now), wish);
    if (!complaint.empty()) return openrouter_error(400, complaint);
    using Group = std::tuple<sys_days, std::string, std::string>;  // day, model, workspace
    std::map<Group, KeyUse, std::greater<>> sums;
    for (const auto& key : ledger.all()) {
        if (key->uses.empty() || !is_meant(*key, wish)) continue;
        for (auto use = key->uses.lower_bound({wish.first, ""}); use != key->uses.end(); ++use) {
            const auto& [day, model] = use->first;
            if (day > wish.last) break;
            KeyUse& sum = sums[{day, model, wish.is_by_workspace ? key->workspace_id : ""}];
            sum.requests += use->second.requests;
            sum.prompt_tokens += use->second.prompt_tokens;
            sum.completion_tokens += use->second.completion_tokens;
            sum.cost.value += use->second.cost.value;
        }
    }
    json::array data;
    for (const auto& [group, sum] : sums) {
        json::object row = row_of(std::get<0>(group), std::get<1>(group), sum);
        if (wish.is_by_workspace) row["workspace_id"] = std::get<2>(group);
        data.push_back(std::move(row));
    }
    return data_answer(200, std::move(data));
}

}  // namespace llmapikey::sandbox
