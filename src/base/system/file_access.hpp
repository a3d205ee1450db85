#pragma once

#include <string>

namespace llmapikey::base {

// Why this process may not write a file, or make it where it is missing, for a message: " (/data
// belongs to 'alice', and this process runs as 'bob')". Names the file or its folder, whichever
// stands in the way; empty if neither does.
std::string describe_access(const std::string& path);

}  // namespace llmapikey::base
