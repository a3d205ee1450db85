#include "cli/keys/bulk_keys.hpp"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>

#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "base/plural.hpp"
#include "bulk/bulk_json.hpp"
#include "bulk/bulk_selection.hpp"
#include "bulk/selection_words.hpp"
#include "cli/actor.hpp"
#include "cli/configuration.hpp"
#include "cli/interruption.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"
#include "keys/grant_json.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::int64_t counted_max = 10'000'000;
constexpr int bulks_shown = 50;
constexpr int stuck_shown = 200;
constexpr int logins_shown = 8;
constexpr base::Millis pause{500};

// Returns what a person types on the terminal, without white space around it.
std::string ask(const std::string& question) {
    std::fprintf(stderr, "%s", question.c_str());
    char line[64];
    if (std::fgets(line, sizeof line, stdin) == nullptr) return {};
    std::string_view typed(line);
    if (typed.ends_with('\n')) typed.remove_suffix(1);
    return std::string(base::trim(typed));
}

// Returns a text such as "2 keys: those in state active that fit the search 'guest-'; of ada, bob".
base::Result<std::string> describe(KeyServices& services, const BulkSelection& selection, std::int64_t count) {
    GrantQuery query = selection.query;
    query.limit = logins_shown;
    const auto page = TRY(services.stores.admin->list(query));
    std::string logins;
    for (const Grant& grant : page.grants)
        logins += (logins.empty() ? "; of " : ", ") + base::to_printable(grant.github_username, 39);
    const auto more = count - static_cast<std::int64_t>(page.grants.size());
    if (more > 0) logins += " and " + std::to_string(more) + " more";
    return base::counted(count, "key") + " (" + in_words(selection) + logins + ")";
}

// Keys that a filter selects are ended only after somebody has seen their number: a person is
// asked, and a script states it beforehand. The selection of every key can be confirmed only by its
// number. Returns the confirmed number; nullopt: any number.
base::Result<std::optional<std::int64_t>> confirm(KeyServices& services, const BulkSelection& selection,
                                                  std::int64_t count, const RevokeOptions& options) {
    if (options.confirmed_count) return options.confirmed_count;
    if (count == 0 && !selection.is_everything) return count;
    if (options.is_agreed && !selection.is_everything) return std::nullopt;
    const auto meant = TRY(describe(services, selection, count));
    const std::string number = std::to_string(count);
    if (isatty(STDIN_FILENO) == 0) {
        return base::fail(base::Errc::invalid_input, "this would revoke " + meant + ". To do that, add " +
                                                         (selection.is_everything ? "" : "--yes, or ") + "--confirm " +
                                                         number);
    }
    const std::string word = selection.is_everything ? number : "yes";
    const std::string answer = ask("This revokes " + meant + ". Type " + word + " to go on: ");
    if (answer == word) return count;
    return base::fail(base::Errc::conflict, "nothing was revoked");
}

void print_stuck(const std::vector<LedgerEntry>& stuck) {
    for (const LedgerEntry& entry : stuck) {
        std::fprintf(stderr, "stuck: account %s, key %s, tried %s: %s\n", entry.grant.github_user_id.text().c_str(),
                     entry.grant.id.c_str(), base::counted(entry.attempts, "time").c_str(),
                     base::to_printable(entry.problem).c_str());
    }
}

int print_ended(KeyServices& services, const BulkRevocation& bulk, Output output) {
    const auto stuck = services.stores.admin->list_stuck(stuck_shown, bulk.id);
    if (!stuck) return report(stuck.error());
    if (output == Output::json) print_json(to_json(bulk));
    if (output == Output::text) {
        print_line("revoked " + base::counted(bulk.total - bulk.remaining, "key") + " (bulk revocation " + bulk.id +
                   ")" + (bulk.stopped_at ? "; it was stopped by " + bulk.stopped_by : ""));
    }
    print_stuck(*stuck);
    if (bulk.remaining == 0) return 0;
    std::fprintf(stderr, "llmapikey: %s has not revoked %s; nobody can see them, and the service tries again\n",
                 services.provider_name().c_str(), base::counted(bulk.remaining, "key").c_str());
    return 1;
}

int say_how_it_goes_on(const std::string& id) {
    std::fprintf(
        stderr,
        "llmapikey: no longer waiting. The bulk revocation is stored. The running service continues it, or the "
        "next one that starts.\nTo stop it: llmapikey keys stop %s\n",
        id.c_str());
    return 1;
}

base::Result<BulkRevocation> find(KeyServices& services, const std::string& id) {
    auto bulk = TRY(services.stores.bulks->find(id));
    if (!bulk) return base::fail(base::Errc::not_found, "the bulk revocation is gone");
    return std::move(*bulk);
}

