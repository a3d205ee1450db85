#include "cli/keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/database.hpp"
#include "app/upstreams.hpp"
#include "base/encoding.hpp"
#include "cli/actor.hpp"
#include "cli/configuration.hpp"
#include "cli/grant_output.hpp"
#include "service/issuance.hpp"
#include "service/revocation.hpp"

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

boost::json::object account_json(const service::Account& account, const std::vector<service::LedgerEntry>& ledger) {
    boost::json::object object{{"key", nullptr}, {"hold", nullptr}};
    if (account.grant) object["key"] = to_json(*account.grant);
    if (account.hold) {
        boost::json::object hold{{"until", nullptr}, {"reason", account.hold->reason}};
        if (account.hold->until) hold["until"] = base::to_rfc3339(*account.hold->until);
        object["hold"] = std::move(hold);
    }
    boost::json::array ended;
    for (const service::LedgerEntry& entry : ledger)
        ended.push_back(to_json(entry));
    object["ended"] = std::move(ended);
    return object;
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
        if (each.outcome) object["key"] = to_json(*each.outcome);
        if (!each.outcome) object["error"] = each.outcome.error().detail;
        list.push_back(std::move(object));
    }
    print(list);
}

}  // namespace

int run_keys_list(const ListOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    service::GrantQuery query{options.search, std::nullopt, options.cursor, options.limit};
    if (!options.status.empty()) query.status = domain::parse_grant_status(options.status);
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto page = stores->admin->list(query);
    if (!page) return report(page.error());
    if (output == Output::json) {
        boost::json::array keys;
        for (const domain::Grant& grant : page->grants)
            keys.push_back(to_json(grant));
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
        print(account_json(*account, *ledger));
    } else {
        print_account(*account, *ledger);
    }
    return account->grant || account->hold || !ledger->empty() ? 0 : 1;
}

int run_keys_revoke(const RevokeOptions& options, Output output) {
    const auto config = load_or_explain(config::Need::reconcile);
    if (!config) return 2;
    const base::SystemClock clock;
    const auto hold = domain::parse_hold(options.hold, options.reason, clock.now());
    if (!hold) return report({base::Errc::invalid_input, "--hold: " + hold.error().detail, {}});
    auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto http = app::make_http_client();
    const auto provider = app::make_key_provider(*config, *http);
    service::Revocation revocation(*stores->admin, *provider, *stores->audit, clock);
    std::vector<Revoked> all;
    bool is_done = true;
    for (const std::string& key : options.keys) {
        auto grant = find_meant(*stores, key);
        if (grant && !options.is_dry_run) {
            grant = revocation.revoke({grant->id, cli_actor(), options.reason, *hold, clock.now()}, "cli",
                                      base::Deadline::after(config->upstream_timeout));
        }
        is_done = is_done && grant;
        all.push_back({key, std::move(grant)});
    }
    output == Output::json ? print_revoked_json(all, options.is_dry_run) : print_revoked(all, options, *hold);
    return is_done ? 0 : 1;
}

int run_keys_mint(const std::string& account, const std::string& login, Output output) {
    const auto config = load_or_explain(config::Need::mint);
    if (!config) return 2;
    const auto id = domain::GithubUserId::parse(account);
    if (!id) return report({base::Errc::invalid_input, "--account takes the numeric id of a GitHub account", {}});
    const base::SystemClock clock;
    auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto http = app::make_http_client();
    const auto provider = app::make_key_provider(*config, *http);
    const base::Sealer sealer(config->key_encryption_secret, app::key_sealing_purpose);
    service::AuditEntry entry{clock.now(), cli_actor(), "key.mint", "account:" + id->text(), "cli", "begun", login};
    const auto recorded = stores->audit->append(entry);
    if (!recorded) return report(recorded.error());
    service::Issuance issuance(
        app::issuance_policy(*config), *stores->keys, *provider, sealer, clock,
        [](const std::string& issue) { std::fprintf(stderr, "llmapikey: %s\n", issue.c_str()); });
    const auto answer = issuance.issue({*id, login});
    const std::string_view status = service::to_text(answer.status);
    entry.at = clock.now();
    entry.outcome = answer.grant ? "done" : "failed";
    entry.detail = status;
    const auto closed = stores->audit->append(entry);
    if (!closed) return report(closed.error());
    if (output == Output::json) {
        boost::json::object object{{"status", status}, {"key", nullptr}};
        if (answer.grant) object["key"] = to_json(*answer.grant);
        print(object);
    } else {
        std::printf("%s\n", std::string(status).c_str());
        if (answer.grant) std::printf("%s\n%s\n", table_header().c_str(), table_row(*answer.grant).c_str());
    }
    return answer.grant ? 0 : 1;
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
                format == ExportFormat::csv ? csv_row(grant) : boost::json::serialize(to_json(grant)) + "\n";
            std::fputs(row.c_str(), stdout);
        }
        query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
    return report({base::Errc::internal, "the output could not be written: is the disk full?", {}});
}

}  // namespace llmapikey::cli
