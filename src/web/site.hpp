#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "web/context.hpp"
#include "web/routes.hpp"

namespace llmapikey::web {

// The service's HTTP face: finds the route, checks what its columns ask for, calls the handler, and adds to every
// answer what every answer must have. Thread-safe.
class Site final : public net::HttpHandler {
public:
    Site(Services services, OriginResolver origins, int rate_limit_per_minute);

    net::Executor executor_for(const net::Request& request) const override;
    net::Response handle(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

    // Makes the pages anew that are the same for all who are not signed in, and that depend on what was learned since
    // the start: /docs on the guardrail. From one thread at a time.
    void refresh_pages();

private:
    net::Response answer(Context& context);
    net::Response call(Context& context);
    // The route of a request that brings an API token, or the answer to one whose token is no good.
    std::optional<net::Response> authenticate(Context& context);
    // The handler's answer, or that of the first request with the same Idempotency-Key.
    net::Response answer_once(const Context& context, const std::string& key);
    // The admins' route of this path, if there is one and the request is an admin's.
    const Route* hidden_route(const net::Request& request) const;
    std::optional<net::Response> refuse_unfit(const Context& context);
    std::optional<net::Response> refuse_beyond_shared_limit(const Context& context);
    std::optional<net::Response> answer_prepared(const Context& context) const;
    net::Response error(const Context& context, int status, base::Seconds retry_after = {}) const;
    void finish(const Context& context, net::Response& response) const;
    void read_session(Context& context) const;
    PreparedAnswer prepare(const std::string& path, Handler page) const;
    std::shared_ptr<const PreparedAnswer> docs() const;

    Services services_;
    OriginResolver origins_;
    const int rate_limit_per_minute_;
    RateLimiter limiter_;
    std::map<std::string, PreparedAnswer, std::less<>> assets_;  // by path
    std::map<std::string, PreparedAnswer, std::less<>>
        anonymous_pages_;  // by path: shown to those who are not signed in
    mutable std::mutex docs_mutex_;
    std::shared_ptr<const PreparedAnswer> docs_;  // likewise; shared with the answers that are being made of it
};

}  // namespace llmapikey::web
