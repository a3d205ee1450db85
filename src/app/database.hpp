#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "activity/activity_store.hpp"
#include "app/database_clock.hpp"
#include "app/jobs/leases.hpp"
#include "app/store_time_correction.hpp"
#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"
#include "bulk/bulk_revocation.hpp"
#include "bulk/changes/bulk_change.hpp"
#include "config/config.hpp"
#include "insight/statistics.hpp"
#include "keys/admin_store.hpp"
#include "keys/attempt_history.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "keys/replacement.hpp"
#include "people/people_store.hpp"
#include "roster/roster.hpp"
#include "sealing/reencryption.hpp"
#include "settings/settings.hpp"
#include "site/rate_limits.hpp"
#include "site/stored_answers.hpp"
#include "spending/spending.hpp"
#include "sql/database_health.hpp"
#include "sql/migrator.hpp"
#include "tokens/api_tokens.hpp"
#include "webhooks/webhooks.hpp"

// The configured database, whichever of the two it is. All can fail with store_unavailable and,
// where POSTGRES_URL cannot be read, invalid_input; the error says what to do.
namespace llmapikey::app {

// For what stays in the database, with the configured secrets.
struct Sealers {
    explicit Sealers(const config::Config& config);
    base::Sealer keys;      // raw keys
    base::Sealer webhooks;  // secrets of webhook endpoints
};

struct Stores {
    std::unique_ptr<KeyStore> keys;
    std::unique_ptr<MintQueue> queue;
    std::unique_ptr<ReplacementStore> replacements;
    std::unique_ptr<SpendingStore> spending;
    std::unique_ptr<AdminStore> admin;
    std::unique_ptr<AuditLog> audit;
    std::unique_ptr<ActivityStore> activity;
    std::unique_ptr<AttemptHistory> history;
    std::unique_ptr<BulkStore> bulks;
    std::unique_ptr<BulkChangeStore> changes;
    std::unique_ptr<TokenStore> tokens;
    std::unique_ptr<StoredAnswers> answers;
    std::unique_ptr<Leases> leases;
    std::unique_ptr<RosterStore> roster;
    std::unique_ptr<PeopleStore> people;
    std::unique_ptr<StatisticsStore> statistics;
    std::unique_ptr<WebhookStore> webhooks;
    std::unique_ptr<SettingsStore> settings;
    std::unique_ptr<SealedStore> sealed;
    std::shared_ptr<DatabaseHealth> health = std::make_shared<DatabaseHealth>();
    std::unique_ptr<RateLimits> rate_limits;  // null: one process only, which counts for itself
    std::unique_ptr<DatabaseClock> clock;     // null: the database's time is this machine's
    // Gives back what the database's files hold of the past; empty: the database does so by itself.
    // To be called every few seconds.
    std::function<base::Result<void>()> shrink;

    std::unique_ptr<SqlTimeCorrection> misdated;  // what a clock that was wrong has left behind

    // The time for all that goes into the database, and is compared with what other processes have
    // put there.
    const base::Clock& time_or(const base::Clock& machine) const { return clock ? *clock : machine; }
};

// The stores of a database that has its schema already.
base::Result<Stores> open_stores(const config::Config& config);
// As open_stores(), for a process that serves: after what is missing of the schema has been
// applied, which is logged. Fails also where the database cannot be written, or belongs to another
// KEY_ENCRYPTION_SECRET.
base::Result<Stores> open_migrated_stores(const config::Config& config, const base::Clock& clock);

// Whether KEY_ENCRYPTION_SECRET is this database's; remembers it for a database that had none.
// misconfigured: it is not, and what to do.
base::Result<void> verify_secret(const Stores& stores, const config::Config& config);

// A migrator and what it needs.
class DatabaseMigration {
public:
    // Creates the embedded database and its folder if need be.
    static base::Result<std::unique_ptr<DatabaseMigration>> open(const config::Config& config,
                                                                 const base::Clock& clock);
    // Creates nothing: for states() and rehearse_write().
    static base::Result<std::unique_ptr<DatabaseMigration>> open_existing(const config::Config& config,
                                                                          const base::Clock& clock);
    Migrator& migrator() { return *migrator_; }

private:
    enum class Creation { allowed, forbidden };
    static base::Result<std::unique_ptr<DatabaseMigration>> open(const config::Config& config, Creation creation,
                                                                 const base::Clock& clock);
    DatabaseMigration() = default;
    std::unique_ptr<base::Sealer> sealer_;
    std::unique_ptr<Migrator> migrator_;
};

// How the database is, found out without creating, migrating or leaving anything.
struct Inspection {
    bool exists = true;  // false: the embedded database is still to be made, and can be
    int missing_migrations = 0;
};
// Fails where the database cannot be read, or not be written by this user or role.
base::Result<Inspection> inspect_database(const config::Config& config, const base::Clock& clock);

// A consistent copy of the embedded database, readable by its owner alone, while it is in use.
// invalid_input: `path` exists, or the data is in PostgreSQL, which has tools of its own.
base::Result<void> back_up(const config::Config& config, const std::string& path);

// For messages: the file, or host and database without user and password.
std::string describe_database(const config::Config& config);

// Worker threads that the database can keep busy.
int database_threads(const config::Config& config);

}  // namespace llmapikey::app
