#include "ops/log.hpp"
#include "web/routes.hpp"

namespace llmapikey::web {
namespace {

net::Response text_response(int status, std::string text) {
    return uncached_response(status, "text/plain; charset=utf-8", std::move(text));
}

}  // namespace

net::Response health(const Services&, const Context&) {
    return text_response(200, "ok\n");
}

net::Response readiness(const Services& services, const Context&) {
    services.readiness.last_asked_at = services.clock.now();
    if (services.readiness.is_draining) return text_response(503, "shutting down\n").set("Retry-After", "5");
    const auto checked = services.store.check();
    if (checked) return text_response(200, "ready\n");
    ops::log(ops::LogLevel::error, "not ready: " + checked.error().detail);
    const bool is_unwritable = checked.error().code == base::Errc::store_unwritable;
    return text_response(503, is_unwritable ? "the database cannot be written: is its disk full?\n"
                                            : "the database cannot be used\n")
        .set("Retry-After", "5");
}

net::Response metrics_text(const Services& services, const Context&) {
    return uncached_response(200, "text/plain; version=0.0.4; charset=utf-8", services.metrics.text());
}

net::Response robots_text(const Services&, const Context&) {
    return text_response(200, "User-agent: *\nDisallow: /auth/\n");
}

}  // namespace llmapikey::web
