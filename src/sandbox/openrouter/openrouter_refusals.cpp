#include "sandbox/openrouter/openrouter_refusals.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 10> refusals{
    "no_credits",       "in_flight_budget", "too_heavy",         "key_limit",    "workspace_budget",
    "guardrail_budget", "moderation",       "model_not_allowed", "no_endpoints", "rate_limited"};
constexpr std::array<std::string_view, 3> silences{"length", "content_filter", "refusal"};

std::string next_midnight(base::Timestamp now) {
    return base::to_rfc3339(std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1});
}

json::object budget(const char* source, const char* scope, base::MicroUsd limit, base::MicroUsd spent,
                    base::Timestamp now) {
    return {{"limit_source", source},
            {"scope", scope},
            {"limit_usd", limit.usd()},
            {"spend_usd", spent.usd()},
            {"resets_at", next_midnight(now)}};
}

net::Response refused(int status, const std::string& message, json::object metadata, bool is_structured) {
    return openrouter_error(status, message, is_structured ? json::value(std::move(metadata)) : json::value(nullptr));
}

net::Response in_flight(const char* code, const std::string& message, bool is_structured) {
    return refused(402, message, {{"limit_source", "openrouter_in_flight_budget"}, {"error_type", code}},
                   is_structured);
}

}  // namespace

net::Response refuse_spent_key(const SimulatedKey& key, base::Timestamp now, bool is_structured) {
    const std::string window = key.settings.limit_reset.empty() ? "total" : key.settings.limit_reset;
    const base::MicroUsd limit = key.settings.limit.value_or(base::MicroUsd{});
    const base::MicroUsd spent{limit.value - remaining(key, now).value_or(base::MicroUsd{}).value};
    return refused(403, "Key limit exceeded (" + window + " limit)",
                   budget("openrouter_key_limit", "api_key", limit, spent, now), is_structured);
}

net::Response refuse_dear_answer(std::int64_t max_tokens, std::int64_t affordable_tokens) {
    return openrouter_error(402, "This request requires more credits, or fewer max_tokens. You requested up to " +
                                     std::to_string(max_tokens) + " tokens, but can only afford " +
                                     std::to_string(std::max<std::int64_t>(affordable_tokens, 0)) +
                                     ". To increase, create a key with a higher daily limit");
}

net::Response refuse_by_guardrail(const std::string& message) {
    return openrouter_error(403, message);
}

net::Response refuse_by_budget(const std::string& message, base::MicroUsd limit, base::MicroUsd spent,
                               bool is_structured) {
    json::object metadata{{"limit_source", "openrouter_guardrail_budget"},
                          {"scope", "guardrail"},
                          {"limit_usd", limit.usd()},
                          {"spend_usd", spent.usd()}};
    return refused(403, message, std::move(metadata), is_structured);
}

std::optional<net::Response> refusal_for(std::string_view cause, const SimulatedKey& key, base::Timestamp now,
                                         bool is_structured) {
    if (cause == "no_credits")
        return openrouter_error(402, "Insufficient credits. Add more using https://openrouter.ai/credits");
    if (cause == "in_flight_budget") {
        net::Response answer = in_flight("in_flight_budget_exhausted",
                                         "The estimated cost of requests under way exceeds your in-flight spending "
                                         "budget",
                                         is_structured);
        answer.set("Retry-After", "7");
        return answer;
    }
    if (cause == "too_heavy")
        return in_flight("weight_exceeds_budget", "This request alone exceeds your in-flight spending budget",
                         is_structured);
    if (cause == "key_limit") return refuse_spent_key(key, now, is_structured);
    if (cause == "workspace_budget")
        return refused(403, "Workspace budget exceeded (daily limit)",
                       budget("openrouter_workspace_budget", "workspace", base::MicroUsd{50'000'000},
                              base::MicroUsd{50'120'000}, now),
                       is_structured);
    if (cause == "guardrail_budget")
        return refuse_by_budget("Guardrail budget exceeded (daily limit of \"course\")", base::MicroUsd{5'000'000},
                                base::MicroUsd{5'010'000}, is_structured);
    if (cause == "moderation")
        return openrouter_error(403, "Your chosen model requires moderation and your input was flagged",
                                json::object{{"reasons", json::array{"violence"}},
                                             {"flagged_input", "what was asked"},
                                             {"provider_name", "OpenAI"},
                                             {"model_slug", "openai/gpt-4o-mini"}});
    if (cause == "model_not_allowed")
        return refuse_by_guardrail("Model openai/gpt-4o is not allowed by guardrail \"course\"");
    if (cause == "no_endpoints")
        return openrouter_error(404, "No endpoints found matching your guardrail restrictions and data policy");
    if (cause == "rate_limited") {
        net::Response answer =
            openrouter_error(429, "Rate limit exceeded", json::object{{"error_type", "rate_limit_exceeded"}});
        answer.set("Retry-After", "9");
        return answer;
    }
    return std::nullopt;
}

bool is_silent_cause(std::string_view cause) {
    return std::find(silences.begin(), silences.end(), cause) != silences.end();
}

bool is_chat_cause(std::string_view cause) {
    return is_silent_cause(cause) || std::find(refusals.begin(), refusals.end(), cause) != refusals.end();
}

}  // namespace llmapikey::sandbox
