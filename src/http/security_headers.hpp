#pragma once

#include <string_view>

#include "net/http_types.hpp"

namespace llmapikey {

// Whether another page may have opened the window of a request, and may still have a reference to
// it.
enum class Opener { none, possible };

// Returns `none` only if the browser says that no page led here: a typed address or a bookmark
// ("none" of Fetch Metadata, https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header). The
// session is not considered, or the opener could learn from the headers who is signed in. One case
// remains: if somebody types our address into a window that another site opened, the two are
// separated only at the first click on our page.
Opener opener_of(const net::Request& request);

// The hosts that Strict-Transport-Security covers. It is sent only over HTTPS.
enum class Hsts {
    this_host,
    subdomains,  // HSTS_INCLUDE_SUBDOMAINS: also every host below this one, whoever serves it
};

// Adds the headers of every response: a content policy without inline script or style, and the
// headers that keep other sites out. For a possible opener, Cross-Origin-Opener-Policy cuts its
// reference to the window. A typed page goes without it, because browsers start a second process
// for it before they show anything.
void add_security_headers(net::Response& response, bool is_https, Hsts hsts, Opener opener);

}  // namespace llmapikey
