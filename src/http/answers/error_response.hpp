#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/context.hpp"

// Every answer that is not the one that was hoped for; the only place that decides on error
// statuses. A page for people, application/problem+json (RFC 9457) for programs.
namespace llmapikey {

// What to say of an error; empty texts are filled in from the status.
struct ErrorText {
    std::string title;
    std::string explanation;
    std::string advice;
    std::string action_path;
    std::string action_text;
};

int status_of(base::Errc code);
net::Response error_response(const Context& context, int status, base::Seconds retry_after = {}, ErrorText text = {});
net::Response error_response(const Context& context, const base::Error& error);

}  // namespace llmapikey
