#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/faults.hpp"

namespace llmapikey::sandbox {

struct Persona {
    std::int64_t id = 0;
    std::string login;
    std::string about;  // what one sees as this persona; shown beside the login
    std::string group;  // heading under which the persona stands; the same group stands together
};

// Simulates GitHub: the OAuth web flow with PKCE, /user, and the token calls of OAuth Apps. The API
// is served both at the root and under /api/v3. On its page one picks or creates a persona, says
// no, or breaks the sign-in. The form of a new OAuth App gives the id and secret of the only app.
// Tests add login=NAME&sandbox_auto=1 to the authorize request to skip the page. /sandbox/ledger
// and /sandbox/faults control it. Thread-safe.
class GithubLookalike final : public net::HttpHandler {
public:
    struct Options {
        std::string client_id;
        std::string client_secret;
        std::string registered_callback;  // as registered at GitHub; loopback and the requested host are accepted, too
        std::vector<Persona> personas;
        std::string advice;  // shown below the personas; may be empty
    };
    GithubLookalike(Options options, const base::Clock& clock);

    net::Executor executor_for(const net::Request&) const override { return net::Executor::io; }
    net::Response handle(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

private:
    using Fields = std::map<std::string, std::string>;
    struct Grant {
        std::int64_t user_id = 0;
        std::string redirect_uri, code_challenge;
        base::Timestamp made_at;
        std::string breakage;  // what shall go wrong: "", "bad_code", "unverified", "server_error", "timeout",
                               // "rate_limit", "profile"
    };
    struct Token {
        std::string value;
        std::int64_t user_id = 0;
        std::string breakage;
    };

    net::Response route(const net::Request& request, std::string_view path);
    net::Response register_app(const net::Request& request);
    net::Response authorize_page(const net::Request& request, const Fields& query);
    net::Response decide(const net::Request& request, const Fields& query, const Fields& form);
    bool is_registered(const net::Request& request, const std::string& redirect_uri) const;
    net::Response exchange(const net::Request& request);
    net::Response exchange_error(const net::Request& request, const std::string& error) const;
    net::Response own_profile(const net::Request& request);
    net::Response app_call(const net::Request& request, const std::string& action);
    net::Response ledger_answer();
    net::Response profile(const Persona& persona) const;
    const Persona& persona_named(const std::string& login);
    const Persona* persona_with(std::int64_t id) const;
    std::string make_token(const Grant& grant);

    const Options options_;
    const base::Clock& clock_;
    std::string own_callback_;  // of the form of a new app; empty: it was not sent
    Faults faults_;
    std::mutex mutex_;
    std::deque<Persona> personas_;
    std::int64_t next_id_ = 5000;
    std::map<std::string, Grant> codes_;
    std::deque<Token> tokens_;  // oldest first
    int tokens_made_ = 0, tokens_revoked_ = 0;
};

}  // namespace llmapikey::sandbox
