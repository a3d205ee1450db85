#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace llmapikey {

// invalid_input: messages could never arrive there, or the URL does not mean what it seems to:
// another scheme than https and http, a user and password, a fragment, no host or one that nobody
// can have, a port that is none, a whole key.
base::Result<void> check_webhook_url(std::string_view url);

// For logs and the audit log: the URL as far as its query, which may hold what only its receiver
// should know, and without user and password. "https://example.org/hook?…"
std::string loggable_webhook_url(std::string_view url);

}  // namespace llmapikey
