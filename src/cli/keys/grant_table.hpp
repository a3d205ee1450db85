#pragma once

#include <vector>

#include "app/database.hpp"
#include "base/result.hpp"
#include "grant/grant.hpp"

namespace llmapikey::cli {

// Prints keys as a table that fits the terminal, with what their owners have spent today. More than
// one key gets a line with sums. Never prints a raw key, sealed or not.
base::Result<void> print_grants(const app::Stores& stores, const std::vector<Grant>& grants);

}  // namespace llmapikey::cli
