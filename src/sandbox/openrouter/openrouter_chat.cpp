#include "sandbox/openrouter/openrouter_chat.hpp"

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
#include "sandbox/openrouter/openrouter_models.hpp"
#include "sandbox/openrouter/openrouter_refusals.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::int64_t default_max_tokens = 64;

struct Request {
    const Model* model = nullptr;
    std::string prompt;
    std::int64_t max_tokens = default_max_tokens;
    bool is_stream = false;
};

std::int64_t count_tokens(const std::string& text) {
    return static_cast<std::int64_t>(text.size() / 4 + 1);
}

base::MicroUsd cost_of(const Model& model, std::int64_t prompt_tokens, std::int64_t completion_tokens) {
    const std::int64_t nano = model.prompt_nano_usd * prompt_tokens + model.completion_nano_usd * completion_tokens;
    return base::MicroUsd{(nano + 999) / 1000};
}

std::string content_of(const json::value& content) {
    if (content.is_string()) return std::string(content.get_string());
    std::string text;
    if (!content.is_array()) return text;
    for (const json::value& part : content.get_array()) {
        const json::value* piece = part.is_object() ? part.get_object().if_contains("text") : nullptr;
        if (piece != nullptr && piece->is_string()) text += std::string(piece->get_string());
    }
    return text;
}

// Returns an error answer if the request is invalid; nullopt if it was parsed.
std::optional<net::Response> parse_request(std::string_view body, Request& request) {
    const auto parsed = parse_object(body);
    if (!parsed) return openrouter_error(400, "Invalid JSON in the request body");
    const json::object& fields = *parsed;
    request.model = find_model(text_of(fields, "model"));
    if (request.model == nullptr) return openrouter_error(400, "The model is not a valid model ID");
    const json::value* messages = fields.if_contains("messages");
    if (messages == nullptr || !messages->is_array() || messages->get_array().empty()) {
        return openrouter_error(400, "Input required: specify \"messages\"");
    }
    for (const json::value& message : messages->get_array()) {
        const json::value* content = message.is_object() ? message.get_object().if_contains("content") : nullptr;
        if (content != nullptr) request.prompt = content_of(*content);
    }
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
        const json::value* most = fields.if_contains(name);
        if (most != nullptr && most->is_int64() && most->get_int64() > 0) request.max_tokens = most->get_int64();
    }
    request.is_stream = flag_of(fields, "stream");
    return std::nullopt;
}

std::vector<std::string> answer_words(const Request& request) {
    const std::string text = "This is the sandbox speaking as " + std::string(request.model->name) +
                             ". You said: " + (request.prompt.empty() ? "nothing." : request.prompt.substr(0, 200));
    std::vector<std::string> words;
    for (const std::string_view word : base::split(text, ' ')) {
        if (static_cast<std::int64_t>(words.size()) >= request.max_tokens) break;
        words.push_back((words.empty() ? "" : " ") + std::string(word));
    }
    return words;
}

json::object usage_of(std::int64_t prompt_tokens, std::int64_t completion_tokens, base::MicroUsd cost) {
    json::object usage;
    usage["prompt_tokens"] = prompt_tokens;
    usage["completion_tokens"] = completion_tokens;
    usage["total_tokens"] = prompt_tokens + completion_tokens;
    usage["cost"] = cost.usd();
    return usage;
}

json::object envelope(const std::string& id, const char* object, const Request& request, base::Timestamp now) {
    json::object root;
    root["id"] = id;
    root["object"] = object;
    root["created"] = now.time_since_epoch().count();
    root["model"] = request.model->id;
    root["system_fingerprint"] = "fp_sandbox";
    root["provider"] = request.model->provider();
    return root;
}

// Says how an answer ends. A model that thinks can use up all tokens before its first word, a
// filter can hold its words back, and it can refuse.
struct Ending {
    const char* finish_reason = "stop";
    const char* refusal = nullptr;
};

Ending ending_for(std::string_view cause) {
    if (cause == "length") return {"length", nullptr};
    if (cause == "content_filter") return {"content_filter", nullptr};
    if (cause == "refusal") return {"stop", "I cannot help with that."};
    return {};
}

net::Response whole_answer(const std::string& id, const Request& request, const std::vector<std::string>& words,
                           const Ending& ending, const json::object& usage, base::Timestamp now) {
    std::string text;
    for (const std::string& word : words)
        text += word;
    json::object root = envelope(id, "chat.completion", request, now);
    json::object message{{"role", "assistant"}, {"content", text}};
    if (ending.refusal != nullptr) message["refusal"] = ending.refusal;
    root["choices"] = json::array{{{"index", 0},
                                   {"message", std::move(message)},
                                   {"finish_reason", ending.finish_reason},
                                   {"logprobs", nullptr}}};
    root["usage"] = usage;
    return json_answer(200, json::serialize(root));
}

