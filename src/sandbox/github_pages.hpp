#pragma once

#include <deque>
#include <map>
#include <string>

#include "net/http_types.hpp"

namespace llmapikey::sandbox {

struct Persona;

// Returns the page that decides a sign-in at the simulated GitHub. `advice` stands at its end, and
// may be empty. `query` is the authorize request, which the form posts back.
net::Response persona_page(const std::deque<Persona>& personas, const std::string& advice, std::string_view query,
                           const std::string& redirect_uri);
net::Response github_stylesheet();
// Returns a plain page with a message.
net::Response message_page(int status, const std::string& message);

}  // namespace llmapikey::sandbox
