#pragma once

#include <cstdint>
#include <optional>
#include <string>

// One function per command, in a file of its name. Each returns the exit status: 0 done, 1 failed,
// 2 usage or configuration.
namespace llmapikey::cli {

enum class Output { text, json };

int run_serve();
int run_sandbox(bool upstreams_only, Output output);
int run_migrate_up();
// Undoes the latest `steps`, or says only which these are.
int run_migrate_down(int steps, bool is_dry_run);
int run_migrate_status(Output output);
struct ReconcileChoice {
    bool fix = false;
    bool older = false;  // also revoke keys with the name of an older deployment that no row knows
    std::optional<std::int64_t> confirmed = {};  // so many keys that the database has never heard of may be ended
};
int run_reconcile(const ReconcileChoice& choice, Output output);
int run_doctor(Output output);
// Asks the service that runs here whether it is alive.
int run_health();
int run_audit_verify(Output output);
// All entries behind the sequence `after`.
int run_audit_export(std::int64_t after);
struct ReencryptionChoice {
    bool is_dry_run = false;        // say only how much is sealed with another secret
    bool is_loss_accepted = false;  // go on with KEY_ENCRYPTION_SECRET although not everything can be opened
};
// Seals what is in the database with KEY_ENCRYPTION_SECRET.
int run_reseal(const ReencryptionChoice& choice, Output output);
// Every route of the service, and who gets in.
int run_routes(Output output);
// `path`: of the copy; must not exist.
int run_backup(const std::string& path);

// The whole command line.
int run(int argc, char** argv);

}  // namespace llmapikey::cli
