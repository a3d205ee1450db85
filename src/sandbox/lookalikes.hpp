#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/work_queue.hpp"
#include "net/http_server.hpp"
#include "sandbox/github_lookalike.hpp"
#include "sandbox/openrouter/openrouter_lookalike.hpp"

namespace llmapikey::sandbox {

// Runs both look-alikes, each on a server of its own.
class Lookalikes {
public:
    struct Options {
        net::ListenAddress github;  // port 0: any free port
        net::ListenAddress openrouter;
        std::string client_id, client_secret, management_key, registered_callback;
        std::vector<Persona> personas;
        std::string advice;  // for who looks for a state that no persona has
    };
    // `clock` must outlive this object.
    Lookalikes(Options options, const base::Clock& clock);
    base::Result<void> start();
    void stop();

    std::string github_url() const;
    std::string github_api_url() const { return github_url() + "/api/v3"; }
    std::string openrouter_url() const;
    GithubLookalike& github() { return github_; }
    OpenRouterLookalike& openrouter() { return openrouter_; }

private:
    const Options options_;
    base::WorkQueue no_queue_{"sandbox", 0, 0};  // both look-alikes answer on the I/O thread
    GithubLookalike github_;
    OpenRouterLookalike openrouter_;
    net::HttpServer github_server_, openrouter_server_;
};

}  // namespace llmapikey::sandbox
