#include "sandbox/beside_service.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/encoding.hpp"

namespace llmapikey::sandbox {
namespace {

constexpr std::string_view authorize_path = "/login/oauth/authorize?";
constexpr std::array github_pages{"/login/oauth/authorize", "/sandbox/style.css"};
constexpr std::array openrouter_calls{"/api/v1/chat/completions", "/api/v1/models", "/api/v1/models/user",
                                      "/api/v1/key", "/api/v1/auth/key"};

bool is_of_organizer(const net::Request& request) {
    return request.path == BesideService::organizer_path && request.method == "GET";
}

// Returns the request that the organizer's link stands for.
net::Request sign_in_request(const net::Request& request) {
    net::Request begin = request;
    begin.target = "/auth/login?next=/admin";
    begin.path = begin.target.substr(0, begin.target.find('?'));
    begin.query = begin.target.substr(begin.path.size() + 1);
    return begin;
}

// Removes the prefix: OpenRouter's paths begin at the root.
net::Request without_prefix(const net::Request& request) {
    net::Request inner = request;
    inner.target.remove_prefix(BesideService::openrouter_path.size());
    inner.path.remove_prefix(BesideService::openrouter_path.size());
    return inner;
}

}  // namespace

bool BesideService::is_of_github(const net::Request& request) const {
    return browsers_ == Browsers::anywhere &&
           std::find(github_pages.begin(), github_pages.end(), request.path) != github_pages.end();
}

bool BesideService::is_of_openrouter(const net::Request& request) const {
    if (browsers_ != Browsers::anywhere || !request.path.starts_with(openrouter_path)) return false;
    const std::string_view path = request.path.substr(openrouter_path.size());
    return std::find(openrouter_calls.begin(), openrouter_calls.end(), path) != openrouter_calls.end();
}

std::optional<net::ReadyResponse> BesideService::ready_answer(const net::Request& request) {
    const bool is_own = is_of_organizer(request) || is_of_github(request) || is_of_openrouter(request);
    return is_own ? std::nullopt : service_.ready_answer(request);
}

net::Executor BesideService::executor_for(const net::Request& request) const {
    if (is_of_organizer(request)) return service_.executor_for(sign_in_request(request));
    if (is_of_github(request) || is_of_openrouter(request)) return net::Executor::io;
    return service_.executor_for(request);
}

net::Response BesideService::handle(const net::Request& request) {
    if (is_of_organizer(request)) return sign_in_as_organizer(request);
    if (is_of_github(request)) return github_.handle(request);
    return is_of_openrouter(request) ? openrouter_.handle(without_prefix(request)) : service_.handle(request);
}

// The service knows nothing of personas: its redirect is passed on, with a word for the look-alike.
// Without their cookies, people who are signed in as somebody else begin a sign-in, too.
net::Response BesideService::sign_in_as_organizer(const net::Request& request) {
    std::vector<net::HeaderView> headers(request.headers.begin(), request.headers.end());
    std::erase_if(headers, [](const auto& header) { return base::equal_ignoring_case(header.name, "cookie"); });
    net::Request begin = sign_in_request(request);
    begin.headers = headers;
    net::Response response = service_.handle(begin);
    for (net::Header& header : response.headers) {
        const bool is_to_github = header.name == "Location" && header.value.find(authorize_path) != std::string::npos;
        if (is_to_github) header.value += "&login=" + organizer_ + "&sandbox_auto=1";
    }
    return response;
}

std::optional<net::ReadyResponse> BesideService::ready_refusal(const net::Request& request) {
    return service_.ready_refusal(request);
}

net::Response BesideService::refuse(const net::Request& request, int status) {
    return service_.refuse(request, status);
}

}  // namespace llmapikey::sandbox
