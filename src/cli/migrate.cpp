#include <algorithm>
#include <boost/json/array.hpp>
#include <cstdio>

#include "app/database.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"

namespace llmapikey::cli {
namespace {

// Runs `action` on the configured database; returns the exit status of the command.
template <class Action>
int on_database(Action action) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const base::SystemClock clock;
    const auto migration = app::DatabaseMigration::open(*config, clock);
    if (!migration) return report(migration.error());
    return action((*migration)->migrator(), app::describe_database(*config));
}

void print_text(const std::vector<MigrationState>& states) {
    for (const auto& state : states) {
        const std::string when = state.applied_at ? "applied " + base::to_rfc3339(*state.applied_at) : "not applied";
        std::printf("%04d  %-24s  %s\n", state.version, state.name.c_str(), when.c_str());
    }
}

void print_json(const std::vector<MigrationState>& states) {
    boost::json::array list;
    for (const auto& state : states) {
        boost::json::object entry{{"version", state.version}, {"name", state.name}, {"applied_at", nullptr}};
        if (state.applied_at) entry["applied_at"] = base::to_rfc3339(*state.applied_at);
        list.push_back(std::move(entry));
    }
    cli::print_json(list);
}

int rehearse_down(Migrator& migrator, int steps) {
    const auto states = migrator.states();
    if (!states) return report(states.error());
    for (auto state = states->rbegin(); state != states->rend() && steps > 0; ++state) {
        if (!state->applied_at) continue;
        std::printf("would undo %04d  %s\n", state->version, state->name.c_str());
        --steps;
    }
    return 0;
}

base::Result<std::int64_t> count_applied(Migrator& migrator, bool is_applied) {
    const auto states = TRY(migrator.states());
    return std::ranges::count_if(states, [&](const auto& state) { return state.applied_at.has_value() == is_applied; });
}

base::Result<int> apply(Migrator& migrator) {
    Progress progress;
    if (progress.is_shown()) {
        const auto missing = TRY(count_applied(migrator, false));
        progress.begin("Applying " + base::counted(missing, "migration"));
    }
    return migrator.up();
}

base::Result<int> undo(Migrator& migrator, int steps) {
    Progress progress;
    if (progress.is_shown()) {
        const auto applied = TRY(count_applied(migrator, true));
        progress.begin("Undoing migrations", std::min<std::int64_t>(applied, steps));
    }
    int undone = 0;
    while (undone < steps) {
        const auto one = TRY(migrator.down(1));
        if (one == 0) break;
        undone += one;
        progress.reach(undone);
    }
    return undone;
}

}  // namespace

int run_migrate_up() {
    return on_database([](Migrator& migrator, const std::string& path) {
        const auto applied = apply(migrator);
        if (!applied) return report(applied.error());
        std::printf("%s: %s applied\n", path.c_str(), base::counted(*applied, "migration").c_str());
        return 0;
    });
}

int run_migrate_down(int steps, bool is_dry_run) {
    return on_database([steps, is_dry_run](Migrator& migrator, const std::string& path) {
        if (is_dry_run) return rehearse_down(migrator, steps);
        const auto undone = undo(migrator, steps);
        if (!undone) return report(undone.error());
        std::printf("%s: %s undone\n", path.c_str(), base::counted(*undone, "migration").c_str());
        return 0;
    });
}

int run_migrate_status(Output output) {
    return on_database([output](Migrator& migrator, const std::string&) {
        const auto states = migrator.states();
        if (!states) return report(states.error());
        output == Output::json ? print_json(*states) : print_text(*states);
        return 0;
    });
}

}  // namespace llmapikey::cli
