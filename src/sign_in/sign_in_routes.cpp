#include "sign_in/sign_in_routes.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "http/answers/error_response.hpp"
#include "http/cookies.hpp"
#include "http/form.hpp"
#include "http/next_path.hpp"
#include "languages/catalog.hpp"
#include "ops/log.hpp"

namespace llmapikey {
namespace {

// Each attempt has its own cookie, so that sign-ins in two tabs do not disturb each other.
constexpr std::string_view attempt_cookie_prefix = "llmapikey_oauth_";
constexpr std::string_view callback_path = "/auth/callback";
// A field in the query of /auth/login: this browser was already redirected to the canonical host.
constexpr std::string_view redirected_field = "redirected";
// Without a limit, unfinished attempts would pile up until the browser's requests are too large.
constexpr std::size_t open_attempts_max = 8;

std::string attempt_cookie_name(std::string_view id) {
    return std::string(attempt_cookie_prefix) + std::string(id);
}

Cookie attempt_cookie(const Context& context, std::string_view id, std::string value, base::Seconds max_age) {
    return Cookie{attempt_cookie_name(id), std::move(value), "/auth", max_age, context.origin.is_https};
}

// Deletes this browser's oldest attempts, so that no more than `open_attempts_max` remain, and
// unreadable ones.
void drop_surplus_attempts(const SignInRoutes& self, const Context& context, net::Response& response) {
    std::vector<std::pair<base::Timestamp, std::string>> attempts;
    for (const auto& [name, value] : read_cookies(context.request)) {
        if (!name.starts_with(attempt_cookie_prefix)) continue;
        const std::string id(name.substr(attempt_cookie_prefix.size()));
        attempts.emplace_back(self.sign_in.started_at(id, value).value_or(base::Timestamp{}), id);
    }
    std::sort(attempts.begin(), attempts.end());
    const std::size_t surplus = attempts.size() < open_attempts_max ? 0 : attempts.size() - open_attempts_max + 1;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        const bool is_readable = attempts[i].first != base::Timestamp{};
        if (i >= surplus && is_readable) continue;
        response.set("Set-Cookie", to_set_cookie(attempt_cookie(context, attempts[i].second, "", base::Seconds{0})));
    }
}

// Returns the attempt that `state` and its cookie agree on.
tl::expected<SignInAttempt, SignInError> find_attempt(const SignInRoutes& self, const net::Request& request,
                                                      std::string_view state) {
    const std::string id = SignIn::attempt_id(state);
    auto attempt = self.sign_in.check(state, {});
    if (id.empty()) return attempt;
    find_good_cookie(request, attempt_cookie_name(id), [&](std::string_view cookie) {
        attempt = self.sign_in.check(state, cookie);
        return attempt.has_value();
    });
    return attempt;
}

std::string_view outcome_name(SignInFailure failure) {
    switch (failure) {
        case SignInFailure::denied:
            return "denied";
        case SignInFailure::state_mismatch:
            return "state_mismatch";
        case SignInFailure::code_rejected:
            return "code_rejected";
        case SignInFailure::email_unverified:
            return "email_unverified";
        case SignInFailure::not_a_person:
            return "not_a_person";
        case SignInFailure::rate_limited:
            return "rate_limited";
        case SignInFailure::github_down:
            return "github_down";
        case SignInFailure::misconfigured:
            return "misconfigured";
        case SignInFailure::wrong_callback:
            return "wrong_callback";
        case SignInFailure::app_suspended:
            return "app_suspended";
    }
    return "unknown";
}

struct SignInAnswer {
    int status;
    ErrorText text;
};

SignInAnswer answer_of(SignInFailure failure) {
    switch (failure) {
        case SignInFailure::denied:
            return {403,
                    {in_catalog("Sign-in canceled"), in_catalog("You told GitHub not to let us see who you are."),
                     in_catalog("We only read your account's number and login name. You can try again at any time."),
                     "", ""}};
        case SignInFailure::state_mismatch:
            return {
                400,
                {in_catalog("This sign-in has expired"),
                 in_catalog("It was started in another browser, more than ten minutes ago, or has been used already."),
                 in_catalog("Start again from here."), "", ""}};
        case SignInFailure::code_rejected:
            return {400,
                    {in_catalog("GitHub did not accept the sign-in"),
                     in_catalog("The code that GitHub gave your browser was refused: it has expired or been used."),
                     in_catalog("Start again from here."), "", ""}};
        case SignInFailure::email_unverified:
            return {403,
                    {in_catalog("Verify your e-mail address first"),
                     in_catalog("GitHub does not let you sign in before your primary e-mail address is verified."),
                     in_catalog("Verify it in GitHub's settings, under Emails, then try again."), "", ""}};
        case SignInFailure::not_a_person:
            return {403,
                    {in_catalog("Not a personal account"),
                     in_catalog("Keys are for people: this GitHub account belongs to an organization or a bot."),
                     in_catalog("Sign in with your personal account."), "", ""}};
        case SignInFailure::rate_limited:
            return {503,
                    {in_catalog("GitHub asks us to wait"), in_catalog("GitHub is limiting how often we may ask."),
                     in_catalog("Try again in a minute."), "", ""}};
        case SignInFailure::github_down:
            return {502,
                    {in_catalog("GitHub did not answer"),
                     in_catalog("GitHub could not be reached in time, or its answer could not be understood."),
                     in_catalog("Try again in a minute."), "", ""}};
        case SignInFailure::misconfigured:
            return {502,
                    {in_catalog("Sign-in is not set up correctly"),
                     in_catalog("GitHub does not accept this service's own credentials or address."),
                     in_catalog("Only the organizer can fix this: tell them to run `llmapikey doctor`."), "", ""}};
        case SignInFailure::wrong_callback:
            return {502,
                    {in_catalog("Sign-in leads to the wrong address"),
                     in_catalog("GitHub says that this service's address is not the callback URL of its OAuth App "
                                "(redirect_uri_mismatch)."),
                     in_catalog("Only the organizer can fix this: the callback URL must be this service's public "
                                "address, followed "
                                "by /auth/callback."),
                     "", ""}};
        case SignInFailure::app_suspended:
            return {
                502,
                {in_catalog("GitHub has suspended this app"),
                 in_catalog("Nobody can sign in here at the moment: GitHub has suspended the OAuth App of this service "
                            "(application_suspended)."),
                 in_catalog("Only the organizer can fix this, with GitHub's support."), "", ""}};
    }
    return {500, {}};
}

// The answer has a link to try again that keeps `next`.
net::Response error_answer(const Context& context, const SignInError& error, const std::string& next) {
    SignInAnswer answer = answer_of(error.failure);
    answer.text.action_path = "/auth/login?next=" + base::to_percent_encoded(next);
    answer.text.action_text = in_catalog("Try again");
    return error_response(context, answer.status, error.retry_after, answer.text);
}

net::Response fail_sign_in(const SignInRoutes& self, const Context& context, const SignInError& error,
                           const std::string& next) {
    const bool is_ours = error.failure == SignInFailure::misconfigured ||
                         error.failure == SignInFailure::wrong_callback ||
                         error.failure == SignInFailure::app_suspended;
    // One alert covers everything that only the operator can mend; the log says which failure it
    // is.
    self.metrics.count_sign_in(outcome_name(is_ours ? SignInFailure::misconfigured : error.failure));
    ops::log(is_ours ? ops::LogLevel::error : ops::LogLevel::warn, "sign-in failed: " + error.detail,
             {{"outcome", std::string(outcome_name(error.failure))}, {"request_id", context.request_id}});
    return error_answer(context, error, next);
}

// The person does not wait for this: they are signed in whether GitHub revokes its token now or the
// token expires.
void revoke_in_background(const SignInRoutes& self, const base::Secret& token, base::Seconds timeout) {
    SignIn& sign_in = self.sign_in;
    const auto revoke = [&sign_in, token, timeout] {
        const auto revoked = sign_in.revoke_token(token, base::Deadline::after(timeout));
        if (!revoked) ops::log(ops::LogLevel::warn, "GitHub did not revoke a token: " + revoked.error().detail);
    };
    if (!self.background_queue.try_submit(revoke)) {
        ops::log(ops::LogLevel::warn, "too busy to have GitHub revoke a token");
    }
}

void remember_username(const SignInRoutes& self, const Recipient& recipient) {
    const auto updated = self.store.update_username(recipient);
    if (!updated) ops::log(ops::LogLevel::warn, "noting a login name failed: " + updated.error().detail);
}

net::Response welcome(const SignInRoutes& self, const Context& context, const SignedIn& signed_in) {
    const std::string token = self.sessions.issue(signed_in.recipient, self.clock.now());
    const Cookie session{std::string(session_cookie_name), token, "/", session_lifetime, context.origin.is_https};
    net::Response response = redirect(302, safe_next_path(signed_in.next));
    response.set("Set-Cookie", to_set_cookie(session));
    self.metrics.count_sign_in("ok");
    return response;
}

}  // namespace

