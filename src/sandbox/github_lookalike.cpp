#include "sandbox/github_lookalike.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/authority.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sandbox/github_pages.hpp"

namespace llmapikey::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t tokens_per_user = 10;  // the eleventh token revokes the oldest
constexpr base::Seconds code_lifetime{600};
constexpr base::Millis longer_than_anybody_waits{30'000};

std::map<std::string, std::string> parse_form(std::string_view text) {
    std::map<std::string, std::string> fields;
    for (const std::string_view part : base::split(text, '&')) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        auto name = base::from_percent_encoded(part.substr(0, equals), /*plus_is_space=*/true);
        auto value = base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true);
        if (name && value) fields.emplace(std::move(*name), std::move(*value));
    }
    return fields;
}

std::map<std::string, std::string> parse_json_fields(std::string_view body) {
    std::map<std::string, std::string> fields;
    json::error_code ec;
    const json::value value = json::parse(body, ec);
    if (ec || !value.is_object()) return fields;
    for (const auto& [name, field] : value.get_object()) {
        if (field.is_string()) fields.emplace(std::string(name), std::string(field.get_string()));
    }
    return fields;
}

std::map<std::string, std::string> parse_body(const net::Request& request) {
    const bool is_json = request.header("content-type").find("json") != std::string_view::npos;
    return is_json ? parse_json_fields(request.body) : parse_form(request.body);
}

