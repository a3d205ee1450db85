#include "config/config.hpp"

namespace llmapikey::config {
namespace {

constexpr std::string_view secret_advice = "make one with: openssl rand -base64 32";

constexpr Variable all[] = {
    {"GITHUB_OAUTH_CLIENT_ID", "", "client id of your GitHub OAuth App", false,
     "create the app at GitHub under Settings, Developer settings, OAuth Apps; callback URL: "
     "<PUBLIC_URL>/auth/callback"},
    {"GITHUB_OAUTH_CLIENT_SECRET", "", "client secret of the same app", true,
     "generate it on the app's page at GitHub"},
    {"AUTH_SESSION_SECRET", "", "secret that signs sessions; at least 32 bytes", true, secret_advice},
    {"KEY_ENCRYPTION_SECRET", "",
     "secret that seals raw keys in the database; at least 32 bytes; keep a copy: without it stored keys cannot be "
     "read",
     true, secret_advice},
    {"AUTH_SESSION_SECRET_ALSO_ACCEPTED", "none",
     "the previous or the next AUTH_SESSION_SECRET during a rotation: sessions that it signed are accepted, too", true,
     secret_advice},
    {"KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED", "none",
     "the previous or the next KEY_ENCRYPTION_SECRET during a rotation: what it sealed can be read, too", true,
     secret_advice},
    {"OPENROUTER_MANAGEMENT_KEY", "",
     "OpenRouter management (provisioning) key; required while PROVISIONING_ENABLED is true", true,
     "create one at https://openrouter.ai/settings/management-keys"},
    {"OPENROUTER_WORKSPACE_ID", "the key's default", "workspace (UUID) in which keys are minted", false, ""},
    {"OPENROUTER_GUARDRAIL_ID", "none: any model may be called",
     "guardrail (UUID) in the keys' workspace; each new key is put under it before anybody gets the key", false,
     "create one at OpenRouter under Settings, Guardrails"},
    {"PROVISIONING_ENABLED", "false", "keys are minted only if this is exactly true", false, "set it to true or false"},
    {"MAX_TOTAL_KEYS", "500", "how many live keys there may be; 0: no limit", false, ""},
    {"KEY_DAILY_LIMIT_USD", "10", "cap of each key in US dollars a day", false, ""},
    {"KEY_EXPIRY_DAYS", "90", "lifetime of a key in days, 1 to 3650", false, ""},
    {"ORGANIZER_NAME", "not shown", "who pays for the keys, as people see it; at most 80 characters", false, ""},
    {"ORGANIZER_CONTACT", "not shown",
     "whom people ask: an https: address, a mailto: address or an e-mail address; at most 200 characters", false, ""},
    {"EVENT_NAME", "llmapikey", "what pages call the service, such as the name of the event; at most 60 characters",
     false, ""},
    {"ADMIN_GITHUB_USER_IDS", "", "numeric GitHub ids of admins, separated by commas", false,
     "a login's id is the number `id` in GitHub's public user API"},
    {"PUBLIC_URL", "from the request", "origin that people open, such as https://keys.example.org", false, ""},
    {"TRUSTED_PROXIES", "",
     "addresses or CIDR ranges of reverse proxies, separated by commas; X-Forwarded-* headers count only if they come "
     "from these",
     false, ""},
    {"RATE_LIMIT_PER_MINUTE", "60",
     "how many state-changing and sign-in requests one client address may send in a minute; 0: no limit", false, ""},
    {"MAX_CONNECTIONS", "10000",
     "how many connections may be open at once, 16 to 1000000; at the limit, a new connection replaces one that has "
     "sent no complete request",
     false, ""},
    {"MAX_CONNECTIONS_PER_CLIENT", "2500",
     "how many connections one client address (IPv6: one /64) may have open at once, except TRUSTED_PROXIES; 0: no "
     "limit",
     false, ""},
    {"LISTEN", "127.0.0.1:3000", "address:port to listen on", false, ""},
    {"DRAIN_SECONDS", "5",
     "how long the service still serves after SIGTERM or SIGHUP while /readyz reports that it is not ready, 0 to 300; "
     "half a second if nobody asks /readyz",
     false, ""},
    {"KEEP_ALIVE_SECONDS", "75",
     "how long a connection may be idle between requests, 1 to 3600; set it longer than the proxy or balancer in front "
     "keeps idle connections, or the proxy may use a connection that has just been closed",
     false, ""},
    {"HSTS_INCLUDE_SUBDOMAINS", "false",
     "whether browsers that came by HTTPS are told to use HTTPS for all subdomains, too: true or false", false, ""},
    {"DATA_DIR", "./data", "folder of the embedded database", false, ""},
    {"POSTGRES_URL", "the embedded database",
     "PostgreSQL database, such as postgresql://user:password@host:5432/name; several hosts, poolers and TLS work as "
     "in libpq",
     true, "it should look like postgresql://user:password@host:5432/name"},
    {"POSTGRES_POOL_SIZE", "8", "how many connections to PostgreSQL each process may open, 1 to 200", false, ""},
    {"GITHUB_URL", "https://github.com", "GitHub's web address (GitHub Enterprise Server)", false, ""},
    {"GITHUB_API_URL", "https://api.github.com", "GitHub's API address", false, ""},
    {"OPENROUTER_URL", "https://openrouter.ai/api/v1", "OpenRouter's API address", false, ""},
    {"UPSTREAM_TIMEOUT_SECONDS", "15",
     "how long one call to GitHub or OpenRouter may take, 1 to 120; an ambiguous outcome is settled after twice as "
     "long",
     false, ""},
    {"RECONCILE_SECONDS", "30",
     "how often the service compares all keys at OpenRouter with the database and mends what differs, 5 to 3600; less "
     "often if reading the keys takes long; 0: never",
     false, ""},
    {"MINT_CONCURRENCY", "16", "how many keys each process mints at once, 1 to 64; everybody else waits in a queue",
     false, ""},
    {"SPENDING_POLL_SECONDS", "300",
     "how often the service reads the spending of all keys and the credits from OpenRouter, for the console; 0: never",
     false, ""},
    {"SPEND_ALARM_USD", "off",
     "webhooks report when all keys together have spent more than this in a day, in US dollars", false, ""},
    {"WEBHOOK_TARGETS", "private",
     "where webhooks may be sent. public: only to public addresses; private: also to this machine and private "
     "networks; any: also to link-local addresses, where clouds keep credentials",
     false, "set it to public, private or any"},
    {"CORE_DUMPS_ENABLED", "false",
     "whether a crash leaves a core dump, which contains all secrets, and debuggers of the same user may attach: true "
     "or false",
     false, ""},
    {"LOG_LEVEL", "info", "how much is logged: debug, info, warn or error", false, ""},
};

}  // namespace

std::span<const Variable> variables() {
    return all;
}

}  // namespace llmapikey::config
