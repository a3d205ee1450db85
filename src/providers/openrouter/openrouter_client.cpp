#include "providers/openrouter/openrouter_client.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "net/retry_after.hpp"
#include "providers/offset_reading.hpp"
#include "providers/openrouter/openrouter_wire.hpp"

namespace llmapikey {
namespace {

using base::Errc;
using net::TransferStatus;

bool is_success(const net::ClientResponse& response) {
    return response.transfer == TransferStatus::answered && response.status >= 200 && response.status < 300;
}

base::Error error_of(const net::ClientResponse& response) {
    if (response.transfer != TransferStatus::answered) {
        return {Errc::upstream_down, "OpenRouter: " + response.failure, net::retry_after_of(response),
                response.is_circuit_open};
    }
    const std::string message = parse_error_message(response.body);
    const std::string detail =
        "OpenRouter answered " + std::to_string(response.status) + (message.empty() ? "" : ": " + message);
    const int status = response.status;
    if (status == 429) return {Errc::rate_limited, detail, net::retry_after_of(response)};
    if (status == 401) return {Errc::misconfigured, detail + " (is OPENROUTER_MANAGEMENT_KEY a management key?)", {}};
    // A 403 means that the management key lacks rights here. It never means that a key is gone.
    if (status == 403)
        return {Errc::misconfigured,
                detail + " (is OPENROUTER_MANAGEMENT_KEY a management key that may write, of the keys' workspace?)",
                {}};
    if (status >= 300 && status < 400) return {Errc::misconfigured, detail + " (is OPENROUTER_URL right?)", {}};
    if (status == 404) return {Errc::not_found, detail, {}};
    if (status >= 400 && status < 500 && status != 408) return {Errc::upstream_refused, detail, {}};
    return {Errc::upstream_down, detail, net::retry_after_of(response)};
}

base::Error unreadable(const char* what) {
    return {Errc::upstream_down, std::string("OpenRouter's answer is no ") + what, {}};
}

// Returns whether the status excludes that a key was created. 408 and 5xx do not: a gateway may
// give up on a request that continues behind it. 303 does not either, because it follows an effect.
bool is_refusal(int status) {
    static constexpr int refusals[] = {301, 302, 307, 308, 400, 401, 402, 403, 404,
                                       405, 406, 410, 413, 414, 415, 422, 429, 431};
    return std::find(std::begin(refusals), std::end(refusals), status) != std::end(refusals);
}

std::string key_path(const std::string& delete_handle) {
    return "/keys/" + base::to_percent_encoded(delete_handle);
}

std::string guardrail_path(const std::string& id) {
    return "/guardrails/" + base::to_percent_encoded(id);
}

net::ClientRequest make_request(const OpenRouterOptions& options, std::string method, const std::string& path,
                                std::string body = {}) {
    net::ClientRequest request{std::move(method), options.base_url + path, {}, std::move(body)};
    request.headers.push_back({"Authorization", "Bearer " + options.management_key.reveal()});
    request.headers.push_back({"Accept", "application/json"});
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return request;
}

// Says why a key could not be put under the guardrail. If OpenRouter refuses it, the operator must
// mend the configuration.
base::Error unassigned(const base::Error& cause) {
    const bool is_refused =
        cause.code == Errc::not_found || cause.code == Errc::upstream_refused || cause.code == Errc::misconfigured;
    return {is_refused ? Errc::misconfigured : Errc::upstream_down,
            "the guardrail could not be assigned: " + cause.detail +
                (is_refused ? " (is OPENROUTER_GUARDRAIL_ID a guardrail of the keys' workspace?)" : ""),
            cause.retry_after};
}

}  // namespace

OpenRouterClient::OpenRouterClient(OpenRouterOptions options, net::HttpClient& http, Supervision supervision)
    : options_(std::move(options)),
      calls_(std::make_shared<UpstreamCalls>(http, make_request(options_, "GET", "/credits"), std::move(supervision))),
      patience_(Patience::by_hand) {}

OpenRouterClient::OpenRouterClient(OpenRouterOptions options, std::shared_ptr<UpstreamCalls> calls, Patience patience)
    : options_(std::move(options)), calls_(std::move(calls)), patience_(patience) {}

std::unique_ptr<KeyProvider> OpenRouterClient::in_background() const {
    return std::unique_ptr<KeyProvider>(new OpenRouterClient(options_, calls_, Patience::background));
}

net::ClientResponse OpenRouterClient::ask(std::string_view name, std::string method, const std::string& path,
                                          base::Deadline deadline, std::string body) {
    return calls_->send_again({name, make_request(options_, std::move(method), path, std::move(body))}, deadline,
                              patience_);
}

MintOutcome OpenRouterClient::mint(const MintRequest& request, base::Deadline deadline) {
    MintOutcome outcome = create(request, deadline);
    const auto* minted = std::get_if<Minted>(&outcome);
    if (minted == nullptr || options_.guardrail_id.empty()) return outcome;
    const auto assigned = assign_guardrail(minted->delete_handle, deadline);
    if (assigned) return outcome;
    // Nobody has the key yet, and nobody may have it without the guardrail.
    return MintedInVain{minted->delete_handle, unassigned(assigned.error())};
}

MintOutcome OpenRouterClient::create(const MintRequest& request, base::Deadline deadline) {
    const Call call{"mint", make_request(options_, "POST", "/keys", to_create_body(request, options_.workspace_id))};
    const net::ClientResponse response = calls_->send_once(call, deadline);
    if (response.transfer == TransferStatus::not_sent) return NotMinted{error_of(response)};
    if (response.transfer == TransferStatus::unknown) return MintUnknown{"", error_of(response).detail};
    if (is_refusal(response.status)) {
        base::Error error = error_of(response);
        if (error.code == Errc::not_found)
            error.code = Errc::misconfigured;  // the endpoint does not exist: OPENROUTER_URL is wrong
        return NotMinted{std::move(error)};
    }
    if (!is_success(response)) return MintUnknown{"", error_of(response).detail};
    CreateAnswer answer = parse_create_answer(response.body);
    if (answer.raw_key.empty() || answer.delete_handle.empty()) {
        return MintUnknown{answer.delete_handle, unreadable("created key").detail};
    }
    return Minted{base::Secret(std::move(answer.raw_key)), std::move(answer.delete_handle)};
}

// Idempotent.
base::Result<void> OpenRouterClient::assign_guardrail(const std::string& delete_handle, base::Deadline deadline) {
    const auto response = ask("assign_guardrail", "POST", guardrail_path(options_.guardrail_id) + "/assignments/keys",
                              deadline, to_assignment_body(delete_handle));
    if (!is_success(response)) return tl::unexpected(error_of(response));
    const auto count = parse_assigned_count(response.body);
    if (!count) return tl::unexpected(unreadable("count of assigned keys"));
    // OpenRouter skips a key that it does not know without an error.
    if (*count != 1) return base::fail(Errc::upstream_down, "OpenRouter assigned " + std::to_string(*count) + " keys");
    return {};
}

// Deleted keys count in the total and are left out of the pages.
base::Result<GuardedKeys> OpenRouterClient::guarded_page(std::size_t offset, base::Deadline deadline) {
    constexpr std::size_t page_size = 100;
    const std::string path = guardrail_path(options_.guardrail_id) +
                             "/assignments/keys?limit=" + std::to_string(page_size) +
                             "&offset=" + std::to_string(offset);
    const auto response = ask("guarded_keys", "GET", path, deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto assigned = parse_assigned_keys(response.body);
    if (!assigned) return tl::unexpected(unreadable("list of assigned keys"));
    GuardedKeys page{std::move(assigned->delete_handles), std::nullopt};
    if (offset + page_size < assigned->total_count) page.next_offset = offset + page_size;
    return page;
}

// Policies replaced guardrails in November 2026: a policy can apply to a key that is in no
// guardrail's list. An OpenRouter without policies answers with a 404 or a refusal, which counts as
// no policy.
base::Result<bool> OpenRouterClient::is_guarded(const UpstreamKey& key, base::Deadline deadline) {
    const std::string workspace = key.workspace_id.empty() ? options_.workspace_id : key.workspace_id;
    for (const char* type : {"model_availability", "budget", "moderation"}) {
        const auto response =
            ask("key_policies", "GET",
                "/guardrails/policies/assignments/api-keys/" + base::to_percent_encoded(key.delete_handle) +
                    "?workspace_id=" + base::to_percent_encoded(workspace) + "&policy_type=" + type,
                deadline);
        const base::Error error = error_of(response);
        const bool is_told = is_success(response);
        if (!is_told && (error.code == Errc::not_found || error.code == Errc::upstream_refused)) return false;
        if (!is_told) return tl::unexpected(error);
        const auto count = parse_policy_count(response.body);
        if (!count) return tl::unexpected(unreadable("assignment of policies"));
        if (*count > 0) return true;
    }
    return false;
}

base::Result<UpstreamKey> OpenRouterClient::get(const std::string& delete_handle, base::Deadline deadline) {
    const auto response = ask("get", "GET", key_path(delete_handle), deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto key = parse_key_answer(response.body);
    if (!key) return tl::unexpected(unreadable("key"));
    return std::move(*key);
}

base::Result<KeyPage> OpenRouterClient::list(ListCursorPtr after, base::Deadline deadline) {
    return OffsetReading::list(std::move(after), [&](std::size_t offset) { return keys_at(offset, deadline); });
}

base::Result<std::vector<UpstreamKey>> OpenRouterClient::keys_at(std::size_t offset, base::Deadline deadline) {
    std::string path = "/keys?include_disabled=true&offset=" + std::to_string(offset);
    if (!options_.workspace_id.empty()) path += "&workspace_id=" + base::to_percent_encoded(options_.workspace_id);
    const auto response = ask("list", "GET", path, deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto keys = parse_list_answer(response.body);
    if (!keys) return tl::unexpected(unreadable("list of keys"));
    return std::move(*keys);
}

base::Result<UpstreamKey> OpenRouterClient::update(const std::string& delete_handle, const KeyUpdate& change,
                                                   base::Deadline deadline) {
    const auto response = ask("update", "PATCH", key_path(delete_handle), deadline, to_update_body(change));
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto key = parse_key_answer(response.body);
    if (!key) return tl::unexpected(unreadable("key"));
    return std::move(*key);
}

base::Result<void> OpenRouterClient::revoke(const std::string& delete_handle, base::Deadline deadline) {
    const auto response = ask("revoke", "DELETE", key_path(delete_handle), deadline);
    if (is_success(response)) return {};
    base::Error error = error_of(response);
    // The key is gone already, provided that the 404 is OpenRouter's own and not that of a wrong
    // address.
    if (error.code == Errc::not_found && !parse_error_message(response.body).empty()) return confirm_gone(deadline);
    return tl::unexpected(std::move(error));
}

// A management key of another account knows none of our keys, although all of them still work.
base::Result<void> OpenRouterClient::confirm_gone(base::Deadline deadline) {
    if (!options_.is_our_account) return {};
    const auto is_ours = options_.is_our_account(*this, deadline);
    if (!is_ours) return base::fail_in("finding out whether the key is gone, or in another account", is_ours.error());
    if (*is_ours) return {};
    return base::fail(Errc::misconfigured,
                      "OpenRouter knows neither this key nor others that must be there: is OPENROUTER_MANAGEMENT_KEY "
                      "one of another account?");
}

base::Result<Credits> OpenRouterClient::credits(base::Deadline deadline) {
    const auto response = ask("credits", "GET", "/credits", deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    const auto credits = parse_credits_answer(response.body);
    if (!credits) return tl::unexpected(unreadable("statement of credits"));
    return *credits;
}

base::Result<std::vector<ModelSpending>> OpenRouterClient::activity(base::Deadline deadline) {
    const std::string workspace =
        options_.workspace_id.empty() ? "" : "?workspace_id=" + base::to_percent_encoded(options_.workspace_id);
    const auto response = ask("activity", "GET", "/activity" + workspace, deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto models = parse_activity_answer(response.body);
    if (!models) return tl::unexpected(unreadable("list of activity"));
    return std::move(*models);
}

base::Result<std::optional<Guardrail>> OpenRouterClient::guardrail(base::Deadline deadline) {
    if (options_.guardrail_id.empty()) return std::nullopt;
    const auto response = ask("guardrail", "GET", guardrail_path(options_.guardrail_id), deadline);
    if (!is_success(response)) return tl::unexpected(error_of(response));
    auto guardrail = parse_guardrail_answer(response.body);
    if (!guardrail) return tl::unexpected(unreadable("guardrail"));
    return guardrail;
}

}  // namespace llmapikey
