#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/encoding.hpp"
#include "base/nearest.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/configuration.hpp"
#include "cli/keys/meant.hpp"
#include "cli/printing.hpp"
#include "providers/known_providers.hpp"

namespace llmapikey::cli {
namespace {

constexpr int usage_error = 2;
constexpr int all_steps = 1000;

// Help is shown before the configuration is read, so this is the usual provider.
const std::string provider(usual_provider().name);
const std::string about =
    "llmapikey gives each GitHub account exactly one " + provider +
    " API key with a hard daily cap.\n\n"
    "New here? Run `llmapikey sandbox` and open the address that it prints: it needs no account and no configuration.\n"
    "To run the real service, run `llmapikey setup`, which asks for four things and tries each, and then `llmapikey "
    "serve`.\n"
    "`llmapikey help environment` explains every variable, and `llmapikey doctor` checks them all.";

void add_audit(CLI::App& app, int& status) {
    auto* audit = app.add_subcommand("audit", "Check or export the audit log");
    audit->require_subcommand(1);
    auto* verify = audit->add_subcommand("verify", "Find any change or gap in the audit log");
    auto* verify_json = add_switch(*verify, "--json", "Print JSON");
    verify->callback([=, &status] { status = run_audit_verify(output_of(verify_json)); });
    auto* exporting = audit->add_subcommand("export", "Write the audit log to standard output as JSON lines");
    auto* after =
        exporting->add_option("--after", "Only entries after the one with this sequence number")
            ->check([](const std::string& text) {
                return base::parse_whole_number(text) ? "" : "it takes the sequence number of an entry: a whole number";
            });
    exporting->callback(
        [&status, after] { status = run_audit_export(after->count() > 0 ? after->as<std::int64_t>() : 0); });
}

// Adds the subcommands. Each stores its exit status in `status` when it runs.
void add_commands(CLI::App& app, OptionValues& values, int& status) {
    app.add_subcommand("serve", "Run the service with the configured GitHub and " + provider)->callback([&] {
        status = run_serve();
    });

    auto* setup = app.add_subcommand(
        "setup", "Ask for what `serve` needs, try each answer, and write it to a file .env in this folder");
    auto* print = add_switch(*setup, "--print", "Print the file instead of writing it");
    auto* force = add_switch(*setup, "--force", "Write the file although there is one, and keep what that one says");
    setup->callback([&status, print, force] { status = run_setup({print->count() > 0, force->count() > 0}); });

    auto* sandbox = app.add_subcommand(
        "sandbox", "Run the service with a simulated GitHub and " + provider + "; all data is deleted at the end");
    auto* empty = add_switch(*sandbox, "--empty",
                             "Start with nobody and nothing, instead of the thirty days and 24 people of an example");
    auto* upstreams_only = add_switch(*sandbox, "--upstreams-only",
                                      "Run only the simulated GitHub and " + provider + ", for `serve` to use");
    auto* sandbox_json = add_switch(*sandbox, "--json", "Print the addresses as one line of JSON");
    sandbox->callback([&status, empty, upstreams_only, sandbox_json] {
        status = run_sandbox({upstreams_only->count() > 0, empty->count() > 0}, output_of(sandbox_json));
    });

    auto* migrate = app.add_subcommand("migrate", "Update the schema of the database for this program, or undo that");
    migrate->require_subcommand(1);
    migrate->add_subcommand("up", "Apply all migrations that are missing")->callback([&] {
        status = run_migrate_up();
    });
    auto* down = migrate->add_subcommand(
        "down",
        "Undo all migrations; on PostgreSQL, the older deployment can then read the database, with keys in plain text");
    auto* steps = down->add_option("--steps", "Undo only this many, the latest first")->check(CLI::Range(1, all_steps));
    auto* down_dry_run = add_switch(*down, "--dry-run", "Show what would be undone, and change nothing");
    down->callback([&status, steps, down_dry_run] {
        status = run_migrate_down(steps->count() > 0 ? steps->as<int>() : all_steps, down_dry_run->count() > 0);
    });
    auto* migrate_status = migrate->add_subcommand("status", "Show which migrations are applied");
    auto* status_json = add_switch(*migrate_status, "--json", "Print JSON");
    migrate_status->callback([&status, status_json] { status = run_migrate_status(output_of(status_json)); });

    auto* reconcile =
        app.add_subcommand("reconcile", "Compare all keys upstream with the database, and find interrupted work");
    auto* fix = add_switch(*reconcile, "--fix", "Mend what differs");
    auto* older = add_switch(*reconcile, "--older",
                             "With --fix: also revoke keys named by an older deployment that no row knows");
    auto* confirm = reconcile->add_option("--confirm",
                                          "With --fix: the number of keys to end of which this database "
                                          "has never heard; on a terminal you are asked for it");
    confirm->check(CLI::NonNegativeNumber)->type_name("COUNT");
    auto* reconcile_json = add_switch(*reconcile, "--json", "Print JSON");
    reconcile->callback([&status, fix, older, confirm, reconcile_json] {
        const auto count = confirm->count() > 0 ? base::parse_whole_number(text_of(confirm)) : std::nullopt;
        status = run_reconcile({fix->count() > 0, older->count() > 0, count}, output_of(reconcile_json));
    });

    auto* backup = app.add_subcommand("backup", "Copy the embedded database while it is in use");
    auto* copy = backup->add_option("file", "File to write; it must not exist yet")->required();
    values.of(copy, ValueKind::files);
    backup->callback([=, &status] { status = run_backup(text_of(copy)); });

    auto* reseal =
        app.add_subcommand("reseal", "Re-encrypt everything in the database with a new KEY_ENCRYPTION_SECRET");
    auto* reencryption_dry_run =
        add_switch(*reseal, "--dry-run", "Show how much is sealed with another secret, and change nothing");
    auto* accept_loss = add_switch(*reseal, "--accept-loss",
                                   "Go on without the former secret, because it is lost; keys that were sealed "
                                   "with it cannot be shown any more")
                            ->excludes(reencryption_dry_run);
    auto* reseal_json = add_switch(*reseal, "--json", "Print JSON");
    reseal->callback([&status, reencryption_dry_run, accept_loss, reseal_json] {
        status = run_reseal({reencryption_dry_run->count() > 0, accept_loss->count() > 0}, output_of(reseal_json));
    });

    auto* routes = app.add_subcommand("routes", "List every route of the service, and who may use it");
    auto* routes_json = add_switch(*routes, "--json", "Print JSON");
    routes->callback([&status, routes_json] { status = run_routes(output_of(routes_json)); });

    add_key_commands(app, values, status);
    add_settings_commands(app, values, status);
    add_shell_commands(app, values, status);
    add_audit(app, status);

    auto* doctor = app.add_subcommand(
        "doctor", "Check configuration, database, GitHub and " + provider + ", and say how to mend them");
    auto* doctor_json = add_switch(*doctor, "--json", "Print JSON");
    doctor->callback([&status, doctor_json] { status = run_doctor(output_of(doctor_json)); });

    app.add_subcommand("health", "Ask the service on LISTEN whether it is alive, as health checks of containers do")
        ->callback([&status] { status = run_health(); });
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return names;
}

// Returns "'keys lst' is not a command; did you mean 'keys list'?"; empty if the first words are a
// command, or if there are no words.
std::string unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* place = &app;
    std::string path;
    for (const std::string& word : words) {
        const std::vector<std::string> names = names_of_commands(*place);
        if (names.empty() || word.starts_with("-")) return {};
        if (std::find(names.begin(), names.end(), word) != names.end()) {
            place = place->get_subcommand(word);
            path += word + " ";
            continue;
        }
        const std::string typed = path + base::to_printable(word, 40);
        const std::string meant =
            base::nearest(word, names, word.size() < 5 ? 1 : std::max<std::size_t>(2, word.size() / 3));
        if (!meant.empty()) return "'" + typed + "' is not a command; did you mean '" + path + meant + "'?";
        std::string all;
        for (const std::string& name : names)
            all += (all.empty() ? "" : ", ") + name;
        return "'" + typed + "' is not a command; there are: " + all;
    }
    return {};
}

int print_help(CLI::App& app, const std::vector<std::string>& topic) {
    if (topic == std::vector<std::string>{"environment"}) {
        std::fputs(describe_variables().c_str(), stdout);
        return 0;
    }
    const std::string unknown = unknown_command(app, topic);
    if (!unknown.empty())
        return report({base::Errc::invalid_input, unknown + "; for the variables: llmapikey help environment", {}});
    const CLI::App* place = &app;
    std::string path = app.get_name();
    for (const std::string& word : topic) {
        if (names_of_commands(*place).empty()) break;
        place = place->get_subcommand(word);
        path += " " + word;
    }
    // App::help() would explain the command that runs, which is `help`.
    std::fputs(place->get_formatter()->make_help(place, path, CLI::AppFormatMode::Normal).c_str(), stdout);
    return 0;
}

void add_help(CLI::App& app, int& status) {
    auto* help =
        app.add_subcommand("help", "Explain a command, or with `environment` the variables that llmapikey reads");
    auto* topic = help->add_option("topic", "A command, such as `keys revoke`, or `environment`");
    topic->expected(1, -1)->allow_extra_args();
    help->callback([&app, &status, topic] { status = print_help(app, topic->results()); });
}

}  // namespace

