#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/money.hpp"
#include "http/answers/views.hpp"
#include "http/client_origin.hpp"
#include "http/route.hpp"
#include "http/same_origin.hpp"
#include "http/security_headers.hpp"
#include "http/session_token.hpp"
#include "identity/initiator.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// What the pages say of the configuration.
struct SiteSettings {
    bool is_sandbox = false;
    std::string public_url;  // canonical origin; empty: not configured
    std::string api_base_url;
    std::string example_model;
    base::Seconds upstream_timeout{15};
    base::Seconds spending_poll{300};  // how often spending and credits are read
    Hsts hsts = Hsts::this_host;
    bool is_paused = false;  // no new keys
    ShownProvider provider = {};
    base::MicroUsd daily_limit;
    std::chrono::days key_lifetime{90};
};

// What all requests share.
struct SharedContext {
    SiteSettings settings;
    const CsrfTokens& csrf;
    RouteTable routes;
};

// Whose API token a request brings.
struct TokenBearer {
    GithubUserId owner;  // an admin
    std::string token_id;
};

// One request on its way through the site.
struct Context {
    const net::Request& request;
    const SharedContext& shared;
    const Route* route = nullptr;   // null: unknown path, or one that this person may not know of
    std::string_view path_id = {};  // what stands in the place of "{id}"
    std::string request_id = {};
    ClientOrigin origin = {};
    std::string_view session_token = {};     // raw cookie; empty: none
    std::optional<Session> session = {};     // of a valid token
    std::optional<TokenBearer> bearer = {};  // of a valid API token; then there is no session

    // The admin who asks, in person or by a token. Only on routes for admins.
    GithubUserId admin() const;
    Initiator initiator() const;

    bool wants_json() const;  // as below
};

// Whether to answer with JSON: on the JSON API, or because the client asks for that rather than for
// a page (RFC 9110 section 12.5.1): names a JSON type or text/event-stream, and not text/html.
bool wants_json(const net::Request& request);

// What surrounds every page for this request.
Frame make_frame(const Context& context);

// An answer for this one request: nobody may keep it.
net::Response uncached_response(int status, std::string content_type, std::string body);
net::Response html_response(int status, std::string html);
net::Response redirect(int status, std::string location);

}  // namespace llmapikey
