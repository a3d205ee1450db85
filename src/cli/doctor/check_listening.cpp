#include "app/settings.hpp"
#include "app/upstreams.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

namespace llmapikey::cli {
namespace {

constexpr base::Millis patience{2'000};

}  // namespace

std::string why_not_served_at(const std::string& origin) {
    net::ClientRequest request;
    request.url = origin + "/healthz";
    const auto answer = app::make_http_client({})->send(request, base::Deadline::after(patience));
    if (answer.transfer != net::TransferStatus::answered) return answer.failure;
    const bool is_ours = answer.body == "ok\n" && !answer.header("x-request-id").empty();
    return is_ours ? "" : "another program answers there, with status " + std::to_string(answer.status);
}

bool is_running_here(const CheckContext& context) {
    const auto address = net::ListenAddress::parse(context.sound.listen);
    if (!address || address->port == 0 || address->is_free().value_or(true)) return false;
    return why_not_served_at("http://" + address->text()).empty();
}

std::vector<Finding> check_listening(CheckContext& context) {
    const std::string what = "address";
    if (is_any_wrong(context, {"LISTEN"})) return {};
    const auto address = net::ListenAddress::parse(context.sound.listen);
    if (!address) return {{what, Verdict::problem, "LISTEN: " + address.error().detail}};
    const auto is_free = address->is_free();
    if (!is_free) return {{what, Verdict::problem, is_free.error().detail + "; set LISTEN"}};
    const std::string where = address->port == 0 ? "any free port of " + address->host : address->text();
    if (*is_free) return {{what, Verdict::ok, where + " is free"}};
    if (is_running_here(context)) return {{what, Verdict::ok, where + ": llmapikey is running there"}};
    return {{what, Verdict::problem, where + " is in use by another program; stop that, or set LISTEN"}};
}

std::vector<Finding> check_proxies(CheckContext& context) {
    const auto proxies = app::parse_proxies(context.sound);
    if (proxies) return {};
    return {{"proxies", Verdict::problem,
             proxies.error().detail + "; write addresses or ranges with commas between, such as 127.0.0.1,10.0.0.0/8"}};
}

}  // namespace llmapikey::cli
