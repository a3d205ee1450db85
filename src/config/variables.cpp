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
    {"AUTH_SESSION_SECRET", "", "signs sessions; 32 bytes or more", true, secret_advice},
    {"KEY_ENCRYPTION_SECRET", "",
     "seals raw keys in the database; 32 bytes or more; keep a copy, without it stored keys cannot be read", true,
     secret_advice},
    {"AUTH_SESSION_SECRET_ALSO_ACCEPTED", "none",
     "the previous or the next AUTH_SESSION_SECRET during a rotation; sessions signed with it are accepted too", true,
     secret_advice},
    {"KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED", "none",
     "the previous or the next KEY_ENCRYPTION_SECRET during a rotation; data sealed with it can be read too", true,
     secret_advice},
    {"OPENROUTER_MANAGEMENT_KEY", "",
     "OpenRouter management (provisioning) key; required while PROVISIONING_ENABLED is true", true,
     "create one at OpenRouter under Settings, Management keys"},
    {"OPENROUTER_WORKSPACE_ID", "the key's default", "workspace (UUID) of minted keys", false, ""},
    {"OPENROUTER_GUARDRAIL_ID", "none: any model may be called",
     "guardrail (UUID) in the keys' workspace; each new key is put under it before anybody gets the key", false,
     "create one at OpenRouter under Settings, Guardrails"},
    {"PROVISIONING_ENABLED", "false", "keys are minted only if the value is exactly true", false,
     "set it to true or false"},
    {"MAX_TOTAL_KEYS", "500", "maximum of live keys; 0: no limit", false, ""},
    {"KEY_DAILY_LIMIT_USD", "10", "cap of each key in US dollars a day", false, ""},
    {"KEY_EXPIRY_DAYS", "90", "lifetime of a key in days, 1 to 3650", false, ""},
    {"ADMIN_GITHUB_USER_IDS", "", "numeric GitHub ids of admins, separated by commas", false,
     "a login's id is the number `id` in GitHub's public user API"},
    {"PUBLIC_URL", "from the request", "canonical origin, such as https://keys.example.org", false, ""},
    {"TRUSTED_PROXIES", "",
     "addresses or CIDR ranges of reverse proxies whose X-Forwarded-* headers count, separated by commas", false, ""},
    {"RATE_LIMIT_PER_MINUTE", "60", "state-changing and sign-in requests per client address; 0: off", false, ""},
    {"MAX_CONNECTIONS", "10000",
     "connections at once, 16 to 1000000; one more closes a connection that waits for a request", false, ""},
    {"MAX_CONNECTIONS_PER_CLIENT", "2500",
     "connections at once of one client address (IPv6: of one /64), except TRUSTED_PROXIES; 0: any number", false, ""},
    {"LISTEN", "127.0.0.1:3000", "address:port to listen on", false, ""},
    {"DRAIN_SECONDS", "5",
     "how long to serve on after SIGTERM or SIGHUP while /readyz says no, 0 to 300; half a second if nobody polls "
     "/readyz",
     false, ""},
    {"KEEP_ALIVE_SECONDS", "75",
     "how long a connection may be idle between requests, 1 to 3600; set it longer than in the proxy or balancer in "
     "front, or that sends requests into connections that were just closed",
     false, ""},
    {"HSTS_INCLUDE_SUBDOMAINS", "false",
     "true tells browsers that came by HTTPS to use HTTPS for all hosts below this one too; true or false", false, ""},
    {"DATA_DIR", "./data", "folder of the embedded database", false, ""},
    {"POSTGRES_URL", "the embedded database",
     "PostgreSQL database, such as postgresql://user:password@host:5432/name; several hosts, poolers and TLS as in "
     "libpq",
     true, "it should look like postgresql://user:password@host:5432/name"},
    {"POSTGRES_POOL_SIZE", "8", "maximum of connections to PostgreSQL of each process, 1 to 200", false, ""},
    {"GITHUB_URL", "https://github.com", "GitHub's web address (GitHub Enterprise Server)", false, ""},
    {"GITHUB_API_URL", "https://api.github.com", "GitHub's API address", false, ""},
    {"OPENROUTER_URL", "https://openrouter.ai/api/v1", "OpenRouter's API address", false, ""},
    {"UPSTREAM_TIMEOUT_SECONDS", "15",
     "deadline of one call to GitHub or OpenRouter, 1 to 120; an unknown outcome is settled after twice as long", false,
     ""},
    {"RECONCILE_SECONDS", "30",
     "how often all keys at OpenRouter are compared with the database and differences are mended, 5 to 3600; 0: never; "
     "less often if reading the keys takes long",
     false, ""},
    {"MINT_CONCURRENCY", "16", "keys that each process mints at once, 1 to 64; more requests wait in a queue", false,
     ""},
    {"SPENDING_POLL_SECONDS", "300",
     "how often the spending of all keys and the credits are read from OpenRouter, for the console; 0: never", false,
     ""},
    {"SPEND_ALARM_USD", "off", "spending of all keys in a day, in US dollars, at which webhooks are notified", false,
     ""},
    {"WEBHOOK_TARGETS", "private",
     "addresses that webhooks may have: public; private: also this machine and private networks; any: also link-local "
     "ones, where clouds keep credentials",
     false, "set it to public, private or any"},
    {"CORE_DUMPS_ENABLED", "false",
     "true leaves a core dump, with all secrets in it, if the process crashes, and lets debuggers of the same user in; "
     "true or false",
     false, ""},
    {"LOG_LEVEL", "info", "debug, info, warn or error", false, ""},
};

}  // namespace

std::span<const Variable> variables() {
    return all;
}

}  // namespace llmapikey::config
