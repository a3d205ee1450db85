#pragma once

#include <string>

namespace llmapikey::base {

// Says for a message why this process may not write a file, or create a missing one: " (/data
// belongs to 'alice', and this process runs as 'bob')". The text names the file or its folder,
// whichever is the obstacle. Empty: neither is.
std::string describe_access(const std::string& path);

}  // namespace llmapikey::base
