#pragma once

#include "sandbox/lookalikes.hpp"

namespace llmapikey::sandbox {

// Serves what browsers and people's programs need of the look-alikes where the service itself is
// served: the sandbox then works from other machines, through one published port. Of GitHub the
// pages, of OpenRouter what ordinary keys may call, below `openrouter_path`; neither ledgers nor
// faults. Everything else goes to the service. Thread-safe.
class BesideService final : public net::HttpHandler {
public:
    static constexpr std::string_view openrouter_path = "/sandbox/openrouter";

    // All must outlive it.
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
