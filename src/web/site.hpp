#pragma once

#include <atomic>
#include <map>
#include <memory>
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

    std::optional<net::ReadyAnswer> ready_answer(const net::Request& request) override;
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
    // What stands ready for this path and this client; both null: nothing.
    struct Ready {
        const PreparedAnswer* answer = nullptr;
        std::shared_ptr<const PreparedAnswer> owner;  // where the answer may be replaced meanwhile
        std::size_t route = 0;                        // its number
    };
    Ready find_ready(const net::Request& request) const;
    net::Response error(const Context& context, int status, base::Seconds retry_after = {}) const;
    void finish(const Context& context, net::Response& response) const;
    void read_session(Context& context) const;
    PreparedAnswer prepare(std::string_view path, Handler page) const;
    // What was answered, for /metrics and the log.
    struct Answered {
        const net::Request& request;
        std::size_t route;
        int status;
        std::string_view client_address;
        std::string_view request_id;
    };
    void note(const Answered& answered) const;

    Services services_;
    OriginResolver origins_;
    const int rate_limit_per_minute_;
    RateLimiter limiter_;
    struct Page {
        PreparedAnswer answer;
        std::size_t route;
    };
    std::map<std::string, PreparedAnswer, std::less<>> assets_;  // by path
    std::map<std::string, Page, std::less<>> anonymous_pages_;   // likewise: for those who are not signed in
    std::atomic<std::shared_ptr<const PreparedAnswer>> docs_;    // likewise, shared with answers under way
    std::size_t docs_route_;
};

}  // namespace llmapikey::web
