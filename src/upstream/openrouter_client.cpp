#include "upstream/openrouter_client.hpp"

#include <algorithm>
#include <thread>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "net/retry_after.hpp"
#include "upstream/openrouter_wire.hpp"

namespace llmapikey::upstream {
namespace {

using base::Errc;
using net::TransferStatus;

constexpr int max_tries = 3;
constexpr base::Millis first_back_off{200};

bool is_success(const net::ClientResponse& response) {
    return response.transfer == TransferStatus::answered && response.status >= 200 && response.status < 300;
}

base::Error error_of(const net::ClientResponse& response) {
    if (response.transfer != TransferStatus::answered) {
        return {Errc::upstream_down, "OpenRouter: " + response.failure, {}};
    }
    const std::string message = parse_error_message(response.body);
    const std::string detail =
        "OpenRouter answered " + std::to_string(response.status) + (message.empty() ? "" : ": " + message);
    const int status = response.status;
    if (status == 429) return {Errc::rate_limited, detail, net::retry_after_of(response)};
    if (status == 401 || status == 403)
        return {Errc::misconfigured, detail + " (is OPENROUTER_MANAGEMENT_KEY a management key?)", {}};
    if (status >= 300 && status < 400) return {Errc::misconfigured, detail + " (is OPENROUTER_URL right?)", {}};
    if (status == 404) return {Errc::not_found, detail, {}};
    if (status >= 400 && status < 500 && status != 408) return {Errc::upstream_refused, detail, {}};
    return {Errc::upstream_down, detail, net::retry_after_of(response)};
}

base::Error unreadable(const char* what) {
    return {Errc::upstream_down, std::string("OpenRouter's answer is no ") + what, {}};
}

// Statuses of which it is certain that nothing was created. 408 and 5xx are not among them: a gateway may give up on a
// request that goes on behind it. Nor is 303, which follows an effect.
bool is_refusal(int status) {
    static constexpr int refusals[] = {301, 302, 307, 308, 400, 401, 402, 403, 404,
                                       405, 406, 410, 413, 414, 415, 422, 429, 431};
    return std::find(std::begin(refusals), std::end(refusals), status) != std::end(refusals);
}

bool is_worth_another_try(const net::ClientResponse& response) {
    if (response.transfer != TransferStatus::answered) return true;
    return response.status == 429 || response.status == 408 || response.status >= 500;
}

// Full jitter, or what the upstream asks for; nullopt if that would outlast the deadline.
std::optional<base::Millis> wait_before_try(int tries, const net::ClientResponse& response, base::Deadline deadline) {
    const base::Millis most = first_back_off * (1 << tries);
    const auto draw = static_cast<unsigned char>(base::random_bytes(1).front());
    const base::Millis jittered = most * draw / 256;
    const base::Millis wait = std::max<base::Millis>(net::retry_after_of(response), jittered);
    if (wait >= deadline.left()) return std::nullopt;
    return wait;
}

// What the upstream would answer.
net::ClientResponse paused_response(base::Millis pause) {
    net::ClientResponse response;
    response.transfer = TransferStatus::answered;
    response.status = 429;
    response.headers.push_back({"Retry-After", std::to_string(std::chrono::ceil<base::Seconds>(pause).count())});
    response.body = R"({"error":{"message":"it has asked to slow down"}})";
    return response;
}

std::string key_path(const std::string& delete_handle) {
    return "/keys/" + base::to_percent_encoded(delete_handle);
}

}  // namespace

net::ClientRequest OpenRouterClient::request(std::string method, const std::string& path, std::string body) const {
    net::ClientRequest request{std::move(method), options_.base_url + path, {}, std::move(body)};
    request.headers.push_back({"Authorization", "Bearer " + options_.management_key.reveal()});
    request.headers.push_back({"Accept", "application/json"});
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return request;
}

// One 429 speaks to all threads: none of them asks before the time that it names.
void OpenRouterClient::note_pause(const net::ClientResponse& response) {
    if (response.transfer != TransferStatus::answered || response.status != 429) return;
    paused_until_ = base::Deadline::SteadyClock::now() + net::retry_after_of(response);
}

std::optional<base::Millis> OpenRouterClient::left_of_pause() const {
    const auto now = base::Deadline::SteadyClock::now();
    const auto until = paused_until_.load();
    if (until <= now) return std::nullopt;
    return std::chrono::ceil<base::Millis>(until - now);
}

// For calls that can be repeated without harm.
net::ClientResponse OpenRouterClient::send_again(const net::ClientRequest& request, base::Deadline deadline) {
    for (int tries = 1;; ++tries) {
        const auto pause = left_of_pause();
        if (pause && *pause >= deadline.left()) return paused_response(*pause);
        if (pause) std::this_thread::sleep_for(*pause);
        net::ClientResponse response = http_.send(request, deadline);
        note_pause(response);
        if (tries == max_tries || !is_worth_another_try(response)) return response;
        const auto wait = wait_before_try(tries, response, deadline);
        if (!wait) return response;
        std::this_thread::sleep_for(*wait);  // a worker thread for upstream calls, which waits for the upstream anyway
    }
}

service::MintOutcome OpenRouterClient::mint(const service::MintRequest& mint_request, base::Deadline deadline) {
    const net::ClientResponse response =
        http_.send(request("POST", "/keys", to_create_body(mint_request, options_.workspace_id)), deadline);
    if (response.transfer == TransferStatus::not_sent) return service::NotMinted{error_of(response)};
    if (response.transfer == TransferStatus::unknown) return service::MintUnknown{"", error_of(response).detail};
    if (is_refusal(response.status)) {
        base::Error error = error_of(response);
        if (error.code == Errc::not_found)
            error.code = Errc::misconfigured;  // no such endpoint: OPENROUTER_URL is wrong
        return service::NotMinted{std::move(error)};
    }
    if (!is_success(response)) return service::MintUnknown{"", error_of(response).detail};
    CreateAnswer answer = parse_create_answer(response.body);
    if (answer.raw_key.empty() || answer.delete_handle.empty()) {
        return service::MintUnknown{answer.delete_handle, unreadable("created key").detail};
    }
    return service::Minted{base::Secret(std::move(answer.raw_key)), std::move(answer.delete_handle)};
}

base::Result<service::UpstreamKey> OpenRouterClient::get(const std::string& delete_handle, base::Deadline deadline) {
    const auto response = send_again(request("GET", key_path(delete_handle)), deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto key = parse_key_answer(response.body);
    if (!key) return tl::unexpected(unreadable("key"));
    return std::move(*key);
}

base::Result<std::vector<service::UpstreamKey>> OpenRouterClient::list_page(std::size_t offset,
                                                                            base::Deadline deadline) {
    std::string path = "/keys?include_disabled=true&offset=" + std::to_string(offset);
    if (!options_.workspace_id.empty()) path += "&workspace_id=" + base::to_percent_encoded(options_.workspace_id);
    const auto response = send_again(request("GET", path), deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto keys = parse_list_answer(response.body);
    if (!keys) return tl::unexpected(unreadable("list of keys"));
    return std::move(*keys);
}

base::Result<service::UpstreamKey> OpenRouterClient::update(const std::string& delete_handle,
                                                            const service::KeyUpdate& change, base::Deadline deadline) {
    const auto response = send_again(request("PATCH", key_path(delete_handle), to_update_body(change)), deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto key = parse_key_answer(response.body);
    if (!key) return tl::unexpected(unreadable("key"));
    return std::move(*key);
}

base::Result<void> OpenRouterClient::revoke(const std::string& delete_handle, base::Deadline deadline) {
    const auto response = send_again(request("DELETE", key_path(delete_handle)), deadline);
    if (is_success(response)) return {};
    base::Error error = error_of(response);
    // Gone already, provided that the answer is OpenRouter's own and not that of a wrong address.
    if (error.code == Errc::not_found && !parse_error_message(response.body).empty()) return {};
    return tl::unexpected(std::move(error));
}

base::Result<service::Credits> OpenRouterClient::credits(base::Deadline deadline) {
    const auto response = send_again(request("GET", "/credits"), deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    const auto credits = parse_credits_answer(response.body);
    if (!credits) return tl::unexpected(unreadable("statement of credits"));
    return *credits;
}

}  // namespace llmapikey::upstream
