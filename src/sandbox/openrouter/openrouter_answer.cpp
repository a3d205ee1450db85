#include "sandbox/openrouter/openrouter_answer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "sandbox/faults.hpp"

namespace llmapikey::sandbox {

namespace json = boost::json;

net::Response openrouter_error(int status, const std::string& message) {
    return openrouter_error(status, message, nullptr);
}

net::Response openrouter_error(int status, const std::string& message, json::value metadata) {
    json::object root;
    root["error"] = {{"code", status}, {"message", message}, {"metadata", std::move(metadata)}};
    if (status == 402) root["user_id"] = openrouter_owner;  // as OpenRouter does; the service must not pass it on
    return json_answer(status, json::serialize(root));
}

net::Response data_answer(int status, json::value data) {
    json::object root;
    root["data"] = std::move(data);
    return json_answer(status, json::serialize(root));
}

json::value dollars(const std::optional<base::MicroUsd>& amount) {
    return amount ? json::value(amount->usd()) : json::value(nullptr);
}

json::value time_text(const std::optional<base::Timestamp>& time) {
    return time ? json::value(base::to_rfc3339(*time)) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace llmapikey::sandbox
