#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command_line.hpp"
#include "cli/keys/bulk_keys.hpp"
#include "cli/keys/keys.hpp"
#include "keys/grant_query.hpp"

namespace llmapikey::cli {
namespace {

// The same for all commands; see cli/keys/meant.hpp.
const std::string whom = "Numeric id or login of the account, or id of the key";
const std::string whom_of_several = "Numeric ids or logins of accounts, or ids of keys";

// Options that select keys, the same for each command that has them.
class FilterOptions {
public:
    FilterOptions(CLI::App& command, OptionValues& values) {
        auto* search =
            add(command, "q", "--search",
                "Part of a login, a whole account id, or a key's last characters; for a whole key, use `keys find`");
        values.of(search, ValueKind::logins);
        values.only(add(command, "state", "--state,--status", "Only keys in this state"), state_words());
        add(command, "expires_within", "--expires-within", "Only keys that expire within this many days")
            ->check(CLI::Range(1, 36'500));
        add(command, "from", "--from", "Only keys made on this day or later, such as 2027-02-22");
        add(command, "to", "--to", "Only keys made on this day or before, such as 2027-02-22");
        add(command, "not_used_since", "--not-used-since",
            "Only keys made before this day and not used since, such as 2027-02-22");
        unused_ = add_switch(command, "--unused", "Only keys that have spent nothing yet");
    }
    void add_order(CLI::App& command, OptionValues& values) {
        auto* order = add(command, "sort", "--sort",
                          "Order: newest, expiry (soonest first), spent (most first) or last_used (longest ago first)");
        values.only(order, {"newest", "expiry", "spent", "last_used"});
    }
    Filters set() const {
        Filters filters;
        for (const auto& [name, option] : options_)
            if (option->count() > 0) filters.emplace_back(name, text_of(option));
        if (unused_->count() > 0) filters.emplace_back("unused", "1");
        return filters;
    }

private:
    CLI::Option* add(CLI::App& command, const std::string& name, const std::string& flag, const std::string& meaning) {
        return options_.emplace_back(name, command.add_option(flag, meaning)).second;
    }

    std::vector<std::pair<std::string, CLI::Option*>> options_;
    CLI::Option* unused_ = nullptr;
};

void add_list(CLI::App& keys, OptionValues& values, int& status) {
    auto* list = keys.add_subcommand("list", "List keys, the newest first");
    const auto filters = std::make_shared<FilterOptions>(*list, values);
    filters->add_order(*list, values);
    auto* cursor = list->add_option("--cursor", "Continue after the page that printed this cursor");
    auto* limit = list->add_option("--limit", "How many keys to print")->default_val(50)->check(CLI::Range(1, 1000));
    auto* json = add_switch(*list, "--json", "Print JSON");
    list->callback([=, &status] {
        status = run_keys_list({filters->set(), text_of(cursor), limit->as<int>()}, output_of(json));
    });
}

void add_revoke(CLI::App& keys, OptionValues& values, int& status) {
    auto* revoke =
        keys.add_subcommand("revoke", "End keys for good, upstream and here: the keys you name, or all that match");
    auto* revoked = revoke->add_option("keys", whom_of_several)->expected(1, -1)->allow_extra_args();
    values.of(revoked, ValueKind::keys);
    const auto filters = std::make_shared<FilterOptions>(*revoke, values);
    auto* everything =
        add_switch(*revoke, "--all", "Every key; you are asked for their number, or give it with --confirm");
    auto* confirmed =
        revoke->add_option("--confirm", "The number of matching keys; nothing is done if there are more or fewer")
            ->check(CLI::Range(std::int64_t{0}, std::int64_t{10'000'000}));
    auto* agreed = add_switch(*revoke, "--yes", "With filters: do not ask, however many keys match");
    auto* reason = revoke->add_option("--reason", "Why; the person sees it if there is a hold")->required();
    auto* hold =
        revoke
            ->add_option("--hold", "When the person can get another key: none (at once), 90m, 24h, 7d, forever (never)")
            ->default_val("none");
    values.suggest(hold, {"none", "90m", "24h", "7d", "forever"});
    auto* dry_run = add_switch(*revoke, "--dry-run", "Show what would be done, and change nothing");
    auto* json = add_switch(*revoke, "--json", "Print JSON");
    revoke->callback([=, &status] {
        std::optional<std::int64_t> count;
        if (confirmed->count() > 0) count = confirmed->as<std::int64_t>();
        const RevokeOptions options{
            revoked->results(),   filters->set(), everything->count() > 0, text_of(reason), text_of(hold),
            dry_run->count() > 0, count,          agreed->count() > 0};
        status = run_keys_revoke(options, output_of(json));
    });
}

void add_bulk(CLI::App& keys, OptionValues& values, int& status) {
    auto* revocations =
        keys.add_subcommand("revocations", "List bulk revocations, and keys that the provider does not revoke");
    auto* list_json = add_switch(*revocations, "--json", "Print JSON");
    revocations->callback([=, &status] { status = run_keys_revocations(output_of(list_json)); });
    auto* stop =
        keys.add_subcommand("stop", "Stop a bulk revocation: keys whose revocation has not started stay as they are");
    auto* stopped = stop->add_option("revocation", "Id of the bulk revocation")->required();
    values.of(stopped, ValueKind::revocations);
    auto* stop_json = add_switch(*stop, "--json", "Print JSON");
    stop->callback([=, &status] { status = run_keys_stop(text_of(stopped), output_of(stop_json)); });
    auto* find = keys.add_subcommand("find", "Find the owner of a whole key, which is read from standard input");
    auto* find_json = add_switch(*find, "--json", "Print JSON");
    find->callback([=, &status] { status = run_keys_find(output_of(find_json)); });
}

void add_change(CLI::App& keys, OptionValues& values, int& status) {
    auto* change = keys.add_subcommand("change", "Switch a key off or on, or change its cap");
    auto* changed = change->add_option("key", whom)->required();
    values.of(changed, ValueKind::keys);
    auto* disable = add_switch(*change, "--disable", "The key stops working, but keeps its seat");
    auto* enable = add_switch(*change, "--enable", "The key works again")->excludes(disable);
    auto* limit = change->add_option("--daily-limit", "Cap in US dollars a day");
    auto* reason = change->add_option("--reason", "Why, for the audit log");
    auto* dry_run = add_switch(*change, "--dry-run", "Show the result, and change nothing");
    auto* json = add_switch(*change, "--json", "Print JSON");
    change->callback([=, &status] {
        std::optional<bool> is_disabled;
        if (disable->count() + enable->count() > 0) is_disabled = disable->count() > 0;
        const ChangeOptions options{text_of(changed), is_disabled, text_of(limit), text_of(reason),
                                    dry_run->count() > 0};
        status = run_keys_change(options, output_of(json));
    });
}

}  // namespace

void add_key_commands(CLI::App& app, OptionValues& values, int& status) {
    auto* keys = app.add_subcommand("keys", "Find, show, make, change, revoke and export keys");
    keys->require_subcommand(1);
    add_list(*keys, values, status);

    auto* show = keys->add_subcommand("show", "Show an account's key, hold and ended keys");
    auto* shown = show->add_option("key", whom)->required();
    values.of(shown, ValueKind::keys);
    auto* show_json = add_switch(*show, "--json", "Print JSON");
    show->callback([=, &status] { status = run_keys_show(text_of(shown), output_of(show_json)); });

    add_revoke(*keys, values, status);
    add_bulk(*keys, values, status);
    add_change(*keys, values, status);

    auto* reveal =
        keys->add_subcommand("reveal", "Print a whole key; the audit log records it, and its owner sees when and why");
    auto* revealed = reveal->add_option("key", whom)->required();
    values.of(revealed, ValueKind::keys);
    auto* why = reveal->add_option("--reason", "Why; the key's owner sees it")->required();
    auto* reveal_json = add_switch(*reveal, "--json", "Print JSON");
    reveal->callback(
        [=, &status] { status = run_keys_reveal(text_of(revealed), text_of(why), output_of(reveal_json)); });

    auto* mint = keys->add_subcommand("mint", "Make a key for an account; its owner finds it on the dashboard");
    auto* account = mint->add_option("account,--account", "Numeric id or login of the GitHub account")->required();
    auto* login = mint->add_option("--login", "Login of the account; without it, GitHub is asked");
    auto* mint_json = add_switch(*mint, "--json", "Print JSON");
    mint->callback([=, &status] { status = run_keys_mint(text_of(account), text_of(login), output_of(mint_json)); });

    auto* export_keys =
        keys->add_subcommand("export", "Write a list of all keys to standard output, without the raw keys");
    auto* format = export_keys->add_option("--format", "csv or jsonl")->default_val("csv");
    values.only(format, {"csv", "jsonl"});
    export_keys->callback([=, &status] {
        status = run_keys_export(text_of(format) == "csv" ? ExportFormat::csv : ExportFormat::json_lines);
    });
}

}  // namespace llmapikey::cli
