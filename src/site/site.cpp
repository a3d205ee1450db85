#include "site/site.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "http/answers/error_response.hpp"
#include "http/cookies.hpp"
#include "http/form.hpp"
#include "http/request_fields.hpp"
#include "http/request_id.hpp"
#include "http/security_headers.hpp"
#include "ops/log.hpp"
#include "site/replay.hpp"
#include "site/unfit_fields.hpp"

namespace llmapikey {
namespace {

// Health checks of load balancers may send any Host, or none in HTTP/1.0. Their routes do not
// depend on it.
bool needs_origin(const Route* route) {
    return route == nullptr || route->kind != Kind::probe;
}

bool is_through_proxy(const net::Request& request) {
    return request.has_header("x-forwarded-for") || request.has_header("forwarded");
}

std::string presented_csrf_token(const net::Request& request) {
    if (request.has_header("x-csrf-token")) return std::string(request.header("x-csrf-token"));
    return body_kind_of(request) == BodyKind::form ? Form(request.body).value("csrf_token") : std::string();
}

constexpr std::string_view api_path = "/api/v1/";

// Returns the bearer token of an API request, which no browser sends by itself; empty: none.
std::string_view bearer_of(const net::Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    if (!request.path.starts_with(api_path)) return {};
    const std::string_view value = request.header("authorization");
    const bool is_bearer =
        value.size() > scheme.size() && base::equal_ignoring_case(value.substr(0, scheme.size()), scheme);
    return is_bearer ? base::trim(value.substr(scheme.size())) : std::string_view();
}

bool is_covered(ApiScope needed, const ApiToken& token) {
    switch (needed) {
        case ApiScope::none:
            return false;
        case ApiScope::read:
            return token.scopes.contains(Scope::read);
        case ApiScope::write:
            return token.scopes.contains(Scope::write);
        case ApiScope::reveal:
            return token.scopes.contains(Scope::reveal);
    }
    return false;
}

// Returns the reason for a status with which the server refuses a request by itself.
std::optional<ops::Refusal> refusal_of(int status) {
    switch (status) {
        case 503:
            return ops::Refusal::busy;
        case 408:
            return ops::Refusal::too_slow;
        case 413:
        case 431:
            return ops::Refusal::too_large;
        case 400:
            return ops::Refusal::malformed;
        default:
            return std::nullopt;
    }
}

bool has_own_errors(const Route* route) {
    return route != nullptr && route->error_answer != nullptr;
}

}  // namespace

Site::Site(const Handlers& handlers, SharedContext shared, SiteParts parts, OriginResolver origins,
           int rate_limit_per_minute)
    : handlers_(handlers),
      shared_(std::move(shared)),
      parts_(parts),
      origins_(std::move(origins)),
      rate_limit_per_minute_(rate_limit_per_minute),
      limiter_(rate_limit_per_minute),
      standing_(handlers_, shared_) {}

void Site::refresh_pages() {
    standing_.refresh();
}

Site::SessionCookie Site::session_of(const net::Request& request) const {
    SessionCookie cookie;
    const auto now = parts_.clock.now();
    cookie.token = find_good_cookie(request, session_cookie_name, [&](std::string_view token) {
        cookie.session = parts_.sessions.verify(token, now);
        return cookie.session.has_value();
    });
    return cookie;
}

// Every unknown path costs a session check, so that the time does not reveal admins' paths.
const Route* Site::hidden_route(const net::Request& request) const {
    const auto session = session_of(request).session;
    const Route* route = routes().find(request, Part::admin);
    return session && parts_.admins.contains(session->recipient.id.value) ? route : nullptr;
}

net::Executor Site::executor_for(const net::Request& request) const {
    const Route* route = routes().find(request, Part::open);
    if (!bearer_of(request).empty()) {
        // Looking up the token needs the database, whether or not the path exists.
        if (route == nullptr) route = routes().find(request, Part::admin);
        const bool is_known = route != nullptr && route->method == request.method;
        return is_known && route->executor != net::Executor::io ? route->executor : net::Executor::database;
    }
    if (route == nullptr) route = hidden_route(request);
    if (route == nullptr || route->method != request.method) return net::Executor::io;
    const bool has_session = !find_cookie(request, session_cookie_name).empty();
    return has_session ? route->executor : route->anonymous_executor;
}

net::Response Site::handle(const net::Request& request) {
    Context context{.request = request, .shared = shared_, .request_id = new_request_id()};
    context.route = routes().find(request, Part::open);
    const bool has_bearer = !bearer_of(request).empty();
    if (context.route == nullptr && !has_bearer) context.route = hidden_route(request);
    if (context.route != nullptr) context.path_id = *match(context.route->path, request.path);
    net::Response response = answer(context);
    finish(context, response);
    return response;
}

net::Response Site::refuse(const net::Request& request, int status) {
    if (const auto reason = refusal_of(status)) parts_.metrics.count_refusal(*reason);
    Context context{.request = request, .shared = shared_, .request_id = new_request_id()};
    context.origin = origins_.resolve(request);
    context.route = routes().find(request, Part::open);
    net::Response response = error(context, status);
    finish(context, response);
    return response;
}

net::Response Site::answer(Context& context) {
    context.origin = origins_.resolve(context.request);
    context.origin.is_elsewhere =
        context.route != nullptr && context.route->kind == Kind::sign_in && origins_.came_elsewhere(context.request);
    if (context.origin.origin.empty() && needs_origin(context.route)) {
        note_refused(context, context.origin.problem);
        return error(context, 400);
    }
    if (!bearer_of(context.request).empty()) {
        if (auto refusal = authenticate(context)) return std::move(*refusal);
    } else {
        read_session(context);
    }
    if (context.route == nullptr) {
        auto moved = move_from_slash(context);
        return moved ? std::move(*moved) : error(context, 404);
    }
    if (context.route->access == Access::operator_ && is_through_proxy(context.request)) return error(context, 404);
    if (context.route->method != context.request.method) {
        net::Response response = error(context, 405);
        response.set("Allow", routes().allowed_methods(context.route->path));
        return response;
    }
    return call(context);
}

bool Site::is_admin(const Context& context) const {
    return context.bearer || (context.session && parts_.admins.contains(context.session->recipient.id.value));
}

// Admins' routes are found only for admins here too, so that the slash does not reveal them.
std::optional<net::Response> Site::move_from_slash(const Context& context) const {
    const std::string_view path = without_slash(context.request.path);
    if (path.empty() || has_raw_key(path)) return std::nullopt;
    const Route* route = routes().find(context.request.method, path, Part::open);
    if (route == nullptr && is_admin(context)) route = routes().find(context.request.method, path, Part::admin);
    if (route == nullptr || route->access == Access::operator_) return std::nullopt;
    if (auto refusal = refuse_raw_key(context, *route, path)) return refusal;
    const std::string query(base::from_percent_encoded(context.request.query, true) ? context.request.query : "");
    return redirect(308, std::string(path) + (query.empty() ? "" : "?" + query));
}

std::optional<net::ReadyResponse> Site::ready_answer(const net::Request& request) {
    auto standing = standing_.find(request);
    if (!standing) return std::nullopt;
    const auto is_https = origins_.came_by_https(request);
    if (!is_https) return std::nullopt;  // refused on the usual way
    net::ReadyResponse answer = standing->answer->answer(request, *is_https);
    answer.owner = std::move(standing->owner);
    const std::string id = new_request_id();
    finish_ready({request, standing->route, answer.is_unchanged ? 304 : 200, {}, id}, answer);
    return answer;
}

std::optional<net::ReadyResponse> Site::ready_refusal(const net::Request& request) {
    const Route* const route = routes().find(request, Part::open);
    if (wants_json(request) && has_own_errors(route)) return std::nullopt;  // has error texts of its own
    const auto is_https = origins_.came_by_https(request);
    if (!is_https) return std::nullopt;
    parts_.metrics.count_refusal(ops::Refusal::busy);
    const std::string id = new_request_id();
    net::ReadyResponse answer = standing_.busy(request, *is_https, id);
    finish_ready({request, routes().number(route), 503, {}, id}, answer);
    return answer;
}

void Site::finish_ready(Answered answered, net::ReadyResponse& answer) const {
    for (const std::string_view part :
         {std::string_view("X-Request-Id: "), answered.request_id, std::string_view("\r\n")})
        answer.add_own(part);
    const bool is_told = ops::is_logged(ops::LogLevel::info);
    const std::string client = is_told ? origins_.client_address(answered.request) : std::string();
    answered.client_address = client;
    note(answered);
}

void Site::read_session(Context& context) const {
    SessionCookie cookie = session_of(context.request);
    context.session_token = cookie.token;
    context.session = std::move(cookie.session);
    context.is_admin = is_admin(context);
}

net::Response Site::call(Context& context) {
    const net::Request& request = context.request;
    if (auto refusal = refuse_unfit(context)) return std::move(*refusal);
    if (auto refusal = refuse_raw_key(context, *context.route, request.path)) return std::move(*refusal);
    if (auto refusal = refuse_unknown_fields(context)) return std::move(*refusal);
    const bool may_be_once = request.method == "POST" && request.path.starts_with(api_path);
    const std::string key(may_be_once ? request.header("idempotency-key") : std::string_view());
    const bool is_once = !key.empty() && context.route->kind != Kind::recorded_always;
    return is_once ? answer_once(context, key) : context.route->handler(handlers_, context);
}

std::optional<net::Response> Site::authenticate(Context& context) {
    const auto token = parts_.tokens.find(bearer_of(context.request));
    if (!token) {
        ops::log(ops::LogLevel::error, "looking up a token failed: " + token.error().detail,
                 {{"request_id", context.request_id}});
        return error(context, status_of(token.error().code), token.error().retry_after);
    }
    if (!*token || !parts_.admins.contains((*token)->owner.value)) {
        // Guessing a token is hopeless. The limit keeps it cheap for the service.
        const auto wait = limiter_.take(context.origin.rate_limit_key, std::chrono::steady_clock::now());
        if (wait) return beyond_limit(context, *wait);
        net::Response response = error_response(
            context, 401, {},
            {"Token not accepted", "The token is unknown, expired or revoked, or its owner is no longer an admin.", "",
             "", ""});
        response.set("WWW-Authenticate", "Bearer");
        return response;
    }
    context.bearer = TokenBearer{(*token)->owner, (*token)->id};
    if (context.route == nullptr) context.route = routes().find(context.request, Part::admin);
    if (context.route == nullptr) return std::nullopt;
    context.path_id = *match(context.route->path, context.request.path);
    if (context.route->method != context.request.method || is_covered(context.route->scope, **token))
        return std::nullopt;
    const bool is_personal = context.route->scope == ApiScope::none;
    return error_response(context, 403, {},
                          {"Not with this token",
                           is_personal ? "This needs a session: sign in and do it on the pages."
                                       : "The token does not have the scope that this needs.",
                           "", "", ""});
}

net::Response Site::answer_once(const Context& context, const std::string& key) {
    constexpr std::size_t key_bytes_max = 255;
    if (key.size() > key_bytes_max || !base::is_text(key)) {
        return error_response(
            context, 400, {},
            {"Idempotency-Key not accepted", "It can have at most 255 characters of UTF-8.", "", "", ""});
    }
    const net::Request& request = context.request;
    const std::string actor = context.initiator().actor;
    const std::string fingerprint = base::to_hex(base::sha256(
        std::string(request.method) + " " + std::string(request.target) + "\n" + std::string(request.body)));
    const auto begun = parts_.stored_answers.begin(actor, key, fingerprint, parts_.clock.now());
    if (!begun) return error_response(context, begun.error());
    if (std::holds_alternative<OtherRequest>(*begun)) {
        return error_response(context, 422, {},
                              {"Idempotency-Key used before", "The same key came with a different request before.",
                               "Use a new one.", "", ""});
    }
    if (const auto* under_way = std::get_if<RequestUnderWay>(&*begun))
        return under_way_response(context, under_way->ends_within);
    const std::string bound_to = actor + "\n" + key;
    if (const auto* stored = std::get_if<StoredAnswer>(&*begun)) {
        const auto body = parts_.answer_sealer.open(stored->sealed_body, bound_to);
        return body ? replay(handlers_, context, stored->status, body->reveal()) : error(context, 500);
    }
    const std::string& attempt = std::get<FirstRequest>(*begun).attempt;
    net::Response response = context.route->handler(handlers_, context);
    // If the request failed or is still under way, it may be sent again with the same key.
    const bool is_kept = response.status == 200 || response.status == 201;
    const auto noted =
        is_kept ? parts_.stored_answers.finish(actor, key, attempt,
                                               {response.status, parts_.answer_sealer.seal(response.body, bound_to)})
                : parts_.stored_answers.forget(actor, key, attempt);
    if (!noted)
        ops::log(ops::LogLevel::error, "keeping an answer for its Idempotency-Key failed: " + noted.error().detail);
    return response;
}

std::optional<net::Response> Site::refuse_unfit(const Context& context) {
    const Route& route = *context.route;
    if (route.limit != Limit::none) {
        const auto wait = limiter_.take(context.origin.rate_limit_key, std::chrono::steady_clock::now());
        if (wait) return beyond_limit(context, *wait);
    }
    if (context.bearer) return std::nullopt;  // no browser sends a bearer token by itself
    const bool is_guarded = route.csrf == Csrf::required;
    const OriginEvidence evidence =
        is_guarded ? origin_evidence(context.request, context.origin.origin) : OriginEvidence::same;
    if (evidence == OriginEvidence::foreign) {
        parts_.metrics.count_refusal(ops::Refusal::foreign_origin);
        note_refused(context, "Origin and Sec-Fetch-Site do not name this service");
        return error(context, 403);
    }
    if (route.access == Access::session && !context.session) return error(context, 401);
    const bool has_token =
        evidence == OriginEvidence::same ||
        (context.session && shared_.csrf.verify(presented_csrf_token(context.request), context.session_token));
    if (!has_token) return error(context, 403);
    return route.limit == Limit::shared ? refuse_beyond_shared_limit(context) : std::nullopt;
}

// This check comes last, so that only valid requests cost a round trip.
std::optional<net::Response> Site::refuse_beyond_shared_limit(const Context& context) {
    if (parts_.rate_limits == nullptr || rate_limit_per_minute_ == 0) return std::nullopt;
    const auto wait = parts_.rate_limits->take(context.origin.rate_limit_key, rate_limit_per_minute_);
    if (!wait) {
        ops::log(ops::LogLevel::error, "the shared rate limit cannot be read: " + wait.error().detail,
                 {{"request_id", context.request_id}});
        return error(context, 503, wait.error().retry_after);
    }
    if (*wait) return beyond_limit(context, **wait);
    return std::nullopt;
}

net::Response Site::beyond_limit(const Context& context, base::Seconds retry_after) const {
    parts_.metrics.count_refusal(ops::Refusal::rate_limit);
    return error(context, 429, retry_after);
}

net::Response Site::error(const Context& context, int status, base::Seconds retry_after) const {
    if (context.wants_json() && has_own_errors(context.route) && context.request.method == "POST")
        return context.route->error_answer(status, retry_after, {});
    return error_response(context, status, retry_after);
}

void Site::finish(const Context& context, net::Response& response) const {
    add_security_headers(response, context.origin.is_https, shared_.settings.hsts, opener_of(context.request));
    response.set("X-Request-Id", context.request_id);
    note({context.request, routes().number(context.route), response.status, context.origin.client_address,
          context.request_id});
}

// Tells the operator why all forms are refused if a proxy passes another host than browsers use.
void Site::note_refused(const Context& context, std::string_view reason) const {
    if (!ops::is_logged(ops::LogLevel::warn)) return;
    const net::Request& request = context.request;
    ops::log(ops::LogLevel::warn,
             "request refused: " + std::string(reason) +
                 "; if people meet this, set PUBLIC_URL to the origin that they open, and TRUSTED_PROXIES",
             {{"path", loggable_path(request.path)},
              {"own_origin", context.origin.origin},
              {"host", base::to_printable(request.header("host"), 100)},
              {"origin", base::to_printable(request.header("origin"), 100)},
              {"sec_fetch_site", base::to_printable(request.header("sec-fetch-site"), 20)},
              {"x_forwarded_host", base::to_printable(request.header("x-forwarded-host"), 100)},
              {"client", context.origin.client_address},
              {"request_id", context.request_id}});
}

void Site::note(const Answered& answered) const {
    const net::Request& request = answered.request;
    const auto took = std::chrono::steady_clock::now() - request.received_at;
    parts_.metrics.count_request(answered.route, answered.status, took);
    if (!ops::is_logged(ops::LogLevel::info)) return;
    ops::log_each(ops::LogLevel::info, "request",
                  {{"method", request.is_head ? "HEAD" : base::to_printable(request.method, 20)},
                   {"path", loggable_path(request.path)},
                   {"status", std::to_string(answered.status)},
                   {"ms", std::to_string(std::chrono::duration_cast<base::Millis>(took).count())},
                   {"client", answered.client_address},
                   {"request_id", answered.request_id}});
}

}  // namespace llmapikey
