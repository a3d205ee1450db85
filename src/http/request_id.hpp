#pragma once

#include <string>

namespace llmapikey {

// Returns twelve characters of base64url that name one request in answers and logs. They are not
// meant to be hard to guess; they differ between processes and threads. Takes no lock and makes no
// system call. Thread-safe.
std::string new_request_id();

}  // namespace llmapikey
