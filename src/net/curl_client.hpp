#pragma once

#include <memory>
#include <string>

#include "net/address_reach.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// Returns an HttpClient on libcurl that keeps connections alive and uses one handle per call. If
// `filter` is set, it is asked about each resolved address before every new connection; with an
// HTTP proxy from the environment that is the proxy's address. A refused address gives `not_sent`
// with the filter's text.
std::unique_ptr<HttpClient> make_curl_client(std::string user_agent, AddressFilter filter = {});

}  // namespace llmapikey::net
