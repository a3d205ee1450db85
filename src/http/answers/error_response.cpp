#include "http/answers/error_response.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "http/way_back.hpp"
#include "languages/catalog.hpp"

namespace llmapikey {
namespace {

ErrorText text_of(int status) {
    switch (status) {
        case 400:
            return {in_catalog("Bad request"),
                    in_catalog("Your browser or program sent something that we cannot read."),
                    in_catalog("Go back and try again."), "/", in_catalog("To the start page")};
        case 401:
            return {in_catalog("Sign in first"), in_catalog("You are not signed in, or your session has ended."),
                    in_catalog("Sign in with GitHub and try again."), "/auth/login?next=/dashboard",
                    in_catalog("Sign in with GitHub")};
        case 403:
            return {
                in_catalog("Request refused"),
                in_catalog(
                    "We could not confirm that you sent this from our own pages, so nothing was done. This check keeps "
                    "other sites from pressing buttons in your name."),
                in_catalog("Open the dashboard and press the button there."), "/dashboard", in_catalog("To your key")};
        case 404:
            return {in_catalog("Page not found"), in_catalog("There is nothing at this address."),
                    in_catalog("Check the address for a typing error, or go to the start page."), "/",
                    in_catalog("To the start page")};
        case 405:
            return {in_catalog("Method not allowed"), in_catalog("This address does not accept this kind of request."),
                    "", "/", in_catalog("To the start page")};
        case 408:
            return {in_catalog("Request timed out"), in_catalog("The request did not arrive completely in time."),
                    in_catalog("Try again."), "/", in_catalog("To the start page")};
        case 413:
            return {in_catalog("Request too large"), in_catalog("The request is larger than this service accepts."),
                    in_catalog("Send less."), "/", in_catalog("To the start page")};
        case 414:
        case 431:
            return {in_catalog("Request headers too large"),
                    in_catalog("The request's headers are larger than this service accepts."),
                    in_catalog("Clear this site's cookies and try again."), "/", in_catalog("To the start page")};
        case 429:
            return {in_catalog("Too many requests"),
                    in_catalog("There were too many requests from your address in the last minute."),
                    in_catalog("Wait a moment, then try again."), "/dashboard", in_catalog("To your key")};
        case 502:
            return {in_catalog("Another service did not answer"),
                    in_catalog("A service that we depend on did not answer as it should."),
                    in_catalog("Try again in a minute. Nothing was lost."), "/dashboard", in_catalog("To your key")};
        case 503:
            return {in_catalog("Busy"), in_catalog("The service cannot answer just now."),
                    in_catalog("Try again in a few seconds. Nothing was lost."), "/dashboard",
                    in_catalog("To your key")};
        default:
            return {in_catalog("Something went wrong"), in_catalog("That was our fault, not yours."),
                    in_catalog("Try again. If it happens again, tell the organizer and quote the number below."), "/",
                    in_catalog("To the start page")};
    }
}

// The list of people is the one text of a form that can be too long.
void tell_of_lines(const Context& context, int status, ErrorText& text) {
    if (status != 413 || context.request.path != "/admin/people") return;
    text.explanation = "These are more lines than this service accepts at once, so nobody was added.";
    text.advice = "Add at most 1000 people at once: send the lines in several parts.";
}

// Links from the error of a form back to the page where it was filled in.
void lead_back(const Context& context, int status, ErrorText& text) {
    const bool is_of_form = status == 400 || status == 404 || status == 409 || status == 413;
    const bool leads_elsewhere = !text.action_path.empty() && text.action_path != "/";
    if (context.request.method != "POST" || !is_of_form || leads_elsewhere) return;
    text.action_path = way_back(context);
    text.action_text = in_catalog("Back to where you were");
}

std::string problem_json(const Context& context, int status, const ErrorText& text) {
    const Language language = context.language();  // scripts of pages show the detail
    const auto say = [&](const std::string& english) { return std::string(translated(language, english)); };
    boost::json::object problem;
    problem["type"] = "about:blank";
    problem["title"] = say(text.title);
    problem["status"] = status;
    problem["detail"] = text.advice.empty() ? say(text.explanation) : say(text.explanation) + " " + say(text.advice);
    problem["request_id"] = context.request_id;
    return boost::json::serialize(problem);
}

}  // namespace

int status_of(base::Errc code) {
    switch (code) {
        case base::Errc::invalid_input:
            return 400;
        case base::Errc::not_found:
            return 404;
        case base::Errc::conflict:
            return 409;
        case base::Errc::unauthenticated:
            return 401;
        case base::Errc::forbidden:
            return 403;
        case base::Errc::rate_limited:
            return 503;  // the upstream's limit is not the client's fault
        case base::Errc::misconfigured:
            return 502;
        case base::Errc::upstream_refused:
            return 502;
        case base::Errc::upstream_down:
            return 502;
        case base::Errc::store_unavailable:
        case base::Errc::store_unwritable:
            return 503;
        case base::Errc::overloaded:
            return 503;
        case base::Errc::internal:
            return 500;
    }
    return 500;
}

net::Response error_response(const Context& context, int status, base::Seconds retry_after, ErrorText text) {
    if (text.title.empty()) {
        text = text_of(status);
        tell_of_lines(context, status, text);
    }
    net::Response response;
    if (context.wants_json()) {
        response = uncached_response(status, "application/problem+json", problem_json(context, status, text));
    } else {
        lead_back(context, status, text);
        ErrorView view{make_frame(context), status,           text.title,       text.explanation,
                       text.advice,         text.action_path, text.action_text, context.request_id};
        response = html_response(status, render(view));
    }
    if (retry_after.count() == 0 && (status == 503 || status == 429)) retry_after = base::Seconds{5};
    if (retry_after.count() > 0) response.set("Retry-After", std::to_string(retry_after.count()));
    return response;
}

net::Response error_response(const Context& context, const base::Error& error) {
    return error_response(context, status_of(error.code), error.retry_after);
}

}  // namespace llmapikey
