#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

// The configuration as pages show it, as far as it stays as it is.
struct SiteSettings {
    bool is_sandbox = false;
    std::string public_url;  // canonical origin; empty: not configured
    std::string github_url;  // where the profiles of people are
    std::string api_base_url;
    std::string example_model;
    base::Seconds upstream_timeout{15};
    base::Seconds spending_poll{300};  // pause between two readings of spending and credits
    Hsts hsts = Hsts::this_host;
    ShownProvider provider = {};
};

// What pages say of the giveaway. Organizers change it while the program runs.
struct ShownGiveaway {
    bool is_paused = false;  // no new keys
    base::MicroUsd daily_limit;
    std::chrono::days key_lifetime{90};
    Organizer organizer = {};
    bool is_resumable = true;  // false: the environment keeps new keys off, whatever organizers do
};

// Holds it for all requests. Thread-safe.
class GiveawayBoard {
public:
    explicit GiveawayBoard(ShownGiveaway first) { show(std::move(first)); }
    void show(ShownGiveaway now) { shown_.store(std::make_shared<const ShownGiveaway>(std::move(now))); }
    std::shared_ptr<const ShownGiveaway> shown() const { return shown_.load(); }

private:
    std::atomic<std::shared_ptr<const ShownGiveaway>> shown_;
};

// The state that all requests share.
struct SharedContext {
    SiteSettings settings;
    const CsrfTokens& csrf;
    RouteTable routes;
    const GiveawayBoard& giveaway;
};

// The owner of the API token that a request carries.
struct TokenBearer {
    GithubUserId owner;  // an admin
    std::string token_id;
};

// One request on its way through the site.
struct Context {
    const net::Request& request;
    const SharedContext& shared;
    const Route* route = nullptr;   // null: unknown path, or one that this person may not know of
    std::string_view path_id = {};  // the part of the path in the place of "{id}"
    std::string request_id = {};
    ClientOrigin origin = {};
    std::string_view session_token = {};     // raw cookie; empty: none
    std::optional<Session> session = {};     // of a valid session token
    bool is_admin = false;                   // the session's owner is on the allowlist
    std::optional<TokenBearer> bearer = {};  // of a valid API token; then there is no session

    // Returns the admin who asks, in person or by a token. Only for routes with Access::admin.
    GithubUserId admin() const;
    Initiator initiator() const;

    bool wants_json() const;  // calls the function below
    // Returns the language of the answer: that of the reader, and English for the console and the
    // JSON API. Who may not know of the console gets the same as at an unknown path.
    Language language() const;
};

// Returns whether to answer with JSON: for paths of the JSON API, and if Accept names a JSON type
// or text/event-stream, but not text/html (RFC 9110 section 12.5.1).
bool wants_json(const net::Request& request);

// Returns the values around the content of every page for this request.
Frame make_frame(const Context& context);

// Makes an answer for this one request, with Cache-Control: no-store.
net::Response uncached_response(int status, std::string content_type, std::string body);
net::Response html_response(int status, std::string html);
net::Response redirect(int status, std::string location);

}  // namespace llmapikey
