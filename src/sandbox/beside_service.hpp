#pragma once

#include "sandbox/lookalikes.hpp"

namespace llmapikey::sandbox {

// Serves those parts of the look-alikes that browsers and people's programs need on the port of the
// service itself, so that the sandbox works from other machines through one published port. These
// parts are GitHub's pages, and the calls that ordinary keys may make to OpenRouter, below
// `openrouter_path`; ledgers and faults are not served. All other requests go to the service.
// Thread-safe.
class BesideService final : public net::HttpHandler {
public:
    static constexpr std::string_view openrouter_path = "/sandbox/openrouter";

    // All references must outlive this object.
    BesideService(net::HttpHandler& service, Lookalikes& lookalikes)
        : service_(service), github_(lookalikes.github()), openrouter_(lookalikes.openrouter()) {}

    std::optional<net::ReadyResponse> ready_answer(const net::Request& request) override;
    net::Executor executor_for(const net::Request& request) const override;
    net::Response handle(const net::Request& request) override;
    std::optional<net::ReadyResponse> ready_refusal(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

private:
    net::HttpHandler& service_;
    net::HttpHandler& github_;
    net::HttpHandler& openrouter_;
};

}  // namespace llmapikey::sandbox
