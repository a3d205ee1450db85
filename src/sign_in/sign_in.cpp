#include "sign_in/sign_in.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t id_bytes = 9;  // 12 characters of base64url
constexpr std::size_t id_length = 12;
constexpr std::size_t state_bytes = 24;
constexpr std::size_t verifier_bytes = 48;  // 64 characters; RFC 7636 requires 43 to 128

SignInError error_of(SignInFailure failure, std::string detail) {
    return SignInError{failure, std::move(detail), {}};
}

SignInFailure failure_of(base::Errc code) {
    switch (code) {
        case base::Errc::rate_limited:
            return SignInFailure::rate_limited;
        case base::Errc::misconfigured:
            return SignInFailure::misconfigured;
        case base::Errc::invalid_input:
            return SignInFailure::code_rejected;
        default:
            return SignInFailure::github_down;
    }
}

SignInError error_of(const char* doing, const base::Error& error, SignInFailure if_forbidden) {
    const bool is_forbidden = error.code == base::Errc::forbidden;
    return SignInError{is_forbidden ? if_forbidden : failure_of(error.code), std::string(doing) + ": " + error.detail,
                       error.retry_after};
}

}  // namespace

SignInStart SignIn::start(const std::string& next, const std::string& redirect_uri) const {
    SignInStart start;
    start.id = base::random_token(id_bytes);
    const std::string state = start.id + base::random_token(state_bytes);
    const std::string verifier = base::random_token(verifier_bytes);
    const auto now = clock_.now().time_since_epoch().count();
    // Each field is one line. No field can hold a line break: `next` is a checked path, and we make
    // the URI.
    const std::string plain = state + "\n" + verifier + "\n" + std::to_string(now) + "\n" + redirect_uri + "\n" + next;
    start.sealed = sealer_.seal(plain, start.id);
    start.authorize_url = provider_.authorize_url({state, base::to_base64url(base::sha256(verifier)), redirect_uri});
    return start;
}

std::string SignIn::attempt_id(std::string_view state) {
    if (state.size() <= id_length) return {};
    const std::string_view id = state.substr(0, id_length);
    return base::from_base64url(id) ? std::string(id) : std::string();
}

tl::expected<SignInAttempt, SignInError> SignIn::check(std::string_view state, std::string_view sealed) const {
    const auto mismatch = [](const char* why) { return tl::unexpected(error_of(SignInFailure::state_mismatch, why)); };
    const std::string id = attempt_id(state);
    if (id.empty()) return mismatch("the state is malformed");
    if (sealed.empty()) return mismatch("no cookie of this attempt");
    const auto plain = sealer_.open(sealed, id);
    if (!plain) return mismatch("the cookie of this attempt cannot be opened");
    const auto fields = base::split(plain->reveal(), '\n');
    const auto started = fields.size() == 5 ? base::parse_whole_number(fields[2]) : std::nullopt;
    if (!started) return mismatch("the cookie of this attempt is malformed");
    if (!base::equal_constant_time(fields[0], state)) return mismatch("the state is not the cookie's");
    const base::Timestamp started_at{base::Seconds{*started}};
    // The browser ends the cookie by its own clock. Our clock may differ from that of the replica
    // that began the attempt.
    if (started_at + attempt_lifetime + base::replica_skew_max < clock_.now())
        return mismatch("the attempt is too old");
    return SignInAttempt{id, std::string(fields[1]), std::string(fields[4]), std::string(fields[3]), started_at};
}

std::optional<base::Timestamp> SignIn::started_at(std::string_view id, std::string_view sealed) const {
    const auto plain = sealer_.open(sealed, id);
    if (!plain) return std::nullopt;
    const auto fields = base::split(plain->reveal(), '\n');
    const auto started = fields.size() == 5 ? base::parse_whole_number(fields[2]) : std::nullopt;
    if (!started) return std::nullopt;
    return base::Timestamp{base::Seconds{*started}};
}

SignInError SignIn::refusal_of(std::string_view error) {
    const std::string answered = "GitHub answered " + base::to_printable(error, 80);
    if (error == "access_denied") return error_of(SignInFailure::denied, answered);
    if (error == "redirect_uri_mismatch") {
        return error_of(SignInFailure::wrong_callback,
                        answered + ": the callback URL of the OAuth App must be PUBLIC_URL/auth/callback");
    }
    if (error == "application_suspended") {
        return error_of(SignInFailure::app_suspended,
                        answered + ": GitHub has suspended the OAuth App; ask its support");
    }
    return error_of(SignInFailure::misconfigured, answered);
}

tl::expected<SignedIn, SignInError> SignIn::finish(const SignInAttempt& attempt, const CallbackParameters& callback,
                                                   base::Deadline deadline) {
    if (!callback.error.empty()) return tl::unexpected(refusal_of(callback.error));
    if (callback.code.empty()) return tl::unexpected(error_of(SignInFailure::code_rejected, "no code in the callback"));
    auto token = provider_.exchange({callback.code, attempt.code_verifier, attempt.redirect_uri}, deadline);
    if (!token) {
        return tl::unexpected(error_of("exchanging the code", token.error(), SignInFailure::email_unverified));
    }
    auto recipient = provider_.read_user(*token, deadline);
    if (!recipient) {
        (void)provider_.revoke(*token, deadline);  // best effort: the sign-in has failed for another reason
        return tl::unexpected(error_of("reading the profile", recipient.error(), SignInFailure::not_a_person));
    }
    return SignedIn{std::move(*recipient), attempt.next, std::move(*token)};
}

}  // namespace llmapikey
