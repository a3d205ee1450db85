#pragma once

#include <string>
#include <string_view>

#include "http/security_headers.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// A cached response with an error status: only the request's id differs from one request to the
// next. Immutable; thread-safe.
class CachedRefusal {
public:
    // `example`: the response to the request `example_id`, without the security headers that every
    // response has. All ids have the same length.
    CachedRefusal(const net::Response& example, std::string_view example_id, Hsts hsts);

    // Returns the response without the header that names the id. Its views refer to this object.
    net::ReadyResponse answer(bool is_head, bool is_https, std::string_view request_id) const;

private:
    std::string head_[2];               // index: whether the client came by HTTPS
    std::string before_id_, after_id_;  // parts of the body; without an id in it, the first is the whole body
    bool shows_id_ = false;
};

}  // namespace llmapikey
