#include "settings/settings.hpp"

#include <cstdio>

#include "app/database.hpp"
#include "app/settings.hpp"
#include "base/encoding.hpp"
#include "cli/actor.hpp"
#include "cli/command_line.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "settings/settings_json.hpp"

namespace llmapikey::cli {
namespace {

// Reads and changes the settings in the configured database.
struct OpenSettings {
    explicit OpenSettings(const config::Config& config, app::Stores opened)
        : stores(std::move(opened)),
          settings(*stores.settings, app::setting_defaults(config), *stores.audit, stores.time_or(machine_clock)) {}

    const base::SystemClock machine_clock;
    app::Stores stores;
    Settings settings;
};

base::Result<std::unique_ptr<OpenSettings>> open_settings(const config::Config& config) {
    auto stores = TRY(app::open_stores(config));
    return std::make_unique<OpenSettings>(config, std::move(stores));
}

void print_row(std::string_view name, std::string_view from, const std::string& value) {
    char row[64];
    std::snprintf(row, sizeof row, "%-17.*s  %-11.*s  ", static_cast<int>(name.size()), name.data(),
                  static_cast<int>(from.size()), from.data());
    print_line(row + base::to_valid_utf8(value));
}

std::string described(SettingName setting, const SettingState& state) {
    std::string value = shown_setting(setting, state.value);
    if (!state.is_set) return value;
    return value + " (environment: " + shown_setting(setting, state.configured) + "; set by " + state.changed_by +
           " at " + base::to_rfc3339(*state.changed_at) + ")";
}

void print_row_of(SettingName setting, const SettingsState& state) {
    const SettingState& of = state.of(setting);
    print_row(rule_of(setting).name, of.is_set ? "set" : "environment", described(setting, of));
}

void note_if_off(const SettingsState& state) {
    if (!state.is_minting_configured())
        std::fputs("New keys are off whatever is set here: PROVISIONING_ENABLED is not true.\n", stderr);
}

int run_settings_list(Output output) {
    const auto config = load_or_explain(config::Need::settings);
    if (!config) return 2;
    const auto open = open_settings(*config);
    if (!open) return report(open.error());
    const auto state = (*open)->settings.read();
    if (!state) return report(state.error());
    if (output == Output::json) {
        print_json(to_json(*state));
        return 0;
    }
    print_row("NAME", "FROM", "VALUE");
    for (const SettingRule& rule : setting_rules())
        print_row_of(rule.setting, *state);
    if (state->first_admin()) print_row(first_admin_name, "set", "account " + state->first_admin()->text());
    note_if_off(*state);
    return 0;
}

int remove_first_admin() {
    const auto config = load_or_explain(config::Need::settings);
    if (!config) return 2;
    const auto open = open_settings(*config);
    if (!open) return report(open.error());
    const auto removed = (*open)->settings.remove_first_admin({{cli_actor(), "cli"}, ""});
    if (!removed) return report(removed.error());
    print_line(*removed ? "The first admin is one no more. If ADMIN_GITHUB_USER_IDS names nobody, the next start of "
                          "`serve` prints a link for another one."
                        : "Nobody has become admin by the link that `serve` prints.");
    return 0;
}

int change_setting(const SettingChange& change, Output output) {
    const auto config = load_or_explain(config::Need::settings);
    if (!config) return 2;
    const auto open = open_settings(*config);
    if (!open) return report(open.error());
    const auto changed = (*open)->settings.change({change}, {{cli_actor(), "cli"}, ""});
    if (!changed) return report(changed.error());
    const auto state = (*open)->settings.read();
    if (!state) return report(state.error());
    if (output == Output::json) {
        print_json(to_json(*state));
    } else {
        print_row_of(change.setting, *state);
        note_if_off(*state);
    }
    return 0;
}

int run_settings_set(const std::string& name, const std::string& text, Output output) {
    const SettingRule& rule = *find_setting(name);
    auto value = parse_setting(rule.setting, text);
    if (!value) return report({base::Errc::invalid_input, name + " " + value.error().detail, {}});
    return change_setting({rule.setting, std::move(*value)}, output);
}

CLI::Option* add_name(CLI::App& command, OptionValues& values, std::vector<std::string> names = {}) {
    for (const SettingRule& rule : setting_rules())
        names.emplace_back(rule.name);
    auto* name = command.add_option("name", "Name of the setting, as `settings list` prints it")->required();
    return values.only(name, std::move(names));
}

}  // namespace

void add_settings_commands(CLI::App& app, OptionValues& values, int& status) {
    auto* settings = app.add_subcommand(
        "settings", "Pause new keys, and change their terms and the organizer's name, while the service runs");
    settings->require_subcommand(1);
    auto* list = settings->add_subcommand("list", "Show each setting, and where its value comes from");
    auto* list_json = add_switch(*list, "--json", "Print JSON");
    list->callback([&status, list_json] { status = run_settings_list(output_of(list_json)); });

    auto* set = settings->add_subcommand("set", "Set a value that wins over the environment's; it counts at once");
    auto* set_name = add_name(*set, values);
    auto* value = set->add_option("value", "The value, such as 25, 2.50, true or a text")->required();
    auto* set_json = add_switch(*set, "--json", "Print JSON");
    set->callback([&status, set_name, value, set_json] {
        status = run_settings_set(text_of(set_name), text_of(value), output_of(set_json));
    });

    auto* unset = settings->add_subcommand("unset", "Go back to what the environment says");
    auto* unset_name = add_name(*unset, values, {std::string(first_admin_name)});
    auto* unset_json = add_switch(*unset, "--json", "Print JSON");
    unset->callback([&status, unset_name, unset_json] {
        if (text_of(unset_name) == first_admin_name) {
            status = remove_first_admin();
            return;
        }
        status = change_setting({find_setting(text_of(unset_name))->setting, std::nullopt}, output_of(unset_json));
    });
}

}  // namespace llmapikey::cli
