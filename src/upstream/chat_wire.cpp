#include "upstream/chat_wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"

namespace llmapikey::upstream {
namespace {

namespace json = boost::json;
using base::Errc;

const json::value* member(const json::value* value, std::string_view name) {
    if (value == nullptr || !value->is_object()) return nullptr;
    return value->get_object().if_contains(json::string_view(name.data(), name.size()));
}

std::string_view text_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
}

// The code of an error, which may be text, or stand under another name.
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

Errc meaning_of(int status) {
    switch (status) {
        case 401:
            return Errc::unauthenticated;
        case 402:
        case 403:
            return Errc::forbidden;
        case 404:
            return Errc::not_found;
        case 400:
        case 413:
        case 422:
            return Errc::invalid_input;
        case 429:
            return Errc::rate_limited;
        default:
            return status >= 300 && status < 400 ? Errc::misconfigured : Errc::upstream_down;
    }
}

}  // namespace

std::string to_chat_body(const service::ChatRequest& request, int max_tokens) {
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
    if (choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
        const json::value& choice = choices->get_array().front();
        chunk.text = text_of(member(member(&choice, "delta"), "content"));
        const std::string_view reason = text_of(member(&choice, "finish_reason"));
        chunk.has_ended = !reason.empty();
        if (reason == "error") chunk.failed_as = 0;
        if (error == nullptr) error = member(&choice, "error");
    }
    if (error == nullptr || error->is_null()) return chunk;
    chunk.has_ended = true;
    chunk.failed_as = code_of(*error);
    return chunk;
}

base::Error chat_error(int status, base::Seconds retry_after) {
    const std::string said = status == 0 ? "an error without a status" : std::to_string(status);
    return {meaning_of(status), "OpenRouter's chat answered " + said, retry_after};
}

}  // namespace llmapikey::upstream
