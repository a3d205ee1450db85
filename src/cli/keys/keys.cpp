#include "cli/keys/keys.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>
#include <cstring>

#include "app/database.hpp"
#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "cli/actor.hpp"
#include "cli/configuration.hpp"
#include "cli/keys/bulk_keys.hpp"
#include "cli/keys/grant_output.hpp"
#include "cli/keys/grant_table.hpp"
#include "cli/keys/key_services.hpp"
#include "cli/keys/meant.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"
#include "grant/written_text.hpp"
#include "identity/login.hpp"
#include "keys/grant_json.hpp"
#include "keys/pasted_key.hpp"

namespace llmapikey::cli {
namespace {

std::string describe(const std::optional<Hold>& hold) {
    if (!hold) return "can get another at once";
    if (!hold->until) return "cannot get another";
    return "can get another from " + base::to_rfc3339(*hold->until) + " on";
}

base::Result<void> print_account(const app::Stores& stores, const Account& account,
                                 const std::vector<LedgerEntry>& ledger) {
    if (account.grant) TRY(print_grants(stores, {*account.grant}));
    if (!account.grant) print_line("This account has no key now.");
    if (account.hold) {
        std::printf("on hold: %s; reason: %s\n", describe(account.hold).c_str(),
                    base::to_printable(account.hold->reason).c_str());
    }
    for (const LedgerEntry& entry : ledger) {
        std::printf("ended: %s by %s, hint %s, made %s; reason: %s\n",
                    entry.ended_at ? base::to_rfc3339(*entry.ended_at).c_str() : "under way", entry.actor.c_str(),
                    entry.grant.key_hint.c_str(), base::to_rfc3339(entry.grant.created_at).c_str(),
                    base::to_printable(entry.reason).c_str());
    }
    return {};
}

FieldReader reader_of(const Filters& filters) {
    return [&filters](std::string_view name) {
        for (const auto& [field, value] : filters)
            if (field == name) return value;
        return std::string();
    };
}

struct Revoked {
    std::string key;
    base::Result<Grant> outcome;
};

void print_revoked(const std::vector<Revoked>& all, const RevokeOptions& options, const std::optional<Hold>& hold) {
    for (const Revoked& each : all) {
        if (!each.outcome) {
            std::fprintf(stderr, "%s: %s\n", each.key.c_str(), each.outcome.error().detail.c_str());
            continue;
        }
        const bool is_being_made = !options.is_dry_run && is_ending_attempt(*each.outcome);
        const char* const done = options.is_dry_run ? "would revoke" : is_being_made ? "is revoking" : "revoked";
        std::printf("%s %s (account %s, hint %s); the person %s\n", done, each.outcome->id.c_str(),
                    each.outcome->github_user_id.text().c_str(), each.outcome->key_hint.c_str(),
                    describe(hold).c_str());
    }
}

std::vector<Revoked> revoke_each(KeyServices& services, const config::Config& config, const RevokeOptions& options,
                                 const std::optional<Hold>& hold) {
    Progress progress;
    progress.begin("Revoking keys", static_cast<std::int64_t>(options.keys.size()));
    std::vector<Revoked> all;
    for (const std::string& key : options.keys) {
        auto grant = grant_meant_by(key, services.stores, config);
        if (grant && !options.is_dry_run) {
            grant = services.keys.revocation.revoke(grant->id, {cli_actor(), "cli"}, options.reason, hold,
                                                    base::Deadline::after(config.upstream_timeout));
        }
        all.push_back({key, std::move(grant)});
        progress.advance();
    }
    return all;
}

void print_revoked_json(const std::vector<Revoked>& all, bool is_dry_run) {
    boost::json::array list;
    for (const Revoked& each : all) {
        const bool is_revoked = each.outcome && !is_dry_run && !is_ending_attempt(*each.outcome);
        boost::json::object object{{"asked_for", each.key}, {"revoked", is_revoked}};
        if (each.outcome) object["key"] = to_json(*each.outcome);
        if (!each.outcome) object["error"] = each.outcome.error().detail;
        list.push_back(std::move(object));
    }
    print_json(list);
}

base::Result<void> refuse_raw_keys(const Filters& filters) {
    for (const auto& [name, value] : filters) {
        if (auto fit = refuse_raw_key(value); !fit) return fit;
    }
    return {};
}

// Reads a key from standard input. A terminal does not show what is typed or pasted.
base::Result<base::Secret> read_raw_key(const ProviderTraits& provider) {
    termios shown{};
    const bool is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        std::fputs("Paste the key (it is not shown) and press Enter: ", stderr);
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    char line[4096];
    const bool is_read = std::fgets(line, sizeof line, stdin) != nullptr;
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        std::fputc('\n', stderr);
    }
    std::string_view typed(is_read ? line : "");
    typed = typed.substr(0, typed.find_first_of("\r\n"));
    const std::string hint = hint_of_shortened(typed);
    base::Secret raw_key = hint.empty() && !is_cut_off(typed) ? raw_key_in(typed) : base::Secret();
    explicit_bzero(line, sizeof line);
    if (!raw_key.empty()) return raw_key;
    if (!hint.empty()) {
        return base::fail(
            base::Errc::invalid_input,
            "this is not a whole key; search for its last characters: llmapikey keys list --search " + hint);
    }
    return base::fail(base::Errc::invalid_input, "standard input must hold a whole key: " + key_form(provider));
}

void print_ended_rows(const std::vector<LedgerEntry>& entries) {
    for (const LedgerEntry& entry : entries) {
        print_line(entry.grant.github_user_id.text() + "  " + base::to_printable(entry.grant.github_username, 39) +
                   "  hint " + entry.grant.key_hint + "  ended " +
                   (entry.ended_at ? base::to_rfc3339(*entry.ended_at) : "under way") + " by " + entry.actor +
                   "; reason: " + base::to_printable(entry.reason));
    }
}

int list_ended(const app::Stores& stores, const GrantQuery& query, Output output) {
    const auto page = stores.admin->list_ended(query);
    if (!page) return report(page.error());
    if (output == Output::json) {
        print_json(boost::json::object{{"keys", base::json_list(page->entries)}, {"next_cursor", page->next_cursor}});
        return 0;
    }
    print_ended_rows(page->entries);
    if (!page->next_cursor.empty()) print_line("more: --cursor " + page->next_cursor);
    return 0;
}

// The login also finds an account whose key has ended.
int mention_ended(const app::Stores& stores, GrantQuery query) {
    if (query.search.empty() || !query.cursor.empty()) return 0;
    query.limit = 1;
    const auto page = stores.admin->list_ended(query);
    if (!page) return report(page.error());
    if (!page->entries.empty()) std::fputs("Ended keys match, too: add --state ended to see them.\n", stderr);
    return 0;
}

base::Result<KeyChange> change_of(const ChangeOptions& options) {
    KeyChange change{options.is_disabled, std::nullopt};
    if (options.daily_limit.empty()) return change;
    change.daily_limit = base::parse_daily_limit(options.daily_limit);
    if (change.daily_limit) return change;
    return base::fail(base::Errc::invalid_input, "--daily-limit takes US dollars above 0 and up to 100000");
}

}  // namespace

