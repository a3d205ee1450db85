#include "sandbox/beside_service.hpp"

#include <algorithm>
#include <array>

namespace llmapikey::sandbox {
namespace {

constexpr std::array github_pages{"/login/oauth/authorize", "/sandbox/style.css"};
constexpr std::array openrouter_calls{"/api/v1/chat/completions", "/api/v1/models", "/api/v1/models/user",
                                      "/api/v1/key", "/api/v1/auth/key"};

bool is_of_github(const net::Request& request) {
    return std::find(github_pages.begin(), github_pages.end(), request.path) != github_pages.end();
}

bool is_of_openrouter(const net::Request& request) {
    if (!request.path.starts_with(BesideService::openrouter_path)) return false;
    const std::string_view path = request.path.substr(BesideService::openrouter_path.size());
    return std::find(openrouter_calls.begin(), openrouter_calls.end(), path) != openrouter_calls.end();
}

// Removes the prefix: OpenRouter's paths begin at the root.
net::Request without_prefix(const net::Request& request) {
    net::Request inner = request;
    inner.target.remove_prefix(BesideService::openrouter_path.size());
    inner.path.remove_prefix(BesideService::openrouter_path.size());
    return inner;
}

}  // namespace

std::optional<net::ReadyResponse> BesideService::ready_answer(const net::Request& request) {
    return is_of_github(request) || is_of_openrouter(request) ? std::nullopt : service_.ready_answer(request);
}

net::Executor BesideService::executor_for(const net::Request& request) const {
    if (is_of_github(request) || is_of_openrouter(request)) return net::Executor::io;
    return service_.executor_for(request);
}

net::Response BesideService::handle(const net::Request& request) {
    if (is_of_github(request)) return github_.handle(request);
    return is_of_openrouter(request) ? openrouter_.handle(without_prefix(request)) : service_.handle(request);
}

std::optional<net::ReadyResponse> BesideService::ready_refusal(const net::Request& request) {
    return service_.ready_refusal(request);
}

net::Response BesideService::refuse(const net::Request& request, int status) {
    return service_.refuse(request, status);
}

}  // namespace llmapikey::sandbox
