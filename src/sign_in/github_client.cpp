#include "sign_in/github_client.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>

#include "base/encoding.hpp"
#include "net/retry_after.hpp"
#include "sign_in/github_wire.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;
using base::Errc;
using base::to_percent_encoded;
using net::TransferStatus;

constexpr const char* api_version = "2022-11-28";
constexpr base::Seconds unstated_limit_wait{60};

bool is_limited(const net::ClientResponse& response) {
    if (response.status == 429) return true;
    const bool is_exhausted =
        response.header("x-ratelimit-remaining") == "0" || !response.header("retry-after").empty();
    return response.status == 403 && is_exhausted;
}

base::Seconds wait_of(const net::ClientResponse& response) {
    const base::Seconds stated = net::retry_after_of(response);
    return stated.count() > 0 ? stated : unstated_limit_wait;
}

// Converts an answer that is no success into an error.
base::Error error_of(const net::ClientResponse& response) {
    if (response.transfer != TransferStatus::answered) return {Errc::upstream_down, "GitHub: " + response.failure, {}};
    const std::string message = parse_message(response.body);
    const std::string detail =
        "GitHub answered " + std::to_string(response.status) + (message.empty() ? "" : ": " + message);
    if (is_limited(response)) return {Errc::rate_limited, detail, wait_of(response)};
    if (response.status == 404)
        return {Errc::misconfigured, detail + " (are GITHUB_URL and GITHUB_OAUTH_CLIENT_ID right?)", {}};
    if (response.status == 401) return {Errc::misconfigured, detail, {}};
    return {Errc::upstream_down, detail, {}};
}

base::Error error_of_exchange(const std::string& code) {
    const std::string detail = "GitHub answered " + base::to_printable(code, 60);
    if (code == "bad_verification_code") return {Errc::invalid_input, detail, {}};
    if (code == "unverified_user_email") return {Errc::forbidden, detail, {}};
    const bool is_ours = code == "incorrect_client_credentials" || code == "redirect_uri_mismatch";
    return {is_ours ? Errc::misconfigured : Errc::upstream_down, detail, {}};
}

}  // namespace

std::string GithubClient::authorize_url(const AuthorizeRequest& request) const {
    const auto origin_end = request.redirect_uri.find('/', request.redirect_uri.find("://") + 3);
    const std::string pages_url =
        options_.are_pages_beside_service ? request.redirect_uri.substr(0, origin_end) : options_.web_url;
    return pages_url + "/login/oauth/authorize?client_id=" + to_percent_encoded(options_.client_id) +
           "&redirect_uri=" + to_percent_encoded(request.redirect_uri) + "&scope=" + to_percent_encoded("read:user") +
           "&state=" + to_percent_encoded(request.state) +
           "&code_challenge=" + to_percent_encoded(request.code_challenge) + "&code_challenge_method=S256";
}

base::Result<base::Secret> GithubClient::exchange(const ExchangeRequest& request, base::Deadline deadline) {
    const std::string body = "client_id=" + to_percent_encoded(options_.client_id) +
                             "&client_secret=" + to_percent_encoded(options_.client_secret.reveal()) +
                             "&code=" + to_percent_encoded(request.code) +
                             "&redirect_uri=" + to_percent_encoded(request.redirect_uri) +
                             "&code_verifier=" + to_percent_encoded(request.code_verifier);
    const net::ClientRequest call{
        "POST",
        options_.web_url + "/login/oauth/access_token",
        {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}},
        body};
    const net::ClientResponse response = http_.send(call, deadline);
    if (response.transfer != TransferStatus::answered) return tl::unexpected(error_of(response));
    // GitHub answers errors with status 200 too, so only a token counts as success.
    ExchangeAnswer answer = parse_exchange_answer(response.body);
    if (!answer.token.empty()) return std::move(answer.token);
    if (!answer.error.empty()) return tl::unexpected(error_of_exchange(answer.error));
    return tl::unexpected(error_of(response));
}

base::Result<Recipient> GithubClient::read_user(const base::Secret& token, base::Deadline deadline) {
    const net::ClientRequest call{"GET",
                                  options_.api_url + "/user",
                                  {{"Accept", "application/vnd.github+json"},
                                   {"X-GitHub-Api-Version", api_version},
                                   {"Authorization", "Bearer " + token.reveal()}},
                                  ""};
    const net::ClientResponse response = http_.send(call, deadline);
    if (response.transfer == TransferStatus::answered && response.status == 200) return parse_user(response.body);
    return tl::unexpected(error_of(response));
}

std::string GithubClient::app_credentials() const {
    return "Basic " + base::to_base64(options_.client_id + ":" + options_.client_secret.reveal());
}

// Authenticates as the app if one is configured, because an app may ask far more often than an
// anonymous caller.
base::Result<net::ClientResponse> GithubClient::read_public(const std::string& path, base::Deadline deadline) {
    net::ClientRequest call{"GET",
                            options_.api_url + path,
                            {{"Accept", "application/vnd.github+json"}, {"X-GitHub-Api-Version", api_version}},
                            ""};
    if (!options_.client_id.empty()) call.headers.push_back({"Authorization", app_credentials()});
    net::ClientResponse response = http_.send(call, deadline);
    const bool is_answered = response.transfer == TransferStatus::answered;
    if (is_answered && response.status == 404) return base::fail(Errc::not_found, "GitHub knows no such account");
    if (!is_answered || response.status != 200) return tl::unexpected(error_of(response));
    return response;
}

base::Result<std::string> GithubClient::find_login(GithubUserId id, base::Deadline deadline) {
    const auto response = TRY(read_public("/user/" + id.text(), deadline));
    std::string login = parse_login(response.body);
    if (login.empty()) return base::fail(Errc::upstream_down, "GitHub's profile has no login");
    return login;
}

base::Result<Recipient> GithubClient::find_account(const std::string& login, base::Deadline deadline) {
    const auto response = TRY(read_public("/users/" + to_percent_encoded(login), deadline));
    return parse_user(response.body);
}

// The calls under /applications authenticate as the app, and name the token in a JSON body even
// with DELETE.
net::ClientResponse GithubClient::send_as_app(const std::string& method, const base::Secret& token,
                                              base::Deadline deadline) {
    json::object body;
    body["access_token"] = token.reveal();
    const net::ClientRequest call{
        method,
        options_.api_url + "/applications/" + to_percent_encoded(options_.client_id) + "/token",
        {{"Accept", "application/vnd.github+json"},
         {"X-GitHub-Api-Version", api_version},
         {"Content-Type", "application/json"},
         {"Authorization", app_credentials()}},
        json::serialize(body)};
    return http_.send(call, deadline);
}

base::Result<void> GithubClient::revoke(const base::Secret& token, base::Deadline deadline) {
    const net::ClientResponse response = send_as_app("DELETE", token, deadline);
    const bool is_answered = response.transfer == TransferStatus::answered;
    const bool is_gone = response.status == 204 || response.status == 404 || response.status == 422;
    if (is_answered && is_gone) return {};
    return tl::unexpected(error_of(response));
}

base::Result<void> GithubClient::check_credentials(base::Deadline deadline) {
    const base::Secret no_token("gho_000000000000000000000000000000000000");
    const net::ClientResponse response = send_as_app("POST", no_token, deadline);
    const bool is_answered = response.transfer == TransferStatus::answered;
    // A 404 means that the app's credentials are accepted and that there is no such token.
    if (is_answered && (response.status == 404 || response.status == 422 || response.status == 200)) return {};
    return tl::unexpected(error_of(response));
}

}  // namespace llmapikey