int run_keys_list(const ListOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto fit = refuse_raw_keys(options.filters);
    if (!fit) return report(fit.error());
    auto query = parse_grant_query(reader_of(options.filters), base::SystemClock().now());
    if (!query) return report(query.error());
    query->cursor = options.cursor;
    query->limit = options.limit;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    if (query->is_ended) return list_ended(*stores, *query, output);
    const auto page = stores->admin->list(*query);
    if (!page) return report(page.error());
    if (output == Output::json) {
        print_json(boost::json::object{{"keys", base::json_list(page->grants)}, {"next_cursor", page->next_cursor}});
        return 0;
    }
    const auto printed = print_grants(*stores, page->grants);
    if (!printed) return report(printed.error());
    if (!page->next_cursor.empty()) std::printf("more: --cursor %s\n", page->next_cursor.c_str());
    return page->grants.empty() ? mention_ended(*stores, *query) : 0;
}

int run_keys_find(Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto raw_key = read_raw_key(app::traits_of(*config));
    if (!raw_key) return report(raw_key.error());
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    // With another secret than this database's, no key could be compared.
    const auto verified = app::verify_secret((*services)->stores, *config);
    if (!verified) return report(verified.error());
    const auto found = (*services)->find_by_raw_key(*raw_key);
    if (!found) return report(found.error());
    if (output == Output::json) {
        boost::json::object object{{"key", nullptr}, {"perhaps_ended", base::json_list(found->ended)}};
        if (found->grant) object["key"] = to_json(*found->grant);
        print_json(object);
    } else if (found->grant) {
        const auto printed = print_grants((*services)->stores, {*found->grant});
        if (!printed) return report(printed.error());
    } else if (found->ended.empty()) {
        print_line("no account has this key, and no ended key has the same last characters");
    } else {
        print_line("no account has this key; these keys with the same last characters have ended, or are being ended:");
        print_ended_rows(found->ended);
    }
    return found->grant ? 0 : 1;
}

int run_keys_show(const std::string& key, Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto account_id = account_meant_by(key, *stores, *config);
    if (!account_id) return report(account_id.error());
    const auto account = stores->keys->find_account(Seat{*account_id});
    if (!account) return report(account.error());
    const auto ledger = stores->admin->ledger_of(*account_id);
    if (!ledger) return report(ledger.error());
    if (output == Output::json) {
        print_json(to_json(*account, *ledger));
    } else if (const auto printed = print_account(*stores, *account, *ledger); !printed) {
        return report(printed.error());
    }
    return account->grant || account->hold || !ledger->empty() ? 0 : 1;
}

