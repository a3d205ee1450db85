#pragma once

#include <string>
#include <string_view>

#include "http/security_headers.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// An answer of one status that differs from one request to the next by the request's id only.
// Immutable; thread-safe.
class CachedRefusal {
public:
    // `example`: such an answer for the request `example_id`, without the headers that every answer
    // has. Ids are all of the same length.
    CachedRefusal(const net::Response& example, std::string_view example_id, Hsts hsts);

    // Without the header that names the id. Views of this object.
    net::ReadyResponse answer(bool is_head, bool is_https, std::string_view request_id) const;

private:
    std::string head_[2];               // by whether the client came by HTTPS
    std::string before_id_, after_id_;  // of the body; without an id in it, all is in the first one
    bool shows_id_ = false;
};

}  // namespace llmapikey
