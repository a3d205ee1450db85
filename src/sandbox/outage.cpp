#include "sandbox/outage.hpp"

#include <algorithm>
#include <iterator>

#include "sandbox/faults.hpp"
#include "sandbox/openrouter/openrouter_answer.hpp"
#include "sandbox/request_parts.hpp"

namespace llmapikey::sandbox {
namespace {

constexpr std::chrono::seconds hang_max{60};
constexpr const char* names[] = {"off", "refuse", "hang", "error"};  // in the order of Mode

}  // namespace

std::optional<net::Response> Outage::control(const net::Request& request) {
    if (request.path != "/sandbox/outage") return std::nullopt;
    if (request.method == "POST") {
        const auto fields = parse_object(request.body);
        const std::string wish = fields ? text_of(*fields, "mode") : "";
        const auto found = std::find(std::begin(names), std::end(names), wish);
        if (found == std::end(names)) return openrouter_error(400, "mode must be refuse, hang, error or off");
        mode_ = static_cast<Mode>(found - std::begin(names));
    }
    return json_answer(200, std::string("{\"mode\":\"") + names[static_cast<int>(mode_.load())] + "\"}");
}

std::optional<net::Response> Outage::answer() const {
    const Mode mode = mode_;
    if (mode == Mode::off) return std::nullopt;
    net::Response response = openrouter_error(503, "Service Unavailable");
    response.misbehavior.drop_connection = mode == Mode::refuse;
    if (mode == Mode::hang) response.misbehavior.hang = hang_max;
    return response;
}

}  // namespace llmapikey::sandbox
