#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/application.hpp"
#include "base/encoding.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "storage/sqlite/migrations.hpp"

namespace llmapikey::cli {
namespace {

namespace sqlite = storage::sqlite;

int report(const base::Error& error) {
    std::fprintf(stderr, "llmapikey: %s\n", error.detail.c_str());
    return 1;
}

// Runs `action` on the configured database; exit status as of the command.
template <class Action>
int on_database(Action action) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto connection = app::open_database(*config);
    if (!connection) return report(connection.error());
    return action(**connection, app::database_path(*config));
}

void print_text(const std::vector<sqlite::MigrationState>& states) {
    for (const auto& state : states) {
        const std::string when = state.applied_at ? "applied " + base::to_rfc3339(*state.applied_at) : "not applied";
        std::printf("%04d  %-24s  %s\n", state.version, state.name.c_str(), when.c_str());
    }
}

void print_json(const std::vector<sqlite::MigrationState>& states) {
    boost::json::array list;
    for (const auto& state : states) {
        boost::json::object entry{{"version", state.version}, {"name", state.name}, {"applied_at", nullptr}};
        if (state.applied_at) entry["applied_at"] = base::to_rfc3339(*state.applied_at);
        list.push_back(std::move(entry));
    }
    std::puts(boost::json::serialize(list).c_str());
}

}  // namespace

int run_migrate_up() {
    return on_database([](sqlite::Connection& connection, const std::string& path) {
        const auto applied = sqlite::migrate_up(connection, base::SystemClock());
        if (!applied) return report(applied.error());
        std::printf("%s: %d migration%s applied\n", path.c_str(), *applied, *applied == 1 ? "" : "s");
        return 0;
    });
}

int run_migrate_down(int steps) {
    return on_database([steps](sqlite::Connection& connection, const std::string& path) {
        const auto undone = sqlite::migrate_down(connection, steps);
        if (!undone) return report(undone.error());
        std::printf("%s: %d migration%s undone\n", path.c_str(), *undone, *undone == 1 ? "" : "s");
        return 0;
    });
}

int run_migrate_status(Output output) {
    return on_database([output](sqlite::Connection& connection, const std::string&) {
        const auto states = sqlite::migration_states(connection);
        if (!states) return report(states.error());
        output == Output::json ? print_json(*states) : print_text(*states);
        return 0;
    });
}

}  // namespace llmapikey::cli
