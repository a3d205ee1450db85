#include "cli/keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <thread>

#include "app/database.hpp"
#include "base/encoding.hpp"
#include "cli/actor.hpp"
#include "cli/configuration.hpp"
#include "cli/grant_output.hpp"
#include "cli/key_services.hpp"
#include "resources/resources.hpp"

namespace llmapikey::cli {
namespace {

constexpr int rows_per_export_page = 1000;

int report(const base::Error& error) {
    std::fprintf(stderr, "llmapikey: %s\n", error.detail.c_str());
    const bool is_usage = error.code == base::Errc::invalid_input || error.code == base::Errc::misconfigured;
    return is_usage ? 2 : 1;
}

void print(const boost::json::value& value) {
    std::puts(boost::json::serialize(value).c_str());
}

// The grant that a person means by an account's id or by its own.
base::Result<domain::Grant> find_meant(app::Stores& stores, const std::string& key) {
    const auto account = domain::GithubUserId::parse(key);
    if (!account && !base::is_uuid(key)) {
        return base::fail(base::Errc::invalid_input, "'" + base::to_printable(key, 60) +
                                                         "' is neither the numeric id of a GitHub account nor the "
                                                         "id of a key; `llmapikey keys list --search` finds both");
    }
    const auto grant = account ? stores.keys->find(*account) : stores.admin->find_grant(key);
    if (!grant) return tl::unexpected(grant.error());
    if (*grant) return **grant;
    return base::fail(base::Errc::not_found, "there is no key for " + key);
}

std::string describe(const std::optional<domain::Hold>& hold) {
    if (!hold) return "may take another at once";
    if (!hold->until) return "may take no other";
    return "may take another from " + base::to_rfc3339(*hold->until) + " on";
}

void print_account(const service::Account& account, const std::vector<service::LedgerEntry>& ledger) {
    if (account.grant) std::printf("%s\n%s\n", table_header().c_str(), table_row(*account.grant).c_str());
    if (!account.grant) std::puts("no key now");
    if (account.hold) {
        std::printf("on hold: %s; reason: %s\n", describe(account.hold).c_str(),
                    base::to_printable(account.hold->reason).c_str());
    }
    for (const service::LedgerEntry& entry : ledger) {
        std::printf("ended: %s by %s, hint %s, made %s; reason: %s\n",
                    entry.ended_at ? base::to_rfc3339(*entry.ended_at).c_str() : "under way", entry.actor.c_str(),
                    entry.grant.key_hint.c_str(), base::to_rfc3339(entry.grant.created_at).c_str(),
                    base::to_printable(entry.reason).c_str());
    }
}

service::FieldReader reader_of(const Filters& filters) {
    return [&filters](std::string_view name) {
        for (const auto& [field, value] : filters)
            if (field == name) return value;
        return std::string();
    };
}

struct Revoked {
    std::string key;
    base::Result<domain::Grant> outcome;
};

void print_revoked(const std::vector<Revoked>& all, const RevokeOptions& options,
                   const std::optional<domain::Hold>& hold) {
    for (const Revoked& each : all) {
        if (!each.outcome) {
            std::fprintf(stderr, "%s: %s\n", each.key.c_str(), each.outcome.error().detail.c_str());
            continue;
        }
        std::printf("%s %s (account %s, hint %s); the person %s\n", options.is_dry_run ? "would revoke" : "revoked",
                    each.outcome->id.c_str(), each.outcome->github_user_id.text().c_str(),
                    each.outcome->key_hint.c_str(), describe(hold).c_str());
    }
}

void print_revoked_json(const std::vector<Revoked>& all, bool is_dry_run) {
    boost::json::array list;
    for (const Revoked& each : all) {
        boost::json::object object{{"asked_for", each.key}, {"revoked", each.outcome && !is_dry_run}};
        if (each.outcome) object["key"] = resources::to_json(*each.outcome);
        if (!each.outcome) object["error"] = each.outcome.error().detail;
        list.push_back(std::move(object));
    }
    print(list);
}

// Ends what fits, here and now; the service would do the same, and takes over if this is interrupted.
int revoke_in_bulk(KeyServices& services, const std::string& selection, const RevokeOptions& options,
                   const std::optional<domain::Hold>& hold, Output output) {
    constexpr std::int64_t most_counted = 10'000'000;
    const auto count = services.bulk_revoker.count(selection, most_counted);
    if (!count) return report(count.error());
    if (options.is_dry_run) {
        output == Output::json
            ? print(boost::json::object{{"would_revoke", *count}})
            : static_cast<void>(std::printf("would revoke %lld keys\n", static_cast<long long>(*count)));
        return 0;
    }
    auto bulk = services.bulk_revoker.begin(selection, {cli_actor(), "cli"}, options.reason, hold);
    if (!bulk) return report(bulk.error());
    const std::string id = bulk->id;
    while (bulk && bulk->state != service::BulkState::done) {
        const std::string failure = services.bulk_revoker.run_once(std::stop_token());
        if (!failure.empty()) std::fprintf(stderr, "llmapikey: %s; trying again\n", failure.c_str());
        if (!services.bulk_revoker.is_busy()) std::this_thread::sleep_for(base::Millis{500});
        const auto current = services.stores.bulks->find(id);
        if (!current) return report(current.error());
        if (!*current) return report({base::Errc::not_found, "the bulk revocation is gone", {}});
        bulk = **current;
    }
    if (output == Output::json) {
        print(resources::to_json(*bulk));
    } else {
        std::printf("revoked %lld keys (bulk revocation %s)\n", static_cast<long long>(bulk->total), id.c_str());
    }
    return 0;
}

base::Result<service::KeyChange> change_of(const ChangeOptions& options) {
    service::KeyChange change{options.is_disabled, std::nullopt};
    if (options.daily_limit.empty()) return change;
    change.daily_limit = base::parse_daily_limit(options.daily_limit);
    if (change.daily_limit) return change;
    return base::fail(base::Errc::invalid_input, "--daily-limit takes US dollars above 0 and up to 100000");
}

}  // namespace

int run_keys_list(const ListOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    auto query = service::parse_grant_query(reader_of(options.filters), base::SystemClock().now());
    if (!query) return report(query.error());
    query->cursor = options.cursor;
    query->limit = options.limit;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto page = stores->admin->list(*query);
    if (!page) return report(page.error());
    if (output == Output::json) {
        boost::json::array keys;
        for (const domain::Grant& grant : page->grants)
            keys.push_back(resources::to_json(grant));
        print(boost::json::object{{"keys", std::move(keys)}, {"next_cursor", page->next_cursor}});
        return 0;
    }
    std::puts(table_header().c_str());
    for (const domain::Grant& grant : page->grants)
        std::puts(table_row(grant).c_str());
    if (!page->next_cursor.empty()) std::printf("more: --cursor %s\n", page->next_cursor.c_str());
    return 0;
}

int run_keys_show(const std::string& key, Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    auto account_id = domain::GithubUserId::parse(key);
    if (!account_id) {
        const auto grant = find_meant(*stores, key);
        if (!grant) return report(grant.error());
        account_id = grant->github_user_id;
    }
    const auto account = stores->keys->find_account(*account_id);
    if (!account) return report(account.error());
    const auto ledger = stores->admin->ledger_of(*account_id);
    if (!ledger) return report(ledger.error());
    if (output == Output::json) {
        print(resources::to_json(*account, *ledger));
    } else {
        print_account(*account, *ledger);
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
            {base::Errc::invalid_input, "name keys, or filters such as --search, or --all; one of these", {}});
    const auto hold = domain::parse_hold(options.hold, options.reason, base::SystemClock().now());
    if (!hold) return report({base::Errc::invalid_input, "--hold: " + hold.error().detail, {}});
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    if (options.keys.empty())
        return revoke_in_bulk(**services, service::selection_text(options.filters), options, *hold, output);
    std::vector<Revoked> all;
    bool is_done = true;
    for (const std::string& key : options.keys) {
        auto grant = find_meant((*services)->stores, key);
        if (grant && !options.is_dry_run) {
            grant = (*services)->revocation.revoke(grant->id, {cli_actor(), "cli"}, options.reason, *hold,
                                                   base::Deadline::after(config->upstream_timeout));
        }
        is_done = is_done && grant;
        all.push_back({key, std::move(grant)});
    }
    output == Output::json ? print_revoked_json(all, options.is_dry_run) : print_revoked(all, options, *hold);
    return is_done ? 0 : 1;
}

int run_keys_change(const ChangeOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::revoke);
    if (!config) return 2;
    const auto change = change_of(options);
    if (!change) return report(change.error());
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    auto grant = find_meant((*services)->stores, options.key);
    if (!grant) return report(grant.error());
    if (options.is_dry_run) {
        if (change->is_disabled) grant->is_disabled = *change->is_disabled;
        if (change->daily_limit) grant->daily_limit = *change->daily_limit;
    } else {
        grant = (*services)->administration.change(grant->id, *change, options.reason, {cli_actor(), "cli"});
        if (!grant) return report(grant.error());
    }
    if (output == Output::json) {
        print(resources::to_json(*grant));
    } else {
        std::printf("%s%s\n%s\n", options.is_dry_run ? "would be:\n" : "", table_header().c_str(),
                    table_row(*grant).c_str());
    }
    return 0;
}

