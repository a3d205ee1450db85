#include "http/security_headers.hpp"

namespace llmapikey {

Opener opener_of(const net::Request& request) {
    return request.header("sec-fetch-site") == "none" ? Opener::none : Opener::possible;
}

void add_security_headers(net::Response& response, bool is_https, Hsts hsts, Opener opener) {
    response
        .set("Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
        .set("X-Content-Type-Options", "nosniff")
        .set("X-Frame-Options", "DENY")
        // With no-referrer browsers would send "Origin: null" with our own forms.
        .set("Referrer-Policy", "same-origin")
        .set("Cross-Origin-Resource-Policy", "same-origin")
        .set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (opener == Opener::possible) response.set("Cross-Origin-Opener-Policy", "same-origin");
    if (!is_https) return;
    response.set("Strict-Transport-Security",
                 hsts == Hsts::subdomains ? "max-age=63072000; includeSubDomains" : "max-age=63072000");
}

}  // namespace llmapikey
