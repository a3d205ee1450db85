#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// What the headers of a request say about the page that sent it.
enum class OriginEvidence {
    same,     // the browser says that the page has our origin
    foreign,  // the browser names another origin
    none,     // no browser, or an old one: a CSRF token is needed
};
OriginEvidence origin_evidence(const net::Request& request, std::string_view own_origin);

// Tokens that replace same-origin evidence. Each is bound to one session token. Thread-safe.
class CsrfTokens {
public:
    // Tokens made with `other`, the previous or the next secret during a rotation, are accepted
    // too. Empty: there is none.
    explicit CsrfTokens(const base::Secret& session_secret, const base::Secret& other = base::Secret());
    std::string issue(std::string_view session_token) const;
    bool verify(std::string_view csrf_token, std::string_view session_token) const;

private:
    base::Secret key_, other_key_;
};

}  // namespace llmapikey
