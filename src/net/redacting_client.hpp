#pragma once

#include <memory>
#include <vector>

#include "base/secret.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// Takes out of answers what the asker keeps secret: `secrets`, also where they are percent-encoded,
// and what the request authorized itself with. An upstream that repeats them in an error would
// bring them into log and pages otherwise. Not out of what is streamed: that is handed on as it
// comes, and never logged.
std::unique_ptr<HttpClient> make_redacting(std::unique_ptr<HttpClient> client,
                                           const std::vector<base::Secret>& secrets);

}  // namespace llmapikey::net
