#include "providers/openrouter/openrouter_chat_wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "providers/amounts.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

const json::value* member(const json::value* value, std::string_view name) {
    if (value == nullptr || !value->is_object()) return nullptr;
    return value->get_object().if_contains(json::string_view(name.data(), name.size()));
}

std::string_view text_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
}

std::optional<base::MicroUsd> dollars_of(const json::value* value) {
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return to_amount(value->to_number<double>());
}

// Returns the status code of an error, which may be a number or text under "code" or "http_status";
// 0 if there is none.
int code_of(const json::value& error) {
    for (const char* name : {"code", "http_status"}) {
        const json::value* code = member(&error, name);
        if (code == nullptr) continue;
        const auto number =
            code->is_int64() ? std::optional(code->get_int64()) : base::parse_whole_number(text_of(code));
        if (number && *number >= 100 && *number < 600) return static_cast<int>(*number);
    }
    return 0;
}

// The content of an error. The message is in lower case, to be searched for words.
struct Said {
    std::string source;   // names the limit that was reached; empty: not reported
    std::string message;  // followed by the fields that name the kind of error
    bool is_flagged = false;

    bool has(std::string_view words) const { return message.find(words) != std::string::npos; }
};

Said said_by(const json::value* error) {
    const json::value* metadata = member(error, "metadata");
    Said said{std::string(text_of(member(metadata, "limit_source"))), std::string(text_of(member(error, "message"))),
              member(metadata, "flagged_input") != nullptr || member(metadata, "reasons") != nullptr};
    for (const json::value* where : {metadata, error})
        for (const char* name : {"error_type", "reason", "code", "type"})
            said.message += " " + std::string(text_of(member(where, name)));
    said.message = base::to_lower(said.message);
    return said;
}

std::optional<ChatCause> cause_by_source(const Said& said) {
    if (said.source == "openrouter_key_limit") return ChatCause::key_limit;
    if (said.source == "openrouter_workspace_budget") return ChatCause::workspace_budget;
    if (said.source == "openrouter_guardrail_budget") return ChatCause::guardrail_budget;
    if (said.source != "openrouter_in_flight_budget") return std::nullopt;
    return said.has("weight_exceeds_budget") ? ChatCause::request_too_heavy : ChatCause::in_flight_budget;
}

// OpenRouter uses both 402 and 403 for each of these.
std::optional<ChatCause> cause_by_budget(const Said& said) {
    if (said.has("key limit exceeded")) return ChatCause::key_limit;
    if (said.has("workspace") && said.has("budget")) return ChatCause::workspace_budget;
    if (said.has("guardrail") && said.has("budget")) return ChatCause::guardrail_budget;
    return std::nullopt;
}

ChatCause cause_of_402(const Said& said, base::Seconds retry_after) {
    if (said.has("weight_exceeds_budget")) return ChatCause::request_too_heavy;
    if (said.has("in_flight") || said.has("in-flight"))
        return retry_after.count() > 0 || said.has("exhausted") ? ChatCause::in_flight_budget
                                                                : ChatCause::request_too_heavy;
    if (const auto budget = cause_by_budget(said)) return *budget;
    if (said.has("fewer max_tokens") || said.has("can only afford"))
        return said.has("create a key with") ? ChatCause::answer_too_dear : ChatCause::credits_too_low;
    return retry_after.count() > 0 ? ChatCause::in_flight_budget : ChatCause::no_credits;
}

ChatCause cause_of_403(const Said& said) {
    if (const auto budget = cause_by_budget(said)) return *budget;
    if (said.is_flagged || said.has("moderation") || said.has("flagged")) return ChatCause::moderation;
    if (said.has("not allowed") || said.has("guardrail")) return ChatCause::model_not_allowed;
    return ChatCause::forbidden;
}

ChatCause cause_of_404(const Said& said) {
    const bool is_by_policy = said.has("no endpoints") || said.has("no_endpoints") || said.has("constraint_filtered") ||
                              said.has("no allowed providers") || said.has("guardrail") || said.has("data policy");
    return is_by_policy ? ChatCause::model_not_allowed : ChatCause::unknown_model;
}

