#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/keys/key_services.hpp"
#include "cli/keys/keys.hpp"

// Bulk revocations on the command line. Each function returns the exit status.
namespace llmapikey::cli {

// Revokes the selected keys in this process. If it is interrupted, a service on the same database
// continues; Ctrl-C only ends the waiting.
int revoke_in_bulk(KeyServices& services, const std::string& selection, const RevokeOptions& options,
                   const std::optional<Hold>& hold, Output output);

// Prints the latest bulk revocations, with what is stuck.
int run_keys_revocations(Output output);
// Stops a bulk revocation from marking further keys.
int run_keys_stop(const std::string& bulk_id, Output output);

}  // namespace llmapikey::cli
