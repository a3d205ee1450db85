#include "site/operator_routes.hpp"

#include "ops/log.hpp"

namespace llmapikey {
namespace {

net::Response text_response(int status, std::string text) {
    return uncached_response(status, "text/plain; charset=utf-8", std::move(text));
}

}  // namespace

net::Response OperatorRoutes::health(const Context&) const {
    return text_response(200, "ok\n");
}

net::Response OperatorRoutes::check_readiness(const Context&) const {
    readiness.last_asked_at = clock.now();
    if (readiness.is_draining) return text_response(503, "shutting down\n").set("Retry-After", "5");
    const auto checked = store.check();
    if (checked) return text_response(200, "ready\n");
    ops::log(ops::LogLevel::error, "not ready: " + checked.error().detail);
    const bool is_unwritable = checked.error().code == base::Errc::store_unwritable;
    return text_response(503, is_unwritable ? "the database cannot be written: is its disk full?\n"
                                            : "the database cannot be used\n")
        .set("Retry-After", "5");
}

net::Response OperatorRoutes::metrics_text(const Context&) const {
    return uncached_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
}

net::Response OperatorRoutes::robots(const Context&) const {
    return text_response(200, "User-agent: *\nDisallow: /auth/\n");
}

}  // namespace llmapikey
