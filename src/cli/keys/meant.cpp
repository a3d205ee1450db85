#include "cli/keys/meant.hpp"

#include <set>

#include "app/upstreams.hpp"
#include "base/encoding.hpp"
#include "identity/login.hpp"

namespace llmapikey::cli {
namespace {

constexpr int rows_per_look = 1000;
constexpr base::Millis lookup_max{5'000};

using Accounts = std::set<GithubUserId>;

// Returns the accounts that have this login, or had it when they last signed in.
base::Result<Accounts> accounts_of(const std::string& login, app::Stores& stores) {
    Accounts accounts;
    GrantQuery query;
    query.search = login;
    query.limit = rows_per_look;
    do {
        const auto page = TRY(stores.admin->list(query));
        for (const Grant& grant : page.grants)
            if (base::equal_ignoring_case(grant.github_username, login)) accounts.insert(grant.github_user_id);
        query.cursor = page.next_cursor;
    } while (!query.cursor.empty());
    return accounts;
}

tl::unexpected<base::Error> ambiguous(const std::string& login, const Accounts& accounts) {
    std::string ids;
    for (const GithubUserId id : accounts)
        ids += (ids.empty() ? "" : ", ") + id.text();
    return base::fail(base::Errc::conflict, "the login " + base::to_printable(login, 100) +
                                                " stands for several accounts: " + ids +
                                                "; give the number of the one you mean");
}

base::Result<GithubUserId> ask_github(const std::string& login, const config::Config& config) {
    if (!can_be_github_login(login)) {
        return base::fail(base::Errc::not_found, "the database does not know " + base::to_printable(login, 100) +
                                                     ", and it cannot be a login of GitHub; is it spelled right?");
    }
    const auto http = app::make_http_client(config);
    const auto identity = app::make_identity_provider(config, *http);
    const auto recipient = identity->find_account(login, base::Deadline::after(lookup_max));
    if (recipient) return recipient->id;
    const std::string name = base::to_printable(login, 100);
    if (recipient.error().code == base::Errc::not_found) {
        return base::fail(base::Errc::not_found,
                          "neither the database nor GitHub knows the login " + name + "; is it spelled right?");
    }
    return base::fail(recipient.error().code, "the database does not know the login " + name +
                                                  ", and asking GitHub failed: " + recipient.error().detail +
                                                  "; give the account's numeric id");
}

base::Result<GithubUserId> account_with(const std::string& login, app::Stores& stores, const config::Config& config) {
    const auto accounts = TRY(accounts_of(login, stores));
    if (accounts.size() > 1) return ambiguous(login, accounts);
    if (!accounts.empty()) return *accounts.begin();
    return ask_github(login, config);
}

// A signed number is neither an id nor a login.
bool is_signed_number(std::string_view text) {
    return (text.starts_with('-') || text.starts_with('+')) && base::parse_whole_number(text.substr(1));
}

}  // namespace

base::Result<void> refuse_raw_key(std::string_view text) {
    if (!holds_raw_key(text) && bare_key_in(text).empty()) return {};
    return base::fail(base::Errc::invalid_input,
                      "a whole key does not belong on a command line, which the shell and the list of processes "
                      "keep: `llmapikey keys find` reads it from standard input");
}

base::Result<GithubUserId> account_meant_by(const std::string& text, app::Stores& stores,
                                            const config::Config& config) {
    TRY(refuse_raw_key(text));
    if (const auto id = GithubUserId::parse(text)) return *id;
    if (base::is_uuid(text)) {
        const auto grant = TRY(grant_meant_by(text, stores, config));
        return grant.github_user_id;
    }
    const std::string login = text.starts_with('@') ? text.substr(1) : text;
    const bool is_number = !text.starts_with('@') && base::parse_whole_number(text);
    if (!is_login(login) || is_number || is_signed_number(text) || login.find_first_of(" /") != std::string::npos)
        return base::fail(base::Errc::invalid_input, "'" + base::to_printable(text, 60) +
                                                         "' is not a numeric id of a GitHub account, a login or an id "
                                                         "of a key; `llmapikey keys list --search` finds all three");
    return account_with(login, stores, config);
}

base::Result<Grant> grant_meant_by(const std::string& text, app::Stores& stores, const config::Config& config) {
    std::optional<GithubUserId> account;
    if (!base::is_uuid(text)) {
        account = TRY(account_meant_by(text, stores, config));
    }
    const auto grant = TRY(account ? stores.keys->find(Seat{*account}) : stores.admin->find_grant(text));
    if (grant) return *grant;
    const bool is_resolved = account && account->text() != text;
    return base::fail(base::Errc::not_found, "there is no key for " + base::to_printable(text, 100) +
                                                 (is_resolved ? " (account " + account->text() + ")" : ""));
}

}  // namespace llmapikey::cli
