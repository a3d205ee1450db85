#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "web/context.hpp"

// Every answer that is not the one that was hoped for; the only place that decides on error statuses. A page for
// people, application/problem+json (RFC 9457) for programs.
namespace llmapikey::web {

// What to say of an error; empty texts are filled in from the status.
struct ErrorText {
    std::string title;
    std::string explanation;
    std::string advice;
    std::string action_path;
    std::string action_text;
};

int status_of(base::Errc code);
net::Response error_response(const Services& services, const Context& context, int status,
                             base::Seconds retry_after = {}, ErrorText text = {});
net::Response error_response(const Services& services, const Context& context, const base::Error& error);
// A sign-in that did not come about, with a way to try again that leads to the same place.
net::Response sign_in_error_response(const Services& services, const Context& context,
                                     const service::SignInError& error, const std::string& next);

}  // namespace llmapikey::web
