#include "app/upstreams.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "sign_in/sign_in.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t code_bytes = 10;
constexpr std::size_t verifier_bytes = 32;

std::string callback_of(const config::Config& config) {
    return config.public_url.empty() ? "" : config.public_url + std::string(callback_path);
}

Finding wrong_callback(const config::Config& config) {
    return {"GitHub callback",
            Verdict::problem,
            "GitHub does not lead people back to " + callback_of(config) +
                " (redirect_uri_mismatch): on the OAuth App's page, set the authorization callback URL to exactly this",
            {},
            Fault::callback};
}

std::string code_challenge() {
    return base::to_base64url(base::sha256(base::random_token(verifier_bytes)));
}

}  // namespace

std::vector<Finding> check_github(CheckContext& context) {
    if (!context.config) return {};
    const config::Config& config = *context.config;
    const std::string what = "GitHub credentials";
    const auto identity = app::make_identity_provider(config, *context.http);
    const auto checked = identity->check_credentials(deadline_of(config));
    context.is_app_accepted = checked.has_value();
    if (checked) return {{what, Verdict::ok, "accepted by " + config.github_api_url}};
    if (is_unreachable(checked.error()))
        return {unreachable(what, checked.error(), config.github_api_url, "GITHUB_API_URL")};
    return {{what, Verdict::problem,
             checked.error().detail +
                 "; check GITHUB_OAUTH_CLIENT_ID and GITHUB_OAUTH_CLIENT_SECRET on the OAuth App's page"}};
}

// Exchanges a code that GitHub has never issued. GitHub looks at the credentials and at the
// callback first, and refuses the code if it has nothing against these.
std::vector<Finding> check_callback(CheckContext& context) {
    if (!context.config || !context.is_app_accepted || context.config->public_url.empty()) return {};
    const config::Config& config = *context.config;
    const std::string what = "GitHub callback";
    const auto identity = app::make_identity_provider(config, *context.http);
    const ExchangeRequest nobodys{base::to_hex(base::random_bytes(code_bytes)), base::random_token(verifier_bytes),
                                  callback_of(config)};
    const auto exchanged = identity->exchange(nobodys, deadline_of(config));
    if (exchanged || exchanged.error().code == base::Errc::invalid_input)
        return {{what, Verdict::ok, "GitHub does not object to " + callback_of(config)}};
    const base::Error& error = exchanged.error();
    if (error.detail.find("redirect_uri_mismatch") != std::string::npos) return {wrong_callback(config)};
    if (error.code != base::Errc::misconfigured) return {unreachable(what, error, config.github_url, "GITHUB_URL")};
    return {{what, Verdict::problem,
             error.detail + "; GITHUB_OAUTH_CLIENT_SECRET is not a secret of the OAuth App that "
                            "GITHUB_OAUTH_CLIENT_ID names: generate one on the app's page"}};
}

// Asks for the page that a sign-in begins with, as a browser would.
std::vector<Finding> check_app(CheckContext& context) {
    if (!context.config) return {};
    const config::Config& config = *context.config;
    const std::string what = "GitHub app";
    const auto identity = app::make_identity_provider(config, *context.http);
    net::ClientRequest request;
    request.url = identity->authorize_url({base::random_token(verifier_bytes), code_challenge(), callback_of(config)});
    const auto page = context.http->send(request, deadline_of(config));
    if (page.transfer != net::TransferStatus::answered || page.status >= 500) {
        const std::string failure =
            page.failure.empty() ? "GitHub answered " + std::to_string(page.status) : page.failure;
        return {unreachable(what, {base::Errc::upstream_down, failure, {}}, config.github_url, "GITHUB_URL")};
    }
    if (page.status == 404) {
        return {{what, Verdict::problem,
                 "GitHub knows no OAuth App with this client id: copy it from the app's page, GitHub, Settings, "
                 "Developer settings, OAuth Apps"}};
    }
    const std::string_view leads_to = page.header("location");
    if (leads_to.find("error=redirect_uri_mismatch") != std::string_view::npos) return {wrong_callback(config)};
    if (leads_to.find("error=application_suspended") != std::string_view::npos)
        return {{what, Verdict::problem, "GitHub has suspended this OAuth App; ask GitHub's support, or make another"}};
    if (page.status >= 400)
        return {{what, Verdict::warning, "not tried alone: GitHub answered " + std::to_string(page.status)}};
    return {{what, Verdict::ok, "GitHub shows its page for signing in"}};
}

}  // namespace llmapikey::cli
