#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

// The whole configuration, read once at start. Only this folder reads the environment.
namespace llmapikey::config {

// The addresses that webhooks may have: public ones (world); also loopback and private networks
// (inside); also link-local ones (any).
enum class WebhookTargets { world, inside, any };

// The settings of the provider of keys, whichever it is.
struct ProviderConfig {
    std::string word = "openrouter";  // ProviderTraits::word of the chosen provider
    std::string url;                  // of its API
    std::string shown_url;        // shown on pages instead of `url`; empty: `url` is shown; only the sandbox sets it
    base::Secret management_key;  // empty: nothing can be minted
    std::string workspace_id;     // empty: the management key's default
    std::string guardrail_id;     // empty: any model may be called
};

// What people see of whoever runs the giveaway. An empty name or contact: nothing is said about it.
struct OrganizerConfig {
    std::string name;
    std::string contact;                   // "https://…" or "mailto:…"
    std::string event_name = "llmapikey";  // never empty
};

// The highest values of KEY_EXPIRY_DAYS and MAX_TOTAL_KEYS.
inline constexpr std::int64_t key_expiry_days_max = 3650;
inline constexpr std::int64_t total_keys_max = 1'000'000'000;

struct Config {
    std::string github_oauth_client_id;
    base::Secret github_oauth_client_secret;
    // the second is empty unless a secret is being rotated
    base::Secret auth_session_secret, auth_session_secret_also_accepted;
    std::string data_dir;
    base::Secret postgres_url;  // empty: the embedded database under data_dir
    int postgres_pool_size = 8;
    ProviderConfig provider;
    bool is_provisioning_enabled = false;
    std::int64_t max_total_keys = 500;  // 0: no limit
    base::MicroUsd key_daily_limit;
    std::chrono::days key_expiry{90};
    OrganizerConfig organizer;
    std::set<std::int64_t> admin_github_user_ids;
    // the second is empty unless a secret is being rotated
    base::Secret key_encryption_secret, key_encryption_secret_also_accepted;
    std::string public_url;                    // canonical origin without a trailing slash; empty: from the request
    std::vector<std::string> trusted_proxies;  // addresses and CIDR ranges
    int rate_limit_per_minute = 60;            // 0: off
    int connections_max = 10'000;
    int max_client_connections = 2'500;   // 0: any number
    std::string listen;                   // address:port
    std::chrono::seconds drain{5};        // time of serving while not ready, before the end
    std::chrono::seconds keep_alive{75};  // how long a connection may be idle between requests
    bool does_hsts_include_subdomains = false;
    std::string github_url, github_api_url;
    // Set only by the sandbox, when browsers may run on other machines than the look-alikes.
    bool are_github_pages_beside_service = false;
    // Set only by the sandbox, which deletes data_dir at its end.
    bool is_data_thrown_away = false;
    std::chrono::seconds upstream_timeout{15};
    std::chrono::seconds spending_poll{300};   // pause between two readings of spending upstream; 0: never
    std::chrono::seconds reconcile_every{30};  // pause between two reconciliations; 0: never
    int mint_concurrency = 16;                 // concurrent mints of this process
    bool are_core_dumps_enabled = false;
    std::optional<base::MicroUsd> spend_alarm;  // for one day; nullopt: no alarm
    WebhookTargets webhook_targets = WebhookTargets::inside;
    std::string log_level;  // "debug", "info", "warn", "error"
};

// The variables that a command needs.
enum class Need {
    serve,     // all required variables
    database,  // migrate: only DATA_DIR or POSTGRES_URL
    settings,  // the database, and what organizers may change
    revoke,    // the database and the provider's management key
    mint,      // like revoke, and the secret that seals raw keys and names upstream keys
};

struct Variable {
    std::string_view name;
    std::string_view default_text;  // as shown in the help; empty: none
    std::string_view meaning;
    bool is_secret = false;
    std::string_view advice;  // how to get a good value; empty: nothing to add
};
// Returns every variable, in the order of the help.
std::span<const Variable> variables();

struct Problem {
    std::string variable;
    std::string message;  // what is wrong and what to do; never holds a secret's value
    bool is_missing = false;
};

// Returns the value of a variable; nullopt if it is unset.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

// Returns a whole configuration or all problems; a problem is never replaced by a default.
tl::expected<Config, std::vector<Problem>> load(const Lookup& lookup, Need need);

// Returns `lookup` extended by secrets from files: the file that NAME_FILE names, or the file NAME
// of CREDENTIALS_DIRECTORY (systemd's LoadCredential=, systemd.exec(5)). A line break at the end of
// the file is dropped. The files are read now. Problems: NAME is set too; a file cannot be read, is
// empty, is not text or is longer than 16 KiB.
tl::expected<Lookup, std::vector<Problem>> with_secret_files(Lookup lookup);

// The environment, and after it the `.env` file of the working directory if there is one.
struct Environment {
    Lookup lookup;                   // without secrets from files
    std::vector<Problem> unread;     // unknown names that were most likely meant for this program; not fatal
    std::vector<std::string> names;  // all names that are set
};
// Reads the environment. Problems: a line of the file is not an assignment, or the file cannot be
// read (config/plain_file.hpp).
tl::expected<Environment, std::vector<Problem>> read_environment(const std::string& dotenv_path = ".env");
// Reads the environment with secrets from files. Problems: also those of with_secret_files().
tl::expected<Lookup, std::vector<Problem>> environment(const std::string& dotenv_path = ".env");

// Parses NAME=value lines. Quotes, `export `, comments and blank lines work as in shells; a comment
// begins at a # with a blank before it. Nothing is expanded: "${X}" stays. The error names the line
// and what to do.
base::Result<std::vector<std::pair<std::string, std::string>>> parse_dotenv(std::string_view text);

// Returns the origin that people open as browsers write it: in lower case, without the scheme's
// default port. invalid_input: a path, an invalid port or host, a host that ends with a dot, or a
// placeholder of documents. example.org, which our documents use, is accepted.
base::Result<std::string> parse_public_url(std::string_view text);

// Texts about the organizer that every page shows. Each returns the text as pages use it; an empty
// text stays empty. invalid_input, with a message that goes on after the name: as
// check_visible_line() (base/code_points.hpp).
base::Result<std::string> parse_organizer_name(std::string_view text);
base::Result<std::string> parse_event_name(std::string_view text);
// Accepts an https: URL, a mailto: URL with one address, or an e-mail address, which becomes a
// mailto: URL. Returns the target of a link.
base::Result<std::string> parse_organizer_contact(std::string_view text);

// Returns a problem for each name that is not a variable of this program. In `.env` every unknown
// name is a problem. The environment belongs to other programs too, so there a name must be similar
// to one of ours, or have a prefix that only ours have.
std::vector<Problem> unread_in_file(const std::vector<std::string>& names);
std::vector<Problem> unread_in_environment(const std::vector<std::string>& names);
std::vector<std::string> names_in_environment();
// Extends the problems of missing variables: each names a variable that is set and was probably
// meant, such as GITHUB_CLIENTID for GITHUB_OAUTH_CLIENT_ID. `names`: all names that are set.
std::vector<Problem> with_names_meant(std::vector<Problem> problems, const std::vector<std::string>& names);

// Removes the UTF-8 byte order mark that some editors write. invalid_input: the text is UTF-16,
// with or without a mark, or holds NUL bytes.
base::Result<std::string> without_byte_order_mark(std::string text);

// Parses an http(s) URL with a host, and without user, query or fragment. Returns it without
// trailing slashes.
base::Result<std::string> parse_base_url(std::string_view text);

}  // namespace llmapikey::config