std::string value_of(const std::map<std::string, std::string>& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

constexpr std::string_view callback_path = "/auth/callback";

struct RedirectUri {
    base::Origin origin;
    std::string_view path;
};

// Parses an http or https URL with a path. The result is a view of `text`.
std::optional<RedirectUri> parse_redirect_uri(std::string_view text) {
    const auto slash = text.find('/', text.find("://") + 3);
    const auto origin = base::parse_origin(text.substr(0, slash));
    if (!origin || slash == std::string_view::npos) return std::nullopt;
    return RedirectUri{*origin, text.substr(slash)};
}

bool is_loopback(std::string_view host) {
    return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

net::Response redirect(const std::string& target, const std::map<std::string, std::string>& parameters) {
    std::string location = target + (target.find('?') == std::string::npos ? "?" : "&");
    for (const auto& [name, value] : parameters)
        location += name + "=" + base::to_percent_encoded(value) + "&";
    location.pop_back();
    net::Response response;
    response.status = 302;
    return response.set("Location", location).set("Cache-Control", "no-store");
}

net::Response api_error(int status, const std::string& message) {
    json::object body{{"message", message},
                      {"documentation_url", "https://docs.github.com/rest"},
                      {"status", std::to_string(status)}};
    return json_answer(status, json::serialize(body));
}

std::string token_of(const net::Request& request) {
    const std::string_view value = request.header("authorization");
    const auto space = value.find(' ');
    const std::string scheme = base::to_lower(value.substr(0, space));
    if (space == std::string_view::npos || (scheme != "bearer" && scheme != "token")) return {};
    return std::string(value.substr(space + 1));
}

}  // namespace

GithubLookalike::GithubLookalike(Options options, const base::Clock& clock)
    : options_(std::move(options)), clock_(clock), personas_(options_.personas.begin(), options_.personas.end()) {}

net::Response GithubLookalike::refuse(const net::Request&, int status) {
    return api_error(status, "Request refused");
}

net::Response GithubLookalike::handle(const net::Request& request) {
    if (auto control = faults_.control(request)) return std::move(*control);
    if (request.path == "/sandbox/ledger") return ledger_answer();
    if (request.path == "/sandbox/style.css") return github_stylesheet();
    const bool is_enterprise = request.path.starts_with("/api/v3/");
    const std::string_view path = is_enterprise ? request.path.substr(7) : request.path;
    return faults_.apply({request.method, path, request.body}, [&] { return route(request, path); });
}

net::Response GithubLookalike::route(const net::Request& request, std::string_view path) {
    const std::lock_guard lock(mutex_);
    if (path == "/login/oauth/authorize" && request.method == "GET") {
        return authorize_page(request, parse_form(request.query));
    }
    if (path == "/login/oauth/authorize" && request.method == "POST") {
        return decide(request, parse_form(request.query), parse_form(request.body));
    }
    if (path == "/login/oauth/access_token" && request.method == "POST") return exchange(request);
    if (path == "/settings/applications/new" && (request.method == "GET" || request.method == "POST"))
        return register_app(request);
    if (request.header("user-agent").empty()) {
        return api_error(
            403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header");
    }
    if (path == "/user") return own_profile(request);
    if (path == "/rate_limit")
        return json_answer(200, R"({"resources":{"core":{"limit":5000,"remaining":4999,"reset":0,"used":1}}})");
    const std::string app = "/applications/" + options_.client_id + "/";
    if (path.starts_with(app)) return app_call(request, std::string(path.substr(app.size())));
    if (path.starts_with("/user/")) {
        const Persona* persona = persona_with(base::parse_whole_number(path.substr(6)).value_or(0));
        if (persona != nullptr) return profile(*persona);
    }
    if (path.starts_with("/users/")) {
        const auto login = base::from_percent_encoded(path.substr(7), false);
        for (const Persona& persona : personas_)
            if (login && base::equal_ignoring_case(persona.login, *login)) return profile(persona);
    }
    return api_error(404, "Not Found");
}

// Shows the form filled in. Sending it adds its callback URL to the app.
net::Response GithubLookalike::register_app(const net::Request& request) {
    const bool is_sent = request.method == "POST";
    const Fields fields = is_sent ? parse_form(request.body) : parse_form(request.query);
    const Registration registration{value_of(fields, "oauth_application[name]"),
                                    value_of(fields, "oauth_application[url]"),
                                    value_of(fields, "oauth_application[callback_url]"), is_sent};
    if (is_sent && parse_redirect_uri(registration.callback_url)) own_callback_ = registration.callback_url;
    return registration_page(registration, options_.client_id, options_.client_secret);
}

// Accepts the registered callback. Like GitHub for an app with a loopback callback, it also accepts
// every loopback address with any port, and every path below the callback's path. It also accepts
// the host of this very request, which in the sandbox is the service.
bool GithubLookalike::is_registered(const net::Request& request, const std::string& redirect_uri) const {
    if (redirect_uri == options_.registered_callback || redirect_uri == own_callback_) return true;
    const auto uri = parse_redirect_uri(redirect_uri);
    if (!uri) return false;
    const auto asked = base::parse_authority(request.header("host"));
    const bool is_asked_host =
        asked && base::to_text(uri->origin) == base::to_text(base::Origin{uri->origin.is_https, *asked});
    return (is_asked_host || is_loopback(uri->origin.authority.host)) &&
           (uri->path == callback_path || uri->path.starts_with(std::string(callback_path) + "/"));
}

net::Response GithubLookalike::authorize_page(const net::Request& request, const Fields& query) {
    if (value_of(query, "client_id") != options_.client_id)
        return message_page(404, "There is no app with this client id.");
    std::string redirect_uri = value_of(query, "redirect_uri");
    if (redirect_uri.empty()) redirect_uri = options_.registered_callback;
    if (!is_registered(request, redirect_uri)) {
        return redirect(options_.registered_callback,
                        {{"error", "redirect_uri_mismatch"},
                         {"error_description", "The redirect_uri is not associated with this application."},
                         {"state", value_of(query, "state")}});
    }
    const bool has_challenge = query.contains("code_challenge");
    if (has_challenge &&
        (value_of(query, "code_challenge_method") != "S256" || value_of(query, "code_challenge").size() != 43)) {
        return message_page(400, "The code_challenge must be 43 characters, and its method S256.");
    }
    if (value_of(query, "sandbox_auto") == "1") return decide(request, query, {{"persona", value_of(query, "login")}});
    std::string encoded;
    for (const auto& [name, value] : query)
        encoded += name + "=" + base::to_percent_encoded(value) + "&";
    return persona_page(personas_, options_.advice, encoded, redirect_uri);
}

net::Response GithubLookalike::decide(const net::Request& request, const Fields& query, const Fields& form) {
    std::string redirect_uri = value_of(query, "redirect_uri");
    if (redirect_uri.empty()) redirect_uri = options_.registered_callback;
    if (value_of(query, "client_id") != options_.client_id || !is_registered(request, redirect_uri)) {
        return message_page(400, "This form does not belong to an authorize request.");
    }
    const std::string state = value_of(query, "state");
    if (value_of(form, "decision") == "deny") {
        return redirect(redirect_uri, {{"error", "access_denied"},
                                       {"error_description", "The user has denied your application access."},
                                       {"error_uri", "https://docs.github.com/apps/troubleshooting"},
                                       {"state", state}});
    }
    const std::string breakage = value_of(form, "breakage");
    std::string login = value_of(form, "persona");
    if (login.empty() && !breakage.empty()) login = "unlucky";
    if (login.empty() || login.size() > 39) return message_page(400, "A login name has 1 to 39 characters.");
    const std::string code = base::to_hex(base::random_bytes(10));
    codes_[code] = {persona_named(login).id, redirect_uri, value_of(query, "code_challenge"), clock_.now(), breakage};
    return redirect(redirect_uri, {{"code", breakage == "bad_code" ? "0" + code : code}, {"state", state}});
}

net::Response GithubLookalike::exchange_error(const net::Request& request, const std::string& error) const {
    if (request.header("accept").find("json") == std::string_view::npos) {
        net::Response response;
        response.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        response.body = "error=" + error + "&error_description=" + base::to_percent_encoded("Simulated: " + error);
        return response;
    }
    json::object body{
        {"error", error}, {"error_description", "Simulated: " + error}, {"error_uri", "https://docs.github.com"}};
    return json_answer(200, json::serialize(body));  // GitHub answers an error of the exchange with 200, too
}

net::Response GithubLookalike::exchange(const net::Request& request) {
    const Fields fields = parse_body(request);
    if (value_of(fields, "client_id") != options_.client_id ||
        value_of(fields, "client_secret") != options_.client_secret) {
        return exchange_error(request, "incorrect_client_credentials");
    }
    const auto found = codes_.find(value_of(fields, "code"));
    const std::string redirect_uri = value_of(fields, "redirect_uri");
    if (found == codes_.end()) {
        const bool is_wrong = !redirect_uri.empty() && !is_registered(request, redirect_uri);
        return exchange_error(request, is_wrong ? "redirect_uri_mismatch" : "bad_verification_code");
    }
    const Grant grant = found->second;
    codes_.erase(found);
    if (grant.made_at + code_lifetime < clock_.now()) return exchange_error(request, "bad_verification_code");
    if (!redirect_uri.empty() && redirect_uri != grant.redirect_uri)
        return exchange_error(request, "redirect_uri_mismatch");
    const std::string verifier = value_of(fields, "code_verifier");
    if (!grant.code_challenge.empty() && base::to_base64url(base::sha256(verifier)) != grant.code_challenge) {
        return exchange_error(request, "bad_verification_code");
    }
    if (grant.breakage == "unverified") return exchange_error(request, "unverified_user_email");
    if (grant.breakage == "server_error") return message_page(500, "Simulated failure");
    if (grant.breakage == "rate_limit")
        return api_error(429, "You have exceeded a secondary rate limit").set("Retry-After", "30");
    const std::string token = make_token(grant);
    net::Response response = json_answer(
        200, json::serialize(json::object{{"access_token", token}, {"token_type", "bearer"}, {"scope", "read:user"}}));
    if (request.header("accept").find("json") == std::string_view::npos) {
        response.headers.front().value = "application/x-www-form-urlencoded; charset=utf-8";
        response.body = "access_token=" + token + "&scope=read%3Auser&token_type=bearer";
    }
    if (grant.breakage == "timeout") response.misbehavior.delay = longer_than_anybody_waits;
    return response;
}

std::string GithubLookalike::make_token(const Grant& grant) {
    const std::string value = "gho_" + base::to_hex(base::random_bytes(18));
    tokens_.push_back({value, grant.user_id, grant.breakage});
    ++tokens_made_;
    const auto is_theirs = [&](const Token& token) { return token.user_id == grant.user_id; };
    const auto count = std::count_if(tokens_.begin(), tokens_.end(), is_theirs);
    if (static_cast<std::size_t>(count) > tokens_per_user)
        tokens_.erase(std::find_if(tokens_.begin(), tokens_.end(), is_theirs));
    return value;
}

const Persona& GithubLookalike::persona_named(const std::string& login) {
    for (const Persona& persona : personas_) {
        if (base::equal_ignoring_case(persona.login, login)) return persona;
    }
    personas_.push_back({next_id_++, login, "has signed in before", "Created by you"});
    return personas_.back();
}

const Persona* GithubLookalike::persona_with(std::int64_t id) const {
    for (const Persona& persona : personas_) {
        if (persona.id == id) return &persona;
    }
    return nullptr;
}

net::Response GithubLookalike::profile(const Persona& persona) const {
    json::object body;
    body["login"] = persona.login;
    body["id"] = persona.id;
    body["node_id"] = "U_" + std::to_string(persona.id);
    body["avatar_url"] = "";
    body["html_url"] = "https://github.com/" + persona.login;
    body["type"] = "User";
    body["user_view_type"] = "public";
    body["site_admin"] = false;
    for (const char* name : {"name", "company", "blog", "location", "email", "hireable", "bio", "twitter_username"})
        body[name] = nullptr;
    for (const char* name : {"public_repos", "public_gists", "followers", "following"})
        body[name] = 0;
    body["created_at"] = "2015-01-01T00:00:00Z";
    body["updated_at"] = "2026-01-01T00:00:00Z";
    return json_answer(200, json::serialize(body))
        .set("X-RateLimit-Limit", "5000")
        .set("X-RateLimit-Remaining", "4999");
}

net::Response GithubLookalike::own_profile(const net::Request& request) {
    const std::string value = token_of(request);
    const auto token =
        std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& each) { return each.value == value; });
    if (token == tokens_.end()) return api_error(401, "Bad credentials");
    if (token->breakage == "profile") return message_page(502, "<html>Unicorn!</html>");
    const Persona* persona = persona_with(token->user_id);
    return persona == nullptr ? api_error(404, "Not Found") : profile(*persona);
}