int run_keys_reveal(const std::string& key, const std::string& reason, Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    const auto grant = find_meant((*services)->stores, key);
    if (!grant) return report(grant.error());
    const auto raw_key = (*services)->administration.reveal(grant->id, reason, {cli_actor(), "cli"});
    if (!raw_key) return report(raw_key.error());
    if (output == Output::json) {
        print(boost::json::object{{"key", raw_key->reveal()}, {"hint", grant->key_hint}});
    } else {
        std::puts(raw_key->reveal().c_str());
    }
    return 0;
}

int run_keys_mint(const std::string& account, const std::string& login, Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto id = domain::GithubUserId::parse(account);
    if (!id) return report({base::Errc::invalid_input, "--account takes the numeric id of a GitHub account", {}});
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    const auto answer = (*services)->administration.mint(*id, login, {cli_actor(), "cli"});
    if (!answer) return report(answer.error());
    const std::string_view status = service::to_text(answer->status);
    if (output == Output::json) {
        boost::json::object object{{"status", status}, {"key", nullptr}};
        if (answer->grant) object["key"] = resources::to_json(*answer->grant);
        print(object);
    } else {
        std::printf("%s\n", std::string(status).c_str());
        if (answer->grant) std::printf("%s\n%s\n", table_header().c_str(), table_row(*answer->grant).c_str());
    }
    return answer->grant ? 0 : 1;
}

int run_keys_export(ExportFormat format) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    if (format == ExportFormat::csv) std::fputs(csv_header().c_str(), stdout);
    service::GrantQuery query;
    query.limit = rows_per_export_page;
    do {
        const auto page = stores->admin->list(query);
        if (!page) return report(page.error());
        for (const domain::Grant& grant : page->grants) {
            const std::string row =
                format == ExportFormat::csv ? csv_row(grant) : boost::json::serialize(resources::to_json(grant)) + "\n";
            std::fputs(row.c_str(), stdout);
        }
        query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
    return report({base::Errc::internal, "the output could not be written: is the disk full?", {}});
}

}  // namespace llmapikey::cli
