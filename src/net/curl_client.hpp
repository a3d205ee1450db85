#pragma once

#include <memory>
#include <string>

#include "net/address_reach.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// HttpClient on libcurl. Keeps connections alive, one handle per call at a time. `filter`, where
// there is one, is asked for each address before it is connected to, also where a name leads to
// another address than it did before; where the environment names an HTTP proxy, that is the
// address of the proxy. A refusal is `not_sent`, with the filter's words.
std::unique_ptr<HttpClient> make_curl_client(std::string user_agent, AddressFilter filter = {});

}  // namespace llmapikey::net
