#include "http/context.hpp"

#include "base/encoding.hpp"
#include "http/request_language.hpp"

namespace llmapikey {

bool wants_json(const net::Request& request) {
    if (request.path.starts_with("/api/")) return true;
    bool names_json = false;
    for (const std::string_view item : base::split(request.header("accept"), ',')) {
        const std::string type = base::to_lower(base::trim(item.substr(0, item.find(';'))));
        if (type == "text/html" || type == "application/xhtml+xml") return false;
        if (type == "application/json" || type == "text/event-stream" || type.ends_with("+json")) names_json = true;
    }
    return names_json;
}

GithubUserId Context::admin() const {
    return bearer ? bearer->owner : session->recipient.id;
}

Initiator Context::initiator() const {
    const std::string actor = "github:" + admin().text();
    return {bearer ? actor + " token:" + bearer->token_id : actor, origin.client_address};
}

bool Context::wants_json() const {
    return llmapikey::wants_json(request);
}

Language Context::language() const {
    const bool is_console = route != nullptr && route->path.starts_with("/admin");
    return is_console ? Language::english : language_of(request);
}

Frame make_frame(const Context& context) {
    const SiteSettings& settings = context.shared.settings;
    Frame frame;
    if (context.session) {
        frame.login = context.session->recipient.login;
        frame.is_admin = context.is_admin;
        frame.csrf_token = context.shared.csrf.issue(context.session_token);
    }
    frame.current_path = std::string(context.request.path);
    frame.public_url = settings.public_url;
    const auto giveaway = context.shared.giveaway.shown();
    frame.is_paused = giveaway->is_paused;
    frame.is_sandbox = settings.is_sandbox;
    frame.daily_limit_usd = base::to_cap(giveaway->daily_limit);
    frame.provider = settings.provider;
    frame.organizer = giveaway->organizer;
    frame.key_expiry_days = giveaway->key_lifetime.count();
    frame.language = context.language();
    return frame;
}

net::Response uncached_response(int status, std::string content_type, std::string body) {
    net::Response response;
    response.status = status;
    response.set("Content-Type", std::move(content_type)).set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

net::Response html_response(int status, std::string html) {
    return uncached_response(status, "text/html; charset=utf-8", std::move(html));
}

net::Response redirect(int status, std::string location) {
    net::Response response;
    response.status = status;
    response.set("Location", std::move(location)).set("Cache-Control", "no-store");
    return response;
}

}  // namespace llmapikey