// Serves the calls of the app about one token, or about all tokens that a person gave it.
net::Response GithubLookalike::app_call(const net::Request& request, const std::string& action) {
    const std::string_view header = request.header("authorization");
    const auto basic = header.starts_with("Basic ") || header.starts_with("basic ")
                           ? base::from_base64(header.substr(6))
                           : std::nullopt;
    if (!basic || *basic != options_.client_id + ":" + options_.client_secret) return api_error(401, "Bad credentials");
    const std::string value = value_of(parse_json_fields(request.body), "access_token");
    if (value.empty()) return api_error(422, "Invalid request: access_token is missing");
    const auto token =
        std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& each) { return each.value == value; });
    if (token == tokens_.end()) return api_error(404, "Not Found");
    if (action == "token" && request.method == "POST") {
        const Persona* persona = persona_with(token->user_id);
        json::object body{{"id", 1},
                          {"token", value},
                          {"scopes", {"read:user"}},
                          {"app", {{"client_id", options_.client_id}}},
                          {"user", {{"login", persona->login}, {"id", persona->id}}}};
        return json_answer(200, json::serialize(body));
    }
    if (request.method != "DELETE") return api_error(404, "Not Found");
    const std::int64_t user_id = token->user_id;
    tokens_revoked_ += static_cast<int>(std::erase_if(
        tokens_, [&](const Token& each) { return action == "grant" ? each.user_id == user_id : each.value == value; }));
    net::Response response;
    response.status = 204;
    return response;
}

net::Response GithubLookalike::ledger_answer() {
    const std::lock_guard lock(mutex_);
    json::object calls;
    for (const auto& [call, count] : faults_.call_counts())
        calls[call] = count;
    json::object root{{"tokens_made", tokens_made_},
                      {"tokens_alive", tokens_.size()},
                      {"tokens_revoked", tokens_revoked_},
                      {"calls", calls}};
    return json_answer(200, json::serialize(root));
}

}  // namespace llmapikey::sandbox
