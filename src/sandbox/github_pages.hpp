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

// What the form of a new OAuth App says.
struct Registration {
    std::string name, url, callback_url;
    bool is_registered = false;  // the form was sent
};
// Returns the form by which one registers an OAuth App, and what one gets for it: the client id and
// secret of the only app that there is.
net::Response registration_page(const Registration& registration, const std::string& client_id,
                                const std::string& client_secret);
net::Response github_stylesheet();
// Returns a plain page with a message.
net::Response message_page(int status, const std::string& message);

}  // namespace llmapikey::sandbox
