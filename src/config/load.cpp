#include <algorithm>
#include <charconv>
#include <limits>

#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "config/config.hpp"
#include "config/placeholder.hpp"

namespace llmapikey::config {
namespace {

constexpr std::size_t secret_bytes_min = 32;
constexpr double dollars_max = 100'000;

const Variable& variable_named(std::string_view name) {
    const auto all = variables();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Variable& each) { return each.name == name; });
    return *found;  // every name used here is in the table; a test reads them all
}

bool has_reference(std::string_view value) {
    for (std::size_t at = value.find("${"); at != std::string_view::npos; at = value.find("${", at + 2)) {
        const char next = at + 2 < value.size() ? value[at + 2] : ' ';
        const bool is_name = (next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z') || next == '_';
        if (is_name && value.find('}', at) != std::string_view::npos) return true;
    }
    return false;
}

// Returns why the value is probably not what was meant. Some readers keep comments and quotes in
// the value: `docker run --env-file`, and files of secrets.
std::string mistake_in(std::string_view value) {
    value = base::trim(value);
    if (value.starts_with('#')) return "begins with #, as a comment does; put comments on lines of their own";
    if (value.find(" #") != std::string_view::npos || value.find("\t#") != std::string_view::npos)
        return "has a comment (#) behind it; put comments on lines of their own";
    const bool is_quoted =
        value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    if (is_quoted) return "is wrapped in quotes, which would be part of it; leave them out";
    if (has_reference(value))
        return "holds the placeholder ${NAME}, which is not replaced by anything; write the value itself";
    return {};
}

// Data may be sealed with such a secret, so the advice says how to keep it readable.
std::string advice_to_keep(std::string_view name) {
    if (name != "KEY_ENCRYPTION_SECRET") return {};
    return ". If keys are sealed with it as it is, set a new one and name this one in "
           "KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED, which takes it (docs/rotation.md)";
}

// Reads variables one by one and collects the problems.
class Reader {
public:
    explicit Reader(const Lookup& lookup) : lookup_(lookup) {}

    std::string text(std::string_view name) {
        const std::string value = line(name);
        const std::string mistake = mistake_in(value);
        if (!mistake.empty()) {
            complain(name, mistake + advice_to_keep(name));
            return {};
        }
        return std::string(base::trim(value));
    }

    // Returns the untrimmed value, which must be one line of text.
    std::string line(std::string_view name) {
        std::string value = lookup_(name).value_or("");
        const bool has_nul = value.find('\0') != std::string::npos;
        if (value.find_first_of("\r\n") == std::string::npos && !has_nul) return value;
        complain(name, has_nul ? "is no text: it holds NUL bytes" : "has a line break inside");
        return {};
    }

    std::string required(std::string_view name) {
        const std::size_t problems_before = problems_.size();
        std::string value = text(name);
        if (value.empty() && problems_.size() == problems_before) {
            complain(name, "is not set");
            problems_.back().is_missing = true;
        }
        return value;
    }

    // Reads a value that somebody issued or a generator made, and refuses placeholders.
    std::string credential(std::string_view name, bool is_required) {
        std::string value = is_required ? required(name) : text(name);
        const std::string mistake = placeholder_in(value);
        if (mistake.empty()) return value;
        complain(name, mistake + advice_to_keep(name));
        return {};
    }

    // The secret is used byte for byte: blanks at its ends belong to it.
    base::Secret strong_secret(std::string_view name, bool is_required) {
        const bool is_absent = credential(name, is_required).empty();
        return long_enough(name, is_absent ? "" : lookup_(name).value_or(""));
    }

    // Keys may be sealed with this secret already, so a weak or odd one is accepted: otherwise
    // nobody could rotate it.
    base::Secret former_secret(std::string_view name) {
        std::string value = line(name);
        const bool is_absent = base::trim(value).empty();
        return long_enough(name, is_absent ? "" : std::move(value));
    }

    base::Secret long_enough(std::string_view name, std::string value) {
        if (!value.empty() && value.size() < secret_bytes_min) {
            complain(name, "is too short: " + base::counted(static_cast<std::int64_t>(value.size()), "byte") +
                               " where " + std::to_string(secret_bytes_min) + " or more are needed");
        }
        return base::Secret(std::move(value));
    }

    std::string uuid(std::string_view name) {
        std::string value = text(name);
        if (value.empty() || base::is_uuid(value)) return value;
        complain(name, "must be a UUID such as 123e4567-e89b-42d3-a456-426614174000");
        return {};
    }

    std::int64_t whole(std::string_view name, std::int64_t fallback, std::int64_t least, std::int64_t most) {
        const std::string value = text(name);
        if (value.empty()) return fallback;
        const auto number = base::parse_whole_number(value);
        if (number && *number >= least && *number <= most) return *number;
        complain(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                           ", not '" + base::to_printable(value, 40) + "'");
        return fallback;
    }

    base::MicroUsd dollars(std::string_view name, base::MicroUsd fallback) {
        const std::string value = text(name);
        if (value.empty()) return fallback;
        double amount = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), amount, std::chars_format::fixed);
        const bool is_number = error == std::errc() && end == value.data() + value.size();
        if (is_number && amount > 0 && amount <= dollars_max && base::MicroUsd::from_usd(amount).value > 0) {
            return base::MicroUsd::from_usd(amount);
        }
        complain(name, "must be an amount in US dollars above 0 and up to 100000, such as 10 or 2.50, not '" +
                           base::to_printable(value, 40) + "'");
        return fallback;
    }

    bool flag(std::string_view name) {
        const std::string value = lookup_(name).value_or("");  // the exact value: blanks around it are not allowed
        if (value == "true") return true;
        if (!value.empty() && value != "false") {
            complain(name, "must be exactly true or false, not '" + base::to_printable(value, 40) + "'");
        }
        return false;
    }

    std::string base_url(std::string_view name, std::string_view fallback) {
        const std::string value = text(name);
        if (value.empty()) return std::string(fallback);
        auto url = parse_base_url(value);
        if (url) return *url;
        complain(name, url.error().detail);
        return std::string(fallback);
    }

    // Reads a value that `parse` checks.
    template <typename Parse>
    std::string parsed(std::string_view name, Parse parse) {
        const std::string value = text(name);
        if (value.empty()) return {};
        auto result = parse(value);
        if (result) return *result;
        complain(name, result.error().detail);
        return {};
    }

    void complain(std::string_view name, const std::string& what) {
        const std::string_view advice = variable_named(name).advice;
        problems_.push_back({std::string(name), what + (advice.empty() ? "" : "; " + std::string(advice))});
    }

    std::vector<Problem> take_problems() { return std::move(problems_); }

