#pragma once

#include <cstdint>
#include <optional>
#include <string>

// One function for each command, in a file of the command's name. Each returns the exit status: 0
// done, 1 failed, 2 wrong usage or configuration.
namespace llmapikey::cli {

enum class Output { text, json };

int run_serve();
struct SandboxChoice {
    bool is_upstreams_only = false;  // only the look-alikes, for `serve` to use
    bool is_empty = false;           // nothing has happened before
};
int run_sandbox(const SandboxChoice& choice, Output output);
int run_migrate_up();
// Undoes the latest `steps` migrations. With `is_dry_run` it only prints which ones these are.
int run_migrate_down(int steps, bool is_dry_run);
int run_migrate_status(Output output);
struct ReconcileChoice {
    bool fix = false;
    bool older = false;  // also revoke keys that are named as by an older deployment and that no row knows
    std::optional<std::int64_t> confirmed = {};  // number of unremembered keys that may be ended
};
int run_reconcile(const ReconcileChoice& choice, Output output);
int run_doctor(Output output);
struct SetupChoice {
    bool is_printed = false;  // print the file instead of writing it
    bool is_forced = false;   // write it although there is one
};
// Asks for what the service needs, tries each answer, and writes `.env`.
int run_setup(const SetupChoice& choice);
// Asks the service on this machine whether it is alive.
int run_health();
int run_audit_verify(Output output);
// Prints all entries after the sequence number `after`.
int run_audit_export(std::int64_t after);
struct ReencryptionChoice {
    bool is_dry_run = false;        // only print how much is sealed with another secret
    bool is_loss_accepted = false;  // go on with KEY_ENCRYPTION_SECRET although some of it cannot be opened
};
// Seals the data in the database again with KEY_ENCRYPTION_SECRET.
int run_reseal(const ReencryptionChoice& choice, Output output);
// Prints every route of the service, and who may call it.
int run_routes(Output output);
// Writes a copy of the database to `path`, which must not exist.
int run_backup(const std::string& path);

// Runs the whole command line.
int run(int argc, char** argv);

}  // namespace llmapikey::cli
