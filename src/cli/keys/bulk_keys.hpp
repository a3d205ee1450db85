#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/keys/key_services.hpp"
#include "cli/keys/keys.hpp"

// Bulk revocations on the command line. Each gives the exit status.
namespace llmapikey::cli {

// Ends what fits, here and now. A service on the same database would do the same, and takes over if
// this is interrupted: Ctrl-C only ends the waiting.
int revoke_in_bulk(KeyServices& services, const std::string& selection, const RevokeOptions& options,
                   const std::optional<Hold>& hold, Output output);

// The latest ones, with what is stuck.
int run_keys_revocations(Output output);
// Ends the marking of further keys.
int run_keys_stop(const std::string& bulk_id, Output output);

}  // namespace llmapikey::cli
