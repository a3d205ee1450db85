#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/work_queue.hpp"
#include "net/http_types.hpp"
#include "ops/metrics.hpp"
#include "service/administration.hpp"
#include "service/api_tokens.hpp"
#include "service/bulk_revocation.hpp"
#include "service/guardrail_watch.hpp"
#include "service/issuance.hpp"
#include "service/own_key.hpp"
#include "service/rate_limits.hpp"
#include "service/revocation.hpp"
#include "service/sign_in.hpp"
#include "service/statistics.hpp"
#include "service/stored_answers.hpp"
#include "service/trials.hpp"
#include "service/usage.hpp"
#include "service/webhooks.hpp"
#include "web/client_origin.hpp"
#include "web/rate_limiter.hpp"
#include "web/same_origin.hpp"
#include "web/security_headers.hpp"
#include "web/session_token.hpp"
#include "web/views/views.hpp"

namespace llmapikey::web {

// What the pages say of the configuration.
struct SiteSettings {
    bool is_sandbox = false;
    std::string public_url;  // canonical origin; empty: not configured
    std::string api_base_url;
    std::string example_model;
    base::Seconds upstream_timeout{15};
    base::Seconds spending_poll{300};  // how often spending and credits are read
    Hsts hsts = Hsts::this_host;
};

// What /readyz says, and whether anybody asks.
struct Readiness {
    std::atomic<bool> is_draining{false};  // shutting down: not ready for new work
    std::atomic<base::Timestamp> last_asked_at{base::Timestamp{}};
};

// The services behind the handlers, built by the composition root; all must outlive the site. All are thread-safe.
struct Services {
    const base::Clock& clock;
    service::KeyStore& store;
    service::AdminStore& admin_store;
    service::AuditLog& audit;
    service::Revocation& revocation;
    service::Administration& administration;
    service::BulkStore& bulk_store;
    service::BulkRevoker& bulk_revoker;
    service::StatisticsStore& statistics;
    service::ApiTokens& tokens;
    service::TokenStore& token_store;
    service::StoredAnswers& stored_answers;
    const base::Sealer& answer_sealer;
    service::Webhooks& webhooks;
    service::WebhookStore& webhook_store;
    const std::set<std::int64_t>& admins;  // ids on the allowlist
    service::RateLimits* rate_limits;      // that all replicas share; null: there is one process only
    service::Issuance& issuance;
    service::OwnKey& own_key;
    service::MintQueue& queue;
    service::SignIn& sign_in;
    service::UsageCache& usage;
    const service::GuardrailWatch& guardrail;
    service::Trials& trials;
    base::WorkQueue& background_queue;  // calls upstream that nobody waits for
    ops::Metrics& metrics;
    const SessionTokens& sessions;
    const CsrfTokens& csrf;
    Readiness& readiness;
    SiteSettings settings;
};

struct Route;

// One request on its way through the site.
struct Context {
    const net::Request& request;
    const Route* route = nullptr;  // null: unknown path, or one that this person may not know of
    std::string_view path_id;      // what stands in the place of "{id}"
    std::string request_id;
    ClientOrigin origin;
    std::string_view session_token;              // raw cookie; empty: none
    std::optional<Session> session;              // of a valid token
    std::optional<service::ApiToken> api_token;  // of a valid one, whose owner is an admin; then there is no session

    // The admin who asks, in person or by a token. Only on routes for admins.
    domain::GithubUserId admin() const;
    service::Initiator initiator() const;

    bool wants_json() const;  // as below
};

// Whether to answer with JSON: on the JSON API, or because the client asks for that rather than for a page (RFC 9110
// section 12.5.1): names a JSON type or text/event-stream, and not text/html.
bool wants_json(const net::Request& request);

// What surrounds every page for this request.
views::Frame make_frame(const Services& services, const Context& context);

// An answer for this one request: nobody may keep it.
net::Response uncached_response(int status, std::string content_type, std::string body);
net::Response html_response(int status, std::string html);
net::Response redirect(int status, std::string location);

}  // namespace llmapikey::web
