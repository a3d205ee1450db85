#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "net/http_types.hpp"

namespace llmapikey::app {

class Composition;
enum class Setting { production, sandbox };

// The running service: everything that `serve` needs, built in the order of its dependencies and
// torn down in reverse.
class Application {
public:
    // Opens and migrates the database, whose time is used where it has one of its own; else
    // `clock`. Errors say what to do: store_unavailable, invalid_input (LISTEN, TRUSTED_PROXIES).
    // `put_in_front`: what the server is to serve in place of the site, which it may pass requests
    // on to; may be empty.
    using PutInFront = std::function<std::unique_ptr<net::HttpHandler>(net::HttpHandler& site)>;
    static base::Result<std::unique_ptr<Application>> create(const config::Config& config, Setting setting,
                                                             const base::Clock& clock,
                                                             const PutInFront& put_in_front = {});
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    // Binds and serves, or serves on a socket that listens already. invalid_input: the address
    // cannot be bound, or the socket cannot be used.
    base::Result<void> start(std::optional<int> listening_socket = {});
    std::string address() const;  // "127.0.0.1:3000", as it is bound
    // Whether new keys are made: the environment lets them, and no organizer has paused them.
    bool hands_out_keys() const;
    // Returns path and query of a new link that makes whoever opens it and signs in the first
    // admin; empty if there is an admin. store_unavailable: nobody knows.
    base::Result<std::string> make_setup_link();
    // Whether the threads that serve do so, or hang. Only once started.
    bool responds(base::Deadline deadline);
    // From now on /readyz says no, while everything is served as before.
    void announce_stop();
    // Whether somebody, a load balancer most likely, has asked /readyz within the last minute.
    bool is_watched() const;
    // Not ready for new work, then stops accepting, then finishes what is in flight for up to
    // `grace`.
    void stop(base::Millis grace);

private:
    explicit Application(std::unique_ptr<Composition> parts);
    std::unique_ptr<Composition> parts_;
};

}  // namespace llmapikey::app
