#pragma once

#include <string_view>

#include "net/http_types.hpp"

namespace llmapikey::web {

// Whether a window of another site that opened ours may keep hold of it.
enum class Opener { kept, severed };

// Severed but for the landing page and the docs, where strangers arrive: parting costs a browser a second process
// before it shows anything. By path, never by session: who opens a page must not learn from it who is signed in.
Opener opener_of(std::string_view path);

// What every answer carries: a content policy without inline script or style, and what keeps other sites out.
void add_security_headers(net::Response& response, bool is_https, Opener opener);

}  // namespace llmapikey::web
