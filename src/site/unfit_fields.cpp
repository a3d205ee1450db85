#include "site/unfit_fields.hpp"

#include <cctype>

#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "http/answers/error_response.hpp"
#include "http/field_check.hpp"
#include "http/form.hpp"
#include "keys/pasted_key.hpp"
#include "languages/catalog.hpp"
#include "ops/log.hpp"

namespace llmapikey {
namespace {

std::string masked(const base::Secret& raw_key) {
    return std::string(known_key_prefix(raw_key.reveal())) + "…" + key_hint(raw_key.reveal());
}

}  // namespace

std::optional<net::Response> refuse_raw_key(const Context& context, const Route& route, std::string_view path) {
    const std::string_view sent = context.request.query;
    const std::string query = base::from_percent_encoded(sent, /*plus_is_space=*/true).value_or(std::string(sent));
    const bool is_bare = !bare_key_in(Form(sent).value("q")).empty();
    if (!is_bare && !holds_raw_key(query)) return std::nullopt;
    const base::Secret raw_key = raw_key_in(query);
    ops::log(
        ops::LogLevel::warn, "a whole key was sent as part of an address; the log of a proxy may have kept it",
        {{"key", masked(raw_key)}, {"path", loggable_path(context.request.path)}, {"request_id", context.request_id}});
    if (route.method == "GET" && !context.wants_json()) {
        const bool is_search = route.path == "/admin" || route.path == "/admin/people";
        return redirect(303, std::string(path) + (is_search ? "?result=key-in-address" : ""));
    }
    const bool is_of_recipients = !route.path.starts_with("/admin") && !route.path.starts_with("/api/");
    if (is_of_recipients)
        return error_response(
            context, 400, {},
            {in_catalog("A whole key in the address"),
             in_catalog("Do not put a whole key into an address: proxies and browsers keep addresses."),
             in_catalog("Nothing was done."), "/", in_catalog("To the start page")});
    return error_response(
        context, 400, {},
        {"A whole key in the address",
         "Do not put a whole key into an address: proxies and browsers keep addresses. The service did not search.",
         "POST it to /api/v1/keys/search.", "/", "To the start page"});
}

bool has_raw_key(std::string_view path) {
    return holds_raw_key(base::from_percent_encoded(path, /*plus_is_space=*/false).value_or(std::string(path)));
}

std::string loggable_path(std::string_view path) {
    std::string decoded;
    if (path.find('%') != std::string_view::npos) {
        decoded = base::from_percent_encoded(path, /*plus_is_space=*/false).value_or(std::string());
        if (holds_raw_key(decoded)) path = decoded;
    }
    if (!holds_raw_key(path)) return base::to_printable(path);
    const std::string_view before = path.substr(0, place_of_key(path));
    return base::to_printable(before) + masked(raw_key_in(path));
}

std::optional<net::Response> refuse_unknown_fields(const Context& context) {
    const auto checked = check_fields(context.shared.routes.fields_of(*context.route), context.request);
    if (checked) return std::nullopt;
    std::string why = checked.error().detail + ".";
    why.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(why.front())));
    // Which field it is helps who writes programs, and they read English.
    if (context.language() != Language::english)
        why = in_catalog("The request has a field that this page does not take.");
    if (context.wants_json() && context.route->error_answer != nullptr)
        return context.route->error_answer(400, {}, std::move(why));
    return error_response(context, 400, {},
                          {in_catalog("Bad request"), std::move(why), in_catalog("Nothing was done."), "/",
                           in_catalog("To the start page")});
}

}  // namespace llmapikey
