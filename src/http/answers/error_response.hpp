#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/context.hpp"

// Error responses: a page for people, application/problem+json (RFC 9457) for programs. Only this
// file decides on error statuses.
namespace llmapikey {

// The text of an error. If the title is empty, all texts come from the status.
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
