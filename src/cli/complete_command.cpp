#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>

#include "app/database.hpp"
#include "base/encoding.hpp"
#include "cli/completion.hpp"
#include "identity/login.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t candidates_max = 200;
constexpr int rows_per_look = 1000;
constexpr unsigned time_max_s = 1;
constexpr base::Millis reading_max{700};  // what was found by then is offered

// Ways to name a key.
struct Typed {
    std::string login;     // what a login begins with
    std::string at;        // "@" if that was typed
    bool is_id = false;    // the first digits of an account's id
    bool is_uuid = false;  // the beginning of a key's id
};

Typed typed_as(const std::string& text) {
    const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0 || c == '-'; };
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    Typed typed{text, ""};
    if (text.starts_with('@')) return {text.substr(1), "@"};
    typed.is_id = !text.empty() && std::ranges::all_of(text, is_digit);
    typed.is_uuid = !text.empty() && std::ranges::all_of(text, is_hex);
    return typed;
}

// Commands do not find a login with one of these, nor one that is a number.
bool can_be_named(const std::string& login) {
    return login.find_first_of(" /") == std::string::npos && !base::parse_whole_number(login) &&
           !login.starts_with('-') && !login.starts_with('@') && !login.starts_with(':');
}

bool begins(const std::string& login, const std::string& typed) {
    return login.size() >= typed.size() && base::equal_ignoring_case(login.substr(0, typed.size()), typed);
}

// Adds what of a key begins as was typed.
void add_names(const Grant& grant, const std::string& text, const Typed& typed, ValueKind kind,
               std::set<std::string>& seen, std::vector<Candidate>& found) {
    const std::string account = grant.github_user_id.text();
    const std::string who = base::to_printable(grant.github_username, 39);
    const std::string about = std::string(to_text(grant.status)) + ", account " + account;
    const auto add = [&](const std::string& value, const std::string& meaning) {
        if (found.size() < candidates_max && seen.insert(value).second) found.push_back({value, meaning});
    };
    if (begins(grant.github_username, typed.login)) {
        const bool is_named = can_be_named(grant.github_username);
        if (is_named) add(typed.at + grant.github_username, about);
        if (!is_named && text.empty() && kind == ValueKind::keys) add(account, who);
    }
    if (kind != ValueKind::keys) return;
    if (typed.is_id && account.starts_with(text)) add(account, who);
    if (typed.is_uuid && grant.id.starts_with(text)) add(grant.id, who);
}

std::vector<Candidate> keys_of(app::Stores& stores, ValueKind kind, const std::string& text) {
    const Typed typed = typed_as(text);
    const base::Deadline deadline = base::Deadline::after(reading_max);
    std::vector<Candidate> found;
    std::set<std::string> seen;
    GrantQuery query;
    query.limit = rows_per_look;
    // The search finds logins that contain a text, and whole ids only.
    if (!typed.is_id && !typed.is_uuid) query.search = typed.login;
    do {
        const auto page = stores.admin->list(query);
        if (!page) return {};
        for (const Grant& grant : page->grants)
            add_names(grant, text, typed, kind, seen, found);
        query.cursor = page->next_cursor;
    } while (!query.cursor.empty() && found.size() < candidates_max && !deadline.has_passed());
    return found;
}

std::vector<Candidate> revocations_of(app::Stores& stores, const std::string& typed) {
    const auto open = stores.bulks->list_open(static_cast<int>(candidates_max));
    std::vector<Candidate> found;
    if (!open) return found;
    for (const BulkRevocation& bulk : *open)
        if (bulk.state == BulkState::selecting && !bulk.stopped_at && bulk.id.starts_with(typed))
            found.push_back({bulk.id, base::to_printable(bulk.reason, 60)});
    return found;
}

// Opening an embedded database that does not exist would make it.
bool exists(const config::Config& config) {
    std::error_code ec;
    return !config.postgres_url.empty() || std::filesystem::exists(app::describe_database(config), ec);
}

std::vector<Candidate> read_stored(ValueKind kind, const std::string& typed) {
    const auto lookup = config::environment();
    if (!lookup) return {};
    const auto config = config::load(*lookup, config::Need::database);
    if (!config || !exists(*config)) return {};
    auto stores = app::open_stores(*config);
    if (!stores) return {};
    return kind == ValueKind::revocations ? revocations_of(*stores, typed) : keys_of(*stores, kind, typed);
}

void give_up(int) {
    _exit(0);
}

}  // namespace

int run_complete(const CLI::App& app, const OptionValues& values, std::vector<std::string> words) {
    const auto shell = words.empty() ? std::nullopt : shell_named(words.front());
    if (!shell) return 0;
    words.erase(words.begin());
    // Whoever types reads no problem of the configuration now.
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    std::signal(SIGALRM, give_up);
    alarm(time_max_s);  // a database that hangs
    const std::string text = completion_text(complete(app, values, *shell, std::move(words), read_stored), *shell);
    alarm(0);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    return 0;
}

}  // namespace llmapikey::cli