int run(int argc, char** argv) {
    CLI::App app{about, "llmapikey"};
    app.set_version_flag("--version", std::string("llmapikey ") + LLMAPIKEY_VERSION);
    app.footer(
        "Environment variables: llmapikey help environment\nHelp for a command: llmapikey help COMMAND\n\nExit "
        "status: 0 done, 1 failed, 2 wrong usage or configuration.");
    app.require_subcommand(1);
    app.failure_message(CLI::FailureMessage::help);
    int status = 0;
    OptionValues values;
    add_commands(app, values, status);
    add_help(app, status);
    std::signal(SIGPIPE, SIG_IGN);  // a reader may close a pipe early; the work still ends properly
    // Not a subcommand, because the words that follow are not its own, and nobody types it.
    if (argc > 1 && argv[1] == std::string_view("__complete"))
        return run_complete(app, values, std::vector<std::string>(argv + 2, argv + argc));
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return status_of_output(app.exit(help));
    } catch (const CLI::CallForAllHelp& help) {
        return status_of_output(app.exit(help));
    } catch (const CLI::CallForVersion& version) {
        return status_of_output(app.exit(version));
    } catch (const CLI::ParseError& error) {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        for (const std::string& argument : arguments)  // the parser's message would repeat the key
            if (const auto fit = refuse_raw_key(argument); !fit) return report(fit.error());
        const std::string unknown = unknown_command(app, arguments);
        std::fprintf(stderr, "llmapikey: %s\nRun `llmapikey --help` for the commands.\n",
                     unknown.empty() ? error.what() : unknown.c_str());
        return usage_error;
    }
    return status_of_output(status);
}

}  // namespace llmapikey::cli