private:
    const Lookup& lookup_;
    std::vector<Problem> problems_;
};

void read_database(Reader& reader, Config& config) {
    config.data_dir = reader.text("DATA_DIR");
    if (config.data_dir.empty()) config.data_dir = "./data";
    const std::string url = reader.text("POSTGRES_URL");
    const bool is_url = url.starts_with("postgresql://") || url.starts_with("postgres://");
    if (!url.empty() && !is_url) reader.complain("POSTGRES_URL", "is not a PostgreSQL URL");
    config.postgres_url = base::Secret(url);
    config.postgres_pool_size = static_cast<int>(reader.whole("POSTGRES_POOL_SIZE", 8, 1, 200));
}

void read_identity(Reader& reader, Config& config) {
    config.github_oauth_client_id = reader.credential("GITHUB_OAUTH_CLIENT_ID", true);
    config.github_oauth_client_secret = base::Secret(reader.credential("GITHUB_OAUTH_CLIENT_SECRET", true));
    config.auth_session_secret = reader.strong_secret("AUTH_SESSION_SECRET", true);
    config.auth_session_secret_also_accepted = reader.strong_secret("AUTH_SESSION_SECRET_ALSO_ACCEPTED", false);
}

void read_minting(Reader& reader, Config& config, Need need) {
    config.is_provisioning_enabled = reader.flag("PROVISIONING_ENABLED");
    const bool is_key_needed =
        (config.is_provisioning_enabled && need != Need::settings) || need == Need::revoke || need == Need::mint;
    config.provider.management_key = base::Secret(reader.credential("OPENROUTER_MANAGEMENT_KEY", is_key_needed));
    config.provider.workspace_id = reader.uuid("OPENROUTER_WORKSPACE_ID");
    config.provider.guardrail_id = reader.uuid("OPENROUTER_GUARDRAIL_ID");
    config.max_total_keys = reader.whole("MAX_TOTAL_KEYS", 500, 0, total_keys_max);
    config.key_daily_limit = reader.dollars("KEY_DAILY_LIMIT_USD", base::MicroUsd{10'000'000});
    config.key_expiry = std::chrono::days{reader.whole("KEY_EXPIRY_DAYS", 90, 1, key_expiry_days_max)};
}

void read_organizer(Reader& reader, OrganizerConfig& organizer) {
    organizer.name = reader.parsed("ORGANIZER_NAME", parse_organizer_name);
    organizer.contact = reader.parsed("ORGANIZER_CONTACT", parse_organizer_contact);
    const std::string event_name = reader.parsed("EVENT_NAME", parse_event_name);
    if (!event_name.empty()) organizer.event_name = event_name;
}

void read_admins(Reader& reader, Config& config) {
    const std::string value = reader.text("ADMIN_GITHUB_USER_IDS");
    if (value.empty()) return;
    for (const std::string_view part : base::split(value, ',')) {
        const std::string_view item = base::trim(part);
        const auto id = base::parse_whole_number(item);
        if (id && *id > 0 && item.front() != '0') {
            config.admin_github_user_ids.insert(*id);
        } else {
            reader.complain("ADMIN_GITHUB_USER_IDS",
                            "'" + base::to_printable(item, 40) + "' is not a numeric GitHub id (logins do not count)");
        }
    }
}