// Returns the revocation as it is in the end, or when Ctrl-C has come.
base::Result<BulkRevocation> carry_out(KeyServices& services, BulkRevocation bulk, const Interruption& interruption,
                                       Progress& progress) {
    progress.begin("Revoking keys", bulk.total);
    while (bulk.state != BulkState::done) {
        const std::string failure = services.bulk_revoker.run_once(interruption.token());
        if (!failure.empty()) progress.say("llmapikey: " + failure + "; trying again");
        const bool is_busy = services.bulk_revoker.is_busy();
        if (is_busy && !progress.is_shown()) continue;
        if (!is_busy) {
            services.keys.recovery.settle_endings();
            interruption.wait_for(pause);
            if (interruption.has_come()) return bulk;
        }
        bulk = TRY(find(services, bulk.id));
        progress.reach(bulk.total - bulk.remaining);
    }
    return bulk;
}

}  // namespace

int revoke_in_bulk(KeyServices& services, const std::string& keys, const RevokeOptions& options,
                   const std::optional<Hold>& hold, Output output) {
    const auto parsed = parse_bulk_selection(keys, base::SystemClock().now());
    if (!parsed) return report(parsed.error());
    const auto counted = services.bulk_revoker.count_by_now(keys, counted_max);
    if (!counted) return report(counted.error());
    const std::int64_t count = counted->count;
    // Keys that are made while somebody decides were not counted, and are not part of the
    // selection.
    const std::string selection = keys + "&made_by=" + counted->made_by;
    if (options.is_dry_run) {
        if (output == Output::json) print_json(boost::json::object{{"would_revoke", count}});
        if (output == Output::text) print_line("would revoke " + base::counted(count, "key"));
        return 0;
    }
    const auto confirmed = confirm(services, *parsed, count, options);
    if (!confirmed) return report(confirmed.error());
    Interruption interruption;
    Progress progress;
    progress.begin("Marking " + base::counted(count, "key"));
    const auto bulk = services.bulk_revoker.begin(selection, {cli_actor(), "cli"}, options.reason, hold, *confirmed);
    if (!bulk) progress.end();
    if (!bulk && bulk.error().code == base::Errc::conflict && !*confirmed) {
        return report({base::Errc::conflict, bulk.error().detail + "; add --confirm with that number", {}});
    }
    if (!bulk) return report(bulk.error());
    const auto ended = carry_out(services, *bulk, interruption, progress);
    progress.end();
    if (!ended) return report(ended.error());
    if (ended->state != BulkState::done) return say_how_it_goes_on(bulk->id);
    return print_ended(services, *ended, output);
}

int run_keys_revocations(Output output) {
    const auto config = load_or_explain(config::Need::database);
    if (!config) return 2;
    const auto stores = app::open_stores(*config);
    if (!stores) return report(stores.error());
    const auto bulks = stores->bulks->list_latest(bulks_shown);
    if (!bulks) return report(bulks.error());
    const auto stuck = stores->admin->list_stuck(stuck_shown, "");
    if (!stuck) return report(stuck.error());
    if (output == Output::json) {
        print_json(
            boost::json::object{{"revocations", base::json_list(*bulks)}, {"stuck_keys", base::json_list(*stuck)}});
        return 0;
    }
    for (const BulkRevocation& bulk : *bulks) {
        print_line(bulk.id + "  " + base::to_rfc3339(bulk.created_at) + "  " + std::string(to_text(bulk.state)) +
                   (bulk.stopped_at ? " (stopped)" : "") + "  " + std::to_string(bulk.total - bulk.remaining) + " of " +
                   std::to_string(bulk.total) + (bulk.stuck > 0 ? ", " + std::to_string(bulk.stuck) + " stuck" : "") +
                   "  " + base::to_printable(bulk.reason));
    }
    if (bulks->empty()) print_line("there has been no bulk revocation yet");
    print_stuck(*stuck);
    return 0;
}

int run_keys_stop(const std::string& bulk_id, Output output) {
    const auto config = load_or_explain(config::Need::revoke);
    if (!config) return 2;
    const auto services = KeyServices::open(*config);
    if (!services) return report(services.error());
    const auto stopped = (*services)->bulk_revoker.stop(bulk_id, {cli_actor(), "cli"});
    if (!stopped) return report(stopped.error());
    if (output == Output::json) {
        print_json(to_json(*stopped));
    } else {
        print_line("stopped: " + base::counted(stopped->total, "key") +
                   " marked by then are ended, the rest stay as they are");
    }
    return 0;
}

}  // namespace llmapikey::cli