int run_keys_revoke(const RevokeOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::revoke);
    if (!config) return 2;
    const bool names_nothing = options.keys.empty() && options.filters.empty() && !options.is_everything;
    const bool names_both = !options.keys.empty() && (!options.filters.empty() || options.is_everything);
    if (names_nothing || names_both)
        return report(
            {base::Errc::invalid_input,
             "say which keys to revoke: name keys, or give filters such as --search, or --all; only one of these",
             {}});
    const auto fit = refuse_raw_keys(options.filters);
    if (!fit) return report(fit.error());
    for (const std::string& key : options.keys)
        if (const auto named = refuse_raw_key(key); !named) return report(named.error());
    const auto reason = check_text(options.reason, reason_rule);
    if (!reason) return report({base::Errc::invalid_input, "--" + reason.error().detail, {}});
    const auto hold = parse_hold(options.hold, *reason, base::SystemClock().now());
    if (!hold) return report({base::Errc::invalid_input, "--hold: " + hold.error().detail, {}});
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    if (options.keys.empty()) {
        Filters said = options.filters;
        if (options.is_everything) said.emplace_back("all", "true");
        return revoke_in_bulk(**services, base::to_query_string(said), options, *hold, output);
    }
    const auto all = revoke_each(**services, *config, options, *hold);
    const bool is_done = std::ranges::all_of(all, [](const Revoked& each) { return each.outcome.has_value(); });
    output == Output::json ? print_revoked_json(all, options.is_dry_run) : print_revoked(all, options, *hold);
    return is_done ? 0 : 1;
}

int run_keys_change(const ChangeOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::revoke);
    if (!config) return 2;
    const auto change = change_of(options);
    if (!change) return report(change.error());
    const auto reason = check_text(options.reason, optional_reason_rule);
    if (!reason) return report({base::Errc::invalid_input, "--" + reason.error().detail, {}});
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    auto grant = grant_meant_by(options.key, (*services)->stores, *config);
    if (!grant) return report(grant.error());
    if (options.is_dry_run) {
        if (change->is_disabled) grant->is_disabled = *change->is_disabled;
        if (change->daily_limit) grant->daily_limit = *change->daily_limit;
    } else {
        grant = (*services)->keys.administration.change(grant->id, *change, options.reason, {cli_actor(), "cli"});
        if (!grant) return report(grant.error());
    }
    if (output == Output::json) {
        print_json(to_json(*grant));
    } else {
        if (options.is_dry_run) print_line("would be:");
        const auto printed = print_grants((*services)->stores, {*grant});
        if (!printed) return report(printed.error());
    }
    return 0;
}

int run_keys_reveal(const std::string& key, const std::string& reason, Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto checked = check_text(reason, reason_rule);
    if (!checked) return report({base::Errc::invalid_input, "--" + checked.error().detail, {}});
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    // With another secret nothing could be shown, although the owner would be told that it was.
    const auto verified = app::verify_secret((*services)->stores, *config);
    if (!verified) return report(verified.error());
    const auto grant = grant_meant_by(key, (*services)->stores, *config);
    if (!grant) return report(grant.error());
    const auto raw_key = (*services)->keys.administration.reveal(grant->id, reason, {cli_actor(), "cli"});
    if (!raw_key) return report(raw_key.error());
    if (output == Output::json) {
        print_json(boost::json::object{{"key", raw_key->reveal()}, {"hint", grant->key_hint}});
    } else {
        std::puts(raw_key->reveal().c_str());
    }
    return 0;
}

int run_keys_mint(const std::string& account, const std::string& login, Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    // A key that is sealed with another secret than this database's could be shown to nobody.
    const auto verified = app::verify_secret((*services)->stores, *config);
    if (!verified) return report(verified.error());
    const auto id = account_meant_by(account, (*services)->stores, *config);
    if (!id) return report(id.error());
    const auto answer = (*services)->keys.administration.mint((*services)->terms, *id, std::string(without_at(login)),
                                                              {cli_actor(), "cli"});
    if (!answer) return report(answer.error());
    if (output == Output::json) {
        boost::json::object object{{"status", to_text(answer->status)}, {"key", nullptr}};
        if (answer->grant) object["key"] = to_json(*answer->grant);
        print_json(object);
    } else {
        print_line(sentence_of(*answer, (*services)->provider_name()));
        if (answer->grant) {
            const auto printed = print_grants((*services)->stores, {*answer->grant});
            if (!printed) return report(printed.error());
        }
    }
    return answer->grant ? 0 : 1;
}

}  // namespace llmapikey::cli
