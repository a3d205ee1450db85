#pragma once

#include <memory>
#include <string>

#include "net/http_client.hpp"

namespace llmapikey::net {

// HttpClient on libcurl. Keeps connections alive, one handle per call at a time.
std::unique_ptr<HttpClient> make_curl_client(std::string user_agent);

}  // namespace llmapikey::net