ChatCause cause_of(int status, const Said& said, base::Seconds retry_after) {
    if (const auto named = cause_by_source(said)) return *named;
    const bool is_limit = (status == 402 || status == 403) && !said.source.empty();
    if (is_limit) return cause_by_budget(said).value_or(ChatCause::unknown_limit);
    switch (status) {
        case 401:
            return ChatCause::key_not_accepted;
        case 402:
            return cause_of_402(said, retry_after);
        case 403:
            return cause_of_403(said);
        case 404:
            return cause_of_404(said);
        case 400:
            return said.has("not a valid model") ? ChatCause::unknown_model : ChatCause::not_accepted;
        case 413:
        case 422:
            return ChatCause::not_accepted;
        case 429:
            return ChatCause::rate_limited;
        default:
            return status >= 300 && status < 400 ? ChatCause::misconfigured : ChatCause::upstream_down;
    }
}

ChatFailure failure_of(int status, const json::value* error, base::Seconds retry_after) {
    const std::string answered = status == 0 ? "an error without a status" : std::to_string(status);
    const json::value* metadata = member(error, "metadata");
    ChatFailure failure;
    failure.cause = cause_of(status, said_by(error), retry_after);
    failure.detail = "OpenRouter's chat answered " + answered;
    failure.retry_after = retry_after;
    failure.limit = dollars_of(member(metadata, "limit_usd"));
    failure.spent = dollars_of(member(metadata, "spend_usd"));
    failure.resets_at = base::parse_rfc3339(std::string(text_of(member(metadata, "resets_at"))));
    return failure;
}

ChatEnd::Reason reason_of(std::string_view finish_reason) {
    if (finish_reason == "length") return ChatEnd::Reason::length;
    if (finish_reason == "content_filter") return ChatEnd::Reason::content_filter;
    if (finish_reason == "refusal") return ChatEnd::Reason::refusal;
    return ChatEnd::Reason::stop;
}

}  // namespace

std::string to_chat_body(const ChatRequest& request, int max_tokens) {
    json::object body;
    body["model"] = request.model;
    body["messages"] = json::array{{{"role", "user"}, {"content", request.message}}};
    body["stream"] = true;
    body["max_tokens"] = max_tokens;
    return json::serialize(body);
}

std::optional<ChatChunk> parse_chat_chunk(std::string_view data) {
    json::error_code ec;
    const json::value root = json::parse(json::string_view(data.data(), data.size()), ec);
    if (ec || !root.is_object()) return std::nullopt;
    ChatChunk chunk;
    const json::value* error = member(&root, "error");
    const json::value* choices = member(&root, "choices");
    bool has_failed = false;
    if (choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
        const json::value& choice = choices->get_array().front();
        const json::value* delta = member(&choice, "delta");
        if (delta == nullptr) delta = member(&choice, "message");
        chunk.text = text_of(member(delta, "content"));
        chunk.refusal = text_of(member(delta, "refusal"));
        const std::string_view reason = text_of(member(&choice, "finish_reason"));
        chunk.has_ended = !reason.empty();
        chunk.reason = reason_of(reason);
        has_failed = reason == "error";
        if (error == nullptr) error = member(&choice, "error");
    }
    chunk.cost = dollars_of(member(member(&root, "usage"), "cost"));
    if (error != nullptr && error->is_null()) error = nullptr;
    if (error == nullptr && !has_failed) return chunk;
    chunk.has_ended = true;
    chunk.failure = failure_of(error == nullptr ? 0 : code_of(*error), error, {});
    return chunk;
}

ChatFailure chat_failure(int status, std::string_view body, base::Seconds retry_after) {
    json::error_code ec;
    const json::value root = json::parse(json::string_view(body.data(), body.size()), ec);
    return failure_of(status, ec ? nullptr : member(&root, "error"), retry_after);
}

}  // namespace llmapikey