net::Response SignInRoutes::start(const Context& context) const {
    const Form query(context.request.query);
    const std::string next = safe_next_path(query.value("next"));
    if (context.session) return redirect(302, next);
    // GitHub redirects to PUBLIC_URL, and the browser returns the attempt's cookie only to the host
    // that set it. Redirect only once: behind a proxy that does not pass the host on, every request
    // looks like this.
    if (context.origin.is_elsewhere && !query.has(redirected_field)) {
        return redirect(302, context.shared.settings.public_url + "/auth/login?next=" + base::to_percent_encoded(next) +
                                 "&" + std::string(redirected_field) + "=1");
    }
    const auto start = sign_in.start(next, context.origin.origin + std::string(callback_path));
    net::Response response = redirect(302, start.authorize_url);
    drop_surplus_attempts(*this, context, response);
    response.set("Set-Cookie",
                 to_set_cookie(attempt_cookie(context, start.id, start.sealed, SignIn::attempt_lifetime)));
    return response;
}

net::Response SignInRoutes::finish(const Context& context) const {
    const Form query(context.request.query);
    const CallbackParameters callback{query.value("code"), query.value("state"), query.value("error"),
                                      query.value("error_description")};
    const auto attempt = find_attempt(*this, context.request, callback.state);
    if (!attempt) {
        // This is the back button or a second click: a person who is signed in already goes on,
        // unchanged.
        if (context.session) return redirect(302, "/dashboard");
        // GitHub reports a wrong callback to the registered callback, which may be another host of
        // ours. That host has no cookie of the attempt.
        return fail_sign_in(*this, context,
                            callback.error.empty() ? attempt.error() : SignIn::refusal_of(callback.error),
                            "/dashboard");
    }
    const auto deadline = base::Deadline::after(context.shared.settings.upstream_timeout);
    const auto signed_in = sign_in.finish(*attempt, callback, deadline);
    net::Response response = signed_in ? welcome(*this, context, *signed_in)
                                       : fail_sign_in(*this, context, signed_in.error(), attempt->next);
    // The attempt can be used only once.
    response.set("Set-Cookie", to_set_cookie(attempt_cookie(context, attempt->id, "", base::Seconds{0})));
    if (signed_in) {
        revoke_in_background(*this, signed_in->token, context.shared.settings.upstream_timeout);
        remember_username(*this, signed_in->recipient);
    }
    return response;
}

net::Response SignInRoutes::sign_out(const Context& context) const {
    net::Response response = redirect(303, "/");
    const Cookie gone{std::string(session_cookie_name), "", "/", base::Seconds{0}, context.origin.is_https};
    response.set("Set-Cookie", to_set_cookie(gone));
    return response;
}

}  // namespace llmapikey
