#pragma once

#include <string>

namespace llmapikey {

// Twelve characters of base64url that name one request in answers and logs. Not meant to be hard to
// guess; differ between processes and threads. Thread-safe, without a lock or a call of the kernel.
std::string new_request_id();

}  // namespace llmapikey
