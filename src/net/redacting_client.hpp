#pragma once

#include <memory>
#include <vector>

#include "base/secret.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// Wraps a client so that secrets are masked in response bodies: `secrets`, also percent-encoded,
// and the credentials in the request's Authorization header. Otherwise an upstream that repeats
// them in an error would bring them into the log and pages. stream() is not masked: its pieces are
// passed on at once and never logged.
std::unique_ptr<HttpClient> make_redacting(std::unique_ptr<HttpClient> client,
                                           const std::vector<base::Secret>& secrets);

}  // namespace llmapikey::net
