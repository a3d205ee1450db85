#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "http/context.hpp"
#include "http/rate_limiter.hpp"
#include "identity/admins.hpp"
#include "ops/metrics.hpp"
#include "site/cached_responses.hpp"
#include "site/rate_limits.hpp"
#include "site/stored_answers.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey {

// The services that a request needs before its handler runs. All must outlive the site, and all are
// thread-safe.
struct SiteParts {
    const base::Clock& clock;
    const SessionTokens& sessions;
    const Admins& admins;
    ApiTokens& tokens;
    RateLimits* rate_limits;  // shared by all replicas; null: there is only one process
    StoredAnswers& stored_answers;
    const base::Sealer& answer_sealer;
    ops::Metrics& metrics;
};

// The service's HTTP interface: finds the route, checks its columns, calls the handler, and adds
// the headers of every response. Thread-safe.
class Site final : public net::HttpHandler {
public:
    Site(const Handlers& handlers, SharedContext shared, SiteParts parts, OriginResolver origins,
         int rate_limit_per_minute);

    std::optional<net::ReadyResponse> ready_answer(const net::Request& request) override;
    net::Executor executor_for(const net::Request& request) const override;
    net::Response handle(const net::Request& request) override;
    std::optional<net::ReadyResponse> ready_refusal(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

    // Calls CachedResponses::refresh().
    void refresh_pages();

private:
    const RouteTable& routes() const { return shared_.routes; }
    bool is_admin(const Context& context) const;
    net::Response answer(Context& context);
    net::Response call(Context& context);
    // Finds the route of a request with an API token. Returns the answer if the token is not
    // accepted.
    std::optional<net::Response> authenticate(Context& context);
    // Returns the handler's answer, or that of the first request with the same Idempotency-Key.
    net::Response answer_once(const Context& context, const std::string& key);
    // Redirects to the path without its final slash, if the client may know that path; nullopt:
    // there is no such path.
    std::optional<net::Response> move_from_slash(const Context& context) const;
    // Returns the admins' route of this path if the request is an admin's; otherwise null.
    const Route* hidden_route(const net::Request& request) const;
    std::optional<net::Response> refuse_unfit(const Context& context);
    std::optional<net::Response> refuse_beyond_shared_limit(const Context& context);
    net::Response error(const Context& context, int status, base::Seconds retry_after = {}) const;
    net::Response beyond_limit(const Context& context, base::Seconds retry_after) const;
    void finish(const Context& context, net::Response& response) const;
    void read_session(Context& context) const;
    struct SessionCookie {
        std::string_view token;  // of the cookie that verifies, else of the first one; empty: there is none
        std::optional<Session> session;
    };
    SessionCookie session_of(const net::Request& request) const;
    // Logs that a request was refused because of its origin or host, and why.
    void note_refused(const Context& context, std::string_view reason) const;
    // The values about an answer for /metrics and the log.
    struct Answered {
        const net::Request& request;
        std::size_t route;
        int status;
        std::string_view client_address;
        std::string_view request_id;
    };
    void note(const Answered& answered) const;
    // Adds the request id to a cached response and notes it. Sets the client's address in
    // `answered`.
    void finish_ready(Answered answered, net::ReadyResponse& answer) const;

    const Handlers& handlers_;
    const SharedContext shared_;
    SiteParts parts_;
    OriginResolver origins_;
    const int rate_limit_per_minute_;
    RateLimiter limiter_;
    CachedResponses standing_;
};

}  // namespace llmapikey