void read_web(Reader& reader, Config& config) {
    config.public_url = reader.parsed("PUBLIC_URL", parse_public_url);
    const std::string proxies = reader.text("TRUSTED_PROXIES");
    for (const std::string_view part : base::split(proxies, ',')) {
        const std::string_view item = base::trim(part);
        if (!item.empty()) config.trusted_proxies.emplace_back(item);
    }
    config.connections_max = static_cast<int>(reader.whole("MAX_CONNECTIONS", 10'000, 16, 1'000'000));
    config.max_client_connections = static_cast<int>(reader.whole("MAX_CONNECTIONS_PER_CLIENT", 2'500, 0, 1'000'000));
    config.rate_limit_per_minute = static_cast<int>(reader.whole("RATE_LIMIT_PER_MINUTE", 60, 0, 1'000'000));
    config.drain = std::chrono::seconds{reader.whole("DRAIN_SECONDS", 5, 0, 300)};
    config.keep_alive = std::chrono::seconds{reader.whole("KEEP_ALIVE_SECONDS", 75, 1, 3'600)};
    config.does_hsts_include_subdomains = reader.flag("HSTS_INCLUDE_SUBDOMAINS");
    config.listen = reader.text("LISTEN");
    if (config.listen.empty()) config.listen = "127.0.0.1:3000";
    config.are_core_dumps_enabled = reader.flag("CORE_DUMPS_ENABLED");
    config.log_level = reader.text("LOG_LEVEL");
    if (config.log_level.empty()) config.log_level = "info";
    const auto levels = {"debug", "info", "warn", "error"};
    if (std::find(levels.begin(), levels.end(), config.log_level) == levels.end()) {
        reader.complain("LOG_LEVEL", "must be debug, info, warn or error");
    }
}

WebhookTargets read_webhook_targets(Reader& reader) {
    const std::string value = reader.text("WEBHOOK_TARGETS");
    if (value == "public") return WebhookTargets::world;
    if (value == "any") return WebhookTargets::any;
    if (!value.empty() && value != "private")
        reader.complain("WEBHOOK_TARGETS", "is none of its values: '" + base::to_printable(value, 40) + "'");
    return WebhookTargets::inside;
}

}  // namespace

tl::expected<Config, std::vector<Problem>> load(const Lookup& lookup, Need need) {
    Reader reader(lookup);
    Config config;
    read_database(reader, config);
    if (need == Need::serve) read_identity(reader, config);
    if (need == Need::mint) {
        // GitHub is asked for a login with these. The command works without them.
        config.github_oauth_client_id = reader.credential("GITHUB_OAUTH_CLIENT_ID", false);
        config.github_oauth_client_secret = base::Secret(reader.credential("GITHUB_OAUTH_CLIENT_SECRET", false));
    }
    config.key_encryption_secret =
        reader.strong_secret("KEY_ENCRYPTION_SECRET", need == Need::serve || need == Need::mint);
    config.key_encryption_secret_also_accepted = reader.former_secret("KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED");
    if (need != Need::database) read_minting(reader, config, need);
    if (need == Need::serve) read_admins(reader, config);
    read_organizer(reader, config.organizer);
    read_web(reader, config);
    config.github_url = reader.base_url("GITHUB_URL", "https://github.com");
    config.github_api_url = reader.base_url("GITHUB_API_URL", "https://api.github.com");
    config.provider.url = reader.base_url("OPENROUTER_URL", "https://openrouter.ai/api/v1");
    config.upstream_timeout = std::chrono::seconds{reader.whole("UPSTREAM_TIMEOUT_SECONDS", 15, 1, 120)};
    config.spending_poll = std::chrono::seconds{reader.whole("SPENDING_POLL_SECONDS", 300, 0, 86'400)};
    const auto reconcile_every = reader.whole("RECONCILE_SECONDS", 30, 0, 3'600);
    if (reconcile_every > 0 && reconcile_every < 5) reader.complain("RECONCILE_SECONDS", "must be 0, or 5 to 3600");
    config.reconcile_every = std::chrono::seconds{reconcile_every};
    config.mint_concurrency = static_cast<int>(reader.whole("MINT_CONCURRENCY", 16, 1, 64));
    if (!reader.text("SPEND_ALARM_USD").empty()) config.spend_alarm = reader.dollars("SPEND_ALARM_USD", {});
    config.webhook_targets = read_webhook_targets(reader);
    std::vector<Problem> problems = reader.take_problems();
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return config;
}

base::Result<std::string> parse_base_url(std::string_view text) {
    const bool is_https = text.starts_with("https://");
    if (!is_https && !text.starts_with("http://")) {
        return base::fail(base::Errc::invalid_input, "must begin with https:// or http://");
    }
    for (const char c : text) {
        if (c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '\x7f') {
            return base::fail(base::Errc::invalid_input, "has a character that no URL may have");
        }
    }
    if (text.find_first_of("?#@") != std::string_view::npos) {
        return base::fail(base::Errc::invalid_input, "must have no user, query or fragment");
    }
    while (text.ends_with('/'))
        text.remove_suffix(1);
    const std::string_view rest = text.substr(std::min(text.size(), std::size_t{is_https ? 8u : 7u}));
    const std::string_view host = rest.substr(0, rest.find('/'));
    if (host.empty() || host.front() == ':') return base::fail(base::Errc::invalid_input, "has no host");
    return std::string(text);
}

}  // namespace llmapikey::config
