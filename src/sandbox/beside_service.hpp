#pragma once

#include <string>

#include "sandbox/lookalikes.hpp"

namespace llmapikey::sandbox {

// Serves what the sandbox adds on the port of the service itself. All other requests go to the
// service. Thread-safe.
//  - `organizer_path` begins the service's own sign-in, and tells the simulated GitHub which
//    persona to take, so that one press leads to the console. Nothing is bypassed: GitHub itself
//    would still ask.
//  - With Browsers::anywhere: those parts of the look-alikes that browsers and people's programs
//    need, so that the sandbox works from other machines through one published port. These parts
//    are GitHub's pages, and the calls that ordinary keys may make to OpenRouter, below
//    `openrouter_path`; ledgers and faults are not served.
class BesideService final : public net::HttpHandler {
public:
    static constexpr std::string_view organizer_path = "/sandbox/organizer";
    static constexpr std::string_view openrouter_path = "/sandbox/openrouter";

    enum class Browsers { on_this_machine, anywhere };

    // All references must outlive this object. `organizer` is the login of a persona.
    BesideService(net::HttpHandler& service, Lookalikes& lookalikes, Browsers browsers, std::string organizer)
        : service_(service),
          github_(lookalikes.github()),
          openrouter_(lookalikes.openrouter()),
          browsers_(browsers),
          organizer_(std::move(organizer)) {}

    std::optional<net::ReadyResponse> ready_answer(const net::Request& request) override;
    net::Executor executor_for(const net::Request& request) const override;
    net::Response handle(const net::Request& request) override;
    std::optional<net::ReadyResponse> ready_refusal(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

private:
    bool is_of_github(const net::Request& request) const;
    bool is_of_openrouter(const net::Request& request) const;
    net::Response sign_in_as_organizer(const net::Request& request);

    net::HttpHandler& service_;
    net::HttpHandler& github_;
    net::HttpHandler& openrouter_;
    const Browsers browsers_;
    const std::string organizer_;
};

}  // namespace llmapikey::sandbox
