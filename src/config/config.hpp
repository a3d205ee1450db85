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

// Everything that can be configured, read once at start. The only place that looks at the
// environment.
namespace llmapikey::config {

// Which addresses webhooks are sent to: public ones; also loopback and private networks; also
// link-local ones.
enum class WebhookTargets { world, inside, any };

// The provider of keys, whichever it is.
struct ProviderConfig {
    std::string word = "openrouter";  // ProviderTraits::word of the one that is meant
    std::string url;                  // of its API
    std::string shown_url;            // what pages show in place of it; empty: that. Of the sandbox alone
    base::Secret management_key;      // empty: nothing can be minted
    std::string workspace_id;         // empty: the key's default
    std::string guardrail_id;         // empty: any model may be called
};

struct Config {
    std::string github_oauth_client_id;
    base::Secret github_oauth_client_secret;
    base::Secret auth_session_secret, auth_session_secret_also_accepted;  // the second: empty unless one is changed
    std::string data_dir;
    base::Secret postgres_url;  // empty: the embedded database under data_dir
    int postgres_pool_size = 8;
    ProviderConfig provider;
    bool is_provisioning_enabled = false;
    std::int64_t max_total_keys = 500;  // 0: no limit
    base::MicroUsd key_daily_limit;
    std::chrono::days key_expiry{90};
    std::set<std::int64_t> admin_github_user_ids;
    base::Secret key_encryption_secret, key_encryption_secret_also_accepted;  // likewise
    std::string public_url;                    // canonical origin without a trailing slash; empty: from the request
    std::vector<std::string> trusted_proxies;  // addresses and CIDR ranges
    int rate_limit_per_minute = 60;            // 0: off
    int connections_max = 10'000;
    int max_client_connections = 2'500;   // 0: any number
    std::string listen;                   // address:port
    std::chrono::seconds drain{5};        // not ready but serving, before the end
    std::chrono::seconds keep_alive{75};  // how long a connection may be idle between requests
    bool does_hsts_include_subdomains = false;
    std::string github_url, github_api_url;
    // Of the sandbox alone, where browsers may be on other machines than the look-alikes.
    bool are_github_pages_beside_service = false;
    std::chrono::seconds upstream_timeout{15};
    std::chrono::seconds spending_poll{300};   // how often spending is read upstream; 0: never
    std::chrono::seconds reconcile_every{30};  // how often upstream's keys are compared with ours; 0: never
    int mint_concurrency = 16;                 // mints at once, of this process
    bool are_core_dumps_enabled = false;
    std::optional<base::MicroUsd> spend_alarm;  // of a day; nullopt: no alarm
    WebhookTargets webhook_targets = WebhookTargets::inside;
    std::string log_level;  // "debug", "info", "warn", "error"
};

// What a command needs beyond what it can do without.
enum class Need {
    serve,     // everything that is required
    database,  // migrate: DATA_DIR or POSTGRES_URL only
    revoke,    // the database and the upstream key
    mint,      // as revoke, and the secret that seals raw keys and names upstream keys
};

struct Variable {
    std::string_view name;
    std::string_view default_text;  // as shown in the help; empty: none
    std::string_view meaning;
    bool is_secret = false;
    std::string_view advice;  // how to get a good value; empty: nothing to add
};
// Every variable, in the order of the help.
std::span<const Variable> variables();

struct Problem {
    std::string variable;
    std::string message;  // what is wrong and what to do; never holds a secret's value
    bool is_missing = false;
};

// Name to value; nullopt if unset.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

// Either a whole configuration or all that is wrong with it, never a silent default.
tl::expected<Config, std::vector<Problem>> load(const Lookup& lookup, Need need);

// As `lookup`, but a secret may stand in a file that NAME_FILE names, or in the file NAME of
// CREDENTIALS_DIRECTORY (systemd's LoadCredential=, systemd.exec(5)), with or without a line break
// at its end. Reads the files now. Problems: NAME is set too; a file that cannot be read, is empty,
// no text or longer than 16 KiB.
tl::expected<Lookup, std::vector<Problem>> with_secret_files(Lookup lookup);

// The environment, and behind it the `.env` file of the working directory if there is one.
struct Environment {
    Lookup lookup;                   // without secrets from files
    std::vector<Problem> unread;     // names that nobody reads and that were most likely meant for us; not fatal
    std::vector<std::string> names;  // all that are set
};
// Problems: a line of the file that is no assignment; a file that cannot be read
// (config/plain_file.hpp).
tl::expected<Environment, std::vector<Problem>> read_environment(const std::string& dotenv_path = ".env");
// Likewise, with secrets from files. Problems: also those of with_secret_files().
tl::expected<Lookup, std::vector<Problem>> environment(const std::string& dotenv_path = ".env");

// NAME=value lines; quotes, `export `, comments and blank lines as in shells: a comment begins at a
// # with a blank before it. No expansion: "${X}" stays what it is. Fails with the line's number and
// what to do.
base::Result<std::vector<std::pair<std::string, std::string>>> parse_dotenv(std::string_view text);

// The origin that people open, as browsers write it: in lower case, without the scheme's default
// port. Refuses a path, a port that is none, a host that ends with a dot, and what stands in
// documents for a name to be filled in. example.org, which our documents use, is taken.
base::Result<std::string> parse_public_url(std::string_view text);

// Which of the names are no variable of ours. In `.env` all of them; in an environment, which
// belongs to other programs too, only those that are nearly one of ours or begin as no other's
// does.
std::vector<Problem> unread_in_file(const std::vector<std::string>& names);
std::vector<Problem> unread_in_environment(const std::vector<std::string>& names);
std::vector<std::string> names_in_environment();
// The problems, of which those of missing variables name the one that is set in its place:
// GITHUB_CLIENTID for GITHUB_OAUTH_CLIENT_ID. `names`: all that are set.
std::vector<Problem> with_names_meant(std::vector<Problem> problems, const std::vector<std::string>& names);

// Editors put a mark at the beginning of a file that is no part of its text. invalid_input: UTF-16,
// with its mark or without, or NUL bytes.
base::Result<std::string> without_byte_order_mark(std::string text);

// http(s) URL with a host and without query or fragment; without its trailing slashes.
base::Result<std::string> parse_base_url(std::string_view text);

}  // namespace llmapikey::config
