#include "sandbox/faults.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::int64_t max_delay_ms = 60'000;

// "/keys/abc/x" -> "/keys/{}/x": so that counters are few.
std::string without_ids(const std::string& path) {
    std::string out;
    for (const std::string_view part : base::split(path, '/')) {
        if (part.empty()) continue;
        const bool is_id = part.size() > 20 || part.find_first_not_of("0123456789") == std::string_view::npos;
        out += "/" + (is_id ? std::string("{}") : std::string(part));
    }
    return out.empty() ? "/" : out;
}

std::string text_of(const json::object& object, const char* name, std::string fallback = {}) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : fallback;
}

std::int64_t number_of(const json::object& object, const char* name, std::int64_t fallback) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

}  // namespace

net::Response json_answer(int status, std::string body) {
    net::Response response;
    response.status = status;
    response.set("Content-Type", "application/json; charset=utf-8").set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

std::optional<net::Response> Faults::control(const net::Request& request) {
    if (request.path != "/sandbox/faults") return std::nullopt;
    if (request.method == "POST") return add(request.body);
    const std::lock_guard lock(mutex_);
    if (request.method == "DELETE") faults_.clear();
    return json_answer(200, "{\"waiting\":" + std::to_string(faults_.size()) + "}");
}

net::Response Faults::add(const std::string& body) {
    json::error_code ec;
    const json::value value = json::parse(body, ec);
    if (ec || !value.is_object()) return json_answer(400, "{\"error\":\"a JSON object is needed\"}");
    const json::object& wish = value.get_object();
    Fault fault;
    fault.method = text_of(wish, "method");
    fault.path = text_of(wish, "path");
    fault.times = static_cast<int>(std::clamp<std::int64_t>(number_of(wish, "times", 1), 1, 1'000'000));
    fault.delay_ms = static_cast<int>(std::clamp<std::int64_t>(number_of(wish, "delay_ms", 0), 0, max_delay_ms));
    if (wish.if_contains("status") != nullptr) fault.status = static_cast<int>(number_of(wish, "status", 500));
    if (wish.if_contains("body") != nullptr) fault.body = text_of(wish, "body");
    fault.content_type = text_of(wish, "content_type", fault.content_type);
    fault.drop = text_of(wish, "drop");
    fault.truncate_after = static_cast<std::size_t>(std::max<std::int64_t>(number_of(wish, "truncate_after", 0), 0));
    const json::value* after_effect = wish.if_contains("after_effect");
    fault.is_after_effect = after_effect != nullptr && after_effect->is_bool() && after_effect->get_bool();
    if (const json::value* headers = wish.if_contains("headers"); headers != nullptr && headers->is_object()) {
        for (const auto& [name, text] : headers->get_object()) {
            if (text.is_string()) fault.headers.push_back({std::string(name), std::string(text.get_string())});
        }
    }
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
    return json_answer(201, "{\"waiting\":" + std::to_string(faults_.size()) + "}");
}

std::optional<Faults::Fault> Faults::take(const std::string& method, const std::string& path) {
    const std::lock_guard lock(mutex_);
    ++calls_[method + " " + without_ids(path)];
    for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
        if (!fault->method.empty() && fault->method != method) continue;
        if (!path.starts_with(fault->path)) continue;
        Fault taken = *fault;
        if (--fault->times == 0) faults_.erase(fault);
        return taken;
    }
    return std::nullopt;
}

net::Response Faults::apply(const std::string& method, const std::string& path,
                            const std::function<net::Response()>& call) {
    const auto fault = take(method, path);
    if (!fault) return call();
    const bool replaces_answer = fault->status || fault->body;
    const bool has_effect = fault->drop != "before" && (!replaces_answer || fault->is_after_effect);
    net::Response response;
    if (has_effect) response = call();
    if (replaces_answer) {
        response = json_answer(fault->status.value_or(200), fault->body.value_or("{}"));
        response.headers.front().value = fault->content_type;
    }
    for (const net::Header& header : fault->headers)
        response.set(header.name, header.value);
    response.misbehavior = {base::Millis{fault->delay_ms}, !fault->drop.empty(), fault->truncate_after};
    return response;
}

std::map<std::string, int> Faults::call_counts() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

}  // namespace llmapikey::sandbox
