#include <cstdio>

#include "app/upstreams.hpp"
#include "base/encoding.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

namespace llmapikey::cli {
namespace {

constexpr base::Millis patience{4'000};

int fail(const std::string& what) {
    std::fprintf(stderr, "llmapikey: %s\n", what.c_str());
    return 1;
}

}  // namespace

// Reads only LISTEN, from the environment or `.env` like `serve`, so that it needs no secret.
int run_health() {
    const auto environment = config::read_environment();
    if (!environment) {
        explain(environment.error());
        return 2;
    }
    std::string address(base::trim(environment->lookup("LISTEN").value_or("")));
    if (address.empty()) address = "127.0.0.1:3000";
    const auto listen = net::ListenAddress::parse(address);
    if (!listen) {
        fail("LISTEN: " + listen.error().detail);
        return 2;
    }
    net::ClientRequest request;
    request.url = "http://" + listen->text() + "/healthz";  // Linux connects an "any address" to this host
    const auto answer = app::make_http_client({})->send(request, base::Deadline::after(patience));
    if (answer.transfer != net::TransferStatus::answered) return fail(request.url + ": " + answer.failure);
    if (answer.status != 200) return fail(request.url + " answers " + std::to_string(answer.status));
    std::puts("ok");
    return 0;
}

}  // namespace llmapikey::cli