std::string chunk(const std::string& id, const Request& request, base::Timestamp now, json::object delta,
                  json::value finish_reason, const json::object* usage) {
    json::object root = envelope(id, "chat.completion.chunk", request, now);
    root["choices"] = json::array{{{"index", 0},
                                   {"delta", std::move(delta)},
                                   {"finish_reason", std::move(finish_reason)},
                                   {"logprobs", nullptr}}};
    if (usage != nullptr) root["usage"] = *usage;
    return "data: " + json::serialize(root) + "\n\n";
}

net::Response streamed_answer(const std::string& id, const Request& request, const std::vector<std::string>& words,
                              const Ending& ending, const json::object& usage, base::Timestamp now) {
    net::Response response;
    response.set("Content-Type", "text/event-stream").set("Cache-Control", "no-store");
    response.chunks.push_back(": OPENROUTER PROCESSING\n\n");
    for (const std::string& word : words) {
        response.chunks.push_back(
            chunk(id, request, now, {{"role", "assistant"}, {"content", word}}, nullptr, nullptr));
    }
    if (ending.refusal != nullptr)
        response.chunks.push_back(
            chunk(id, request, now, {{"role", "assistant"}, {"refusal", ending.refusal}}, nullptr, nullptr));
    response.chunks.push_back(
        chunk(id, request, now, {{"role", "assistant"}, {"content", ""}}, ending.finish_reason, &usage));
    response.chunks.push_back("data: [DONE]\n\n");
    return response;
}

// Refuses with 403 if the cap is spent, and with 402 if `max_tokens` could cost more than what is
// left, as OpenRouter's documents say.
std::optional<net::Response> refuse_by_cap(const SimulatedKey& key, const Request& request, base::Timestamp now,
                                           bool is_structured) {
    const auto left = remaining(key, now);
    if (!left) return std::nullopt;
    if (left->value <= 0) return refuse_spent_key(key, now, is_structured);
    const base::MicroUsd worst = cost_of(*request.model, count_tokens(request.prompt), request.max_tokens);
    const bool is_stated = request.max_tokens != default_max_tokens;
    if (!is_stated || worst <= *left) return std::nullopt;
    const std::int64_t for_prompt = cost_of(*request.model, count_tokens(request.prompt), 0).value;
    const std::int64_t affordable =
        (left->value - for_prompt) * 1000 / std::max<std::int64_t>(request.model->completion_nano_usd, 1);
    return refuse_dear_answer(request.max_tokens, affordable);
}

// Returns what a test has asked this answer to be; empty: nothing.
std::string take_cause(OpenRouterScene& scene) {
    if (scene.chat.cause.empty() || scene.chat.times <= 0) return {};
    --scene.chat.times;
    return scene.chat.cause;
}

}  // namespace

net::Response complete_chat(const ChatParts& parts, SimulatedKey& key, std::string_view body, base::Timestamp now) {
    Request request;
    if (auto refusal = parse_request(body, request)) return std::move(*refusal);
    const bool is_structured = parts.scene.has_structured_errors;
    const std::string cause = take_cause(parts.scene);
    if (auto refusal = refusal_for(cause, key, now, is_structured)) return std::move(*refusal);
    const std::string objection = parts.guardrails.objection_to(key, *request.model);
    if (!objection.empty()) return refuse_by_guardrail(objection);
    const auto spent = parts.guardrails.spent_budget_of(key, now);
    if (spent) return refuse_by_budget(spent->message, spent->limit, spent->spent, is_structured);
    if (auto refusal = refuse_by_cap(key, request, now, is_structured)) return std::move(*refusal);
    const auto words = is_silent_cause(cause) ? std::vector<std::string>{} : answer_words(request);
    const Ending ending = ending_for(cause);
    const std::int64_t prompt_tokens = count_tokens(request.prompt);
    const auto completion_tokens = ending.finish_reason == std::string_view("length")
                                       ? request.max_tokens
                                       : static_cast<std::int64_t>(words.size());
    base::MicroUsd cost = cost_of(*request.model, prompt_tokens, completion_tokens);
    if (std::string_view(request.model->id) == "sandbox/expensive") cost = base::MicroUsd{1'000'000};
    parts.ledger.spend(key, request.model->canonical_slug, {1, prompt_tokens, completion_tokens, cost});
    const std::string id = "gen-" + base::random_token(15);
    const json::object usage = usage_of(prompt_tokens, completion_tokens, cost);
    net::Response response = request.is_stream ? streamed_answer(id, request, words, ending, usage, now)
                                               : whole_answer(id, request, words, ending, usage, now);
    return response.set("X-Generation-Id", id);
}

}  // namespace llmapikey::sandbox
