#pragma once

#include "base/clock.hpp"
#include "base/work_queue.hpp"
#include "http/context.hpp"
#include "http/session_token.hpp"
#include "keys/key_store.hpp"
#include "ops/metrics.hpp"
#include "sign_in/sign_in.hpp"

namespace llmapikey {

// Serves the routes under /auth: signing in with GitHub, and signing out.
struct SignInRoutes {
    SignIn& sign_in;
    ops::Metrics& metrics;
    base::WorkQueue& background_queue;
    KeyStore& store;
    const SessionTokens& sessions;
    const base::Clock& clock;

    net::Response start(const Context& context) const;
    net::Response finish(const Context& context) const;
    net::Response sign_out(const Context& context) const;
};

}  // namespace llmapikey
