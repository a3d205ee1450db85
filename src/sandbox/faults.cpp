#include "sandbox/faults.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "base/encoding.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::int64_t delay_ms_max = 60'000;
constexpr std::int64_t bytes_max = 1'000'000'000;

// Turns "/keys/abc/x" into "/keys/{}/x", so that there are few counters.
std::string without_ids(std::string_view path) {
    std::string out;
    for (const std::string_view part : base::split(path, '/')) {
        if (part.empty()) continue;
        const bool is_id = part.size() > 20 || part.find_first_not_of("0123456789") == std::string_view::npos;
        out += "/" + (is_id ? std::string("{}") : std::string(part));
    }
    return out.empty() ? "/" : out;
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

Faults::Fault Faults::parse(const json::object& wish) {
    const auto amount = [&](const char* name, std::int64_t most) {
        return std::clamp<std::int64_t>(number_of(wish, name, 0), 0, most);
    };
    Fault fault;
    fault.method = text_of(wish, "method");
    fault.path = text_of(wish, "path");
    fault.request_has = text_of(wish, "request_has");
    fault.times = static_cast<int>(std::clamp<std::int64_t>(number_of(wish, "times", 1), 1, 1'000'000'000));
    fault.delay_ms = static_cast<int>(amount("delay_ms", delay_ms_max));
    if (wish.if_contains("status") != nullptr) fault.status = static_cast<int>(number_of(wish, "status", 500));
    if (wish.if_contains("body") != nullptr) fault.body = text_of(wish, "body");
    fault.content_type = text_of(wish, "content_type", fault.content_type);
    fault.is_after_effect = flag_of(wish, "after_effect");
    fault.drop = text_of(wish, "drop");
    fault.truncate_after = static_cast<std::size_t>(amount("truncate_after", bytes_max));
    fault.drip_bytes_per_second = static_cast<std::size_t>(amount("drip_bytes_per_second", bytes_max));
    fault.has_duplicate_hash = flag_of(wish, "duplicate_hash");
    if (const json::value* chance = wish.if_contains("probability"))
        fault.probability = chance->is_number() ? chance->to_number<double>() : -1;
    fault.random_state = static_cast<std::uint64_t>(number_of(wish, "seed", 0));
    if (const json::value* headers = wish.if_contains("headers"); headers != nullptr && headers->is_object()) {
        for (const auto& [name, text] : headers->get_object()) {
            if (text.is_string()) fault.headers.push_back({std::string(name), std::string(text.get_string())});
        }
    }
    return fault;
}

net::Response Faults::add(std::string_view body) {
    const auto wish = parse_object(body);
    if (!wish) return json_answer(400, "{\"error\":\"a JSON object is needed\"}");
    Fault fault = parse(*wish);
    if (!(fault.probability >= 0 && fault.probability <= 1))
        return json_answer(400, "{\"error\":\"probability must be a number from 0 to 1\"}");
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
    return json_answer(201, "{\"waiting\":" + std::to_string(faults_.size()) + "}");
}

// Draws with SplitMix64, which is small and gives the same numbers on every platform.
bool Faults::draw(Fault& fault) {
    std::uint64_t mixed = fault.random_state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    mixed ^= mixed >> 31;
    return std::ldexp(static_cast<double>(mixed >> 11), -53) < fault.probability;
}

void Faults::count(std::string_view method, std::string_view path) {
    const std::lock_guard lock(mutex_);
    ++calls_[std::string(method) + " " + without_ids(path)];
}

std::optional<Faults::Fault> Faults::take(const Call& asked) {
    count(asked.method, asked.path);
    const std::lock_guard lock(mutex_);
    for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
        if (!fault->method.empty() && fault->method != asked.method) continue;
        if (!asked.path.starts_with(fault->path)) continue;
        if (asked.body.find(fault->request_has) == std::string_view::npos) continue;
        if (!draw(*fault)) continue;
        Fault taken = *fault;
        if (--fault->times == 0) faults_.erase(fault);
        return taken;
    }
    return std::nullopt;
}

net::Response Faults::apply(const Call& asked, const std::function<net::Response()>& call,
                            const std::function<void(net::Response&)>& misname) {
    const auto fault = take(asked);
    if (!fault) return call();
    const bool replaces_answer = fault->status || fault->body;
    const bool has_effect = fault->drop != "before" && (!replaces_answer || fault->is_after_effect);
    net::Response response;
    if (has_effect) response = call();
    if (has_effect && fault->has_duplicate_hash && misname) misname(response);
    if (replaces_answer) {
        response = json_answer(fault->status.value_or(200), fault->body.value_or("{}"));
        response.headers.front().value = fault->content_type;
    }
    for (const net::Header& header : fault->headers)
        response.set(header.name, header.value);
    response.misbehavior.delay = base::Millis{fault->delay_ms};
    response.misbehavior.drop_connection = !fault->drop.empty();
    response.misbehavior.truncate_after = fault->truncate_after;
    response.misbehavior.drip_bytes_per_second = fault->drip_bytes_per_second;
    return response;
}

std::map<std::string, int> Faults::call_counts() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

}  // namespace llmapikey::sandbox
