#pragma once

#include <string_view>

#include "net/http_types.hpp"

namespace llmapikey {

// Whether a page may have opened the window that a request is for, and still have hold of it.
enum class Opener { none, possible };

// None only where the browser says that no page has asked for this: typed, or a bookmark ("none" of
// Fetch Metadata, https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header). By the request
// alone, never by session: who opens a page must not learn from it who is signed in. What that
// leaves: who types our address into a window that another site has opened is parted from that site
// with the first click inside ours, not before.
Opener opener_of(const net::Request& request);

// What Strict-Transport-Security is said for, of answers that came by HTTPS.
enum class Hsts {
    this_host,
    subdomains,  // HSTS_INCLUDE_SUBDOMAINS: also for every host below it, whoever serves that
};

// What every answer carries: a content policy without inline script or style, and what keeps other
// sites out. A possible opener loses hold of the window. Parting costs a browser a second process
// before it shows anything: not at the first look at a page that was typed.
void add_security_headers(net::Response& response, bool is_https, Hsts hsts, Opener opener);

}  // namespace llmapikey
