#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>

#include "app/application.hpp"
#include "app/database.hpp"
#include "base/crypto.hpp"
#include "base/system/temporary_folder.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/stop_signal.hpp"
#include "grant/key_name.hpp"
#include "ops/log.hpp"
#include "sandbox/beside_service.hpp"
#include "sandbox/lookalikes.hpp"

namespace llmapikey::cli {
namespace {

constexpr const char* client_id = "Iv1.sandbox0000000000";
constexpr const char* client_secret = "sandbox-client-secret-of-nobody";
constexpr const char* management_key = "sk-or-v1-sandbox-management-key";
constexpr const char* admin_id = "1003";
constexpr base::Millis shutdown_grace{2'000};

std::vector<sandbox::Persona> personas() {
    return {{1001, "ada-newcomer", "has no key yet"},
            {1002, "grace-returning", "has a key and has spent a little today"},
            {1003, "linus-organizer", "is an admin"},
            {1004, "alan-at-the-limit", "has spent today's cap"},
            {1005, "a-login-name-of-thirty-nine-characters1", "has a long name"}};
}

// Sets the variables that the sandbox decides; all others are read from the environment, as for
// `serve`.
config::Lookup sandbox_environment(const config::Lookup& environment, const sandbox::Lookalikes& lookalikes,
                                   const std::string& data_dir) {
    const std::string github = lookalikes.github_url(), api = lookalikes.github_api_url(),
                      openrouter = lookalikes.openrouter_url();
    const std::string session_secret = base::random_token(32), encryption_secret = base::random_token(32);
    return [=](std::string_view name) -> std::optional<std::string> {
        if (name == "GITHUB_OAUTH_CLIENT_ID") return client_id;
        if (name == "GITHUB_OAUTH_CLIENT_SECRET") return client_secret;
        if (name == "GITHUB_URL") return github;
        if (name == "GITHUB_API_URL") return api;
        if (name == "OPENROUTER_URL") return openrouter;
        if (name == "OPENROUTER_MANAGEMENT_KEY") return management_key;
        if (name == "OPENROUTER_WORKSPACE_ID" || name == "OPENROUTER_GUARDRAIL_ID" || name == "POSTGRES_URL")
            return std::nullopt;
        if (name == "DATA_DIR") return data_dir;
        auto value = environment(name);
        if (value) return value;
        if (name == "AUTH_SESSION_SECRET") return session_secret;
        if (name == "KEY_ENCRYPTION_SECRET") return encryption_secret;
        if (name == "PROVISIONING_ENABLED") return "true";
        if (name == "ADMIN_GITHUB_USER_IDS") return admin_id;
        if (name == "SPENDING_POLL_SECONDS") return "15";
        if (name == "RECONCILE_SECONDS") return "10";
        return std::nullopt;
    };
}

base::Result<void> seed_one(KeyStore& store, sandbox::OpenRouterLookalike& openrouter, const config::Config& config,
                            const Recipient& recipient, int percent_spent) {
    const auto now = base::SystemClock().now();
    const NonceMaker nonces(config.key_encryption_secret);
    ReserveRequest request{
        recipient, base::random_uuid(), nonces.make(recipient.id), config.key_daily_limit, now, now + config.key_expiry,
        0};
    TRY(store.reserve(request));
    const base::MicroUsd spent{config.key_daily_limit.value / 100 * percent_spent};
    const auto key = openrouter.seed_key(upstream_key_name(recipient.id, request.nonce), config.key_daily_limit, spent,
                                         request.expires_at);
    const app::Sealers sealers(config);
    return store.activate({recipient.id, request.grant_id, request.nonce},
                          {key.hash, sealers.keys.seal(key.raw_key, request.grant_id), key_hint(key.raw_key)});
}

base::Result<void> seed(const config::Config& config, sandbox::OpenRouterLookalike& openrouter) {
    {
        const base::SystemClock clock;
        const auto migration = TRY(app::DatabaseMigration::open(config, clock));
        TRY(migration->migrator().up());
    }
    const auto stores = TRY(app::open_stores(config));
    const auto first = seed_one(*stores.keys, openrouter, config, {{1002}, "grace-returning"}, 23);
    return first ? seed_one(*stores.keys, openrouter, config, {{1004}, "alan-at-the-limit"}, 100) : first;
}

std::string describe_json(const sandbox::Lookalikes& lookalikes, const std::string& url, const std::string& data_dir) {
    boost::json::object root;
    if (!url.empty()) root["url"] = url;
    root["github_url"] = lookalikes.github_url();
    root["github_api_url"] = lookalikes.github_api_url();
    root["openrouter_url"] = lookalikes.openrouter_url();
    root["github_client_id"] = client_id;
    root["github_client_secret"] = client_secret;
    root["management_key"] = management_key;
    root["guardrail_id"] = sandbox::OpenRouterLookalike::guardrail_id;
    if (!data_dir.empty()) root["data_dir"] = data_dir;
    return boost::json::serialize(root);
}

// Returns the address that people open. `url` is where the service listens.
std::string address_for_people(const config::Config& config, const std::string& url) {
    if (!config.public_url.empty()) return config.public_url;
    const auto port = url.substr(url.rfind(':'));
    const bool is_everywhere = url.starts_with("http://0.0.0.0:") || url.starts_with("http://[::]:");
    return is_everywhere ? "http://localhost" + port + "  (from other machines by this one's name or address, port " +
                               port.substr(1) + ")"
                         : url;
}

void print_addresses(const sandbox::Lookalikes& lookalikes, const std::string& url, const std::string& shown_url,
                     const std::string& data_dir, Output output) {
    if (output == Output::json) {
        std::puts(describe_json(lookalikes, url, data_dir).c_str());
    } else {
        if (!url.empty()) std::printf("\n  llmapikey sandbox: open  %s\n\n", shown_url.c_str());
        std::printf("  simulated GitHub         %s\n  simulated OpenRouter     %s\n  a guardrail there        %s\n",
                    lookalikes.github_url().c_str(), lookalikes.openrouter_url().c_str(),
                    sandbox::OpenRouterLookalike::guardrail_id);
        if (url.empty()) {
            std::printf(
                "  GITHUB_URL=%s GITHUB_API_URL=%s OPENROUTER_URL=%s\n  GITHUB_OAUTH_CLIENT_ID=%s "
                "GITHUB_OAUTH_CLIENT_SECRET=%s\n  OPENROUTER_MANAGEMENT_KEY=%s\n",
                lookalikes.github_url().c_str(), lookalikes.github_api_url().c_str(),
                lookalikes.openrouter_url().c_str(), client_id, client_secret, management_key);
        }
        std::puts("\n  Press Ctrl+C to stop; the data is thrown away.\n");
    }
    std::fflush(stdout);
}

// Returns whether a browser may run on another machine, where 127.0.0.1 does not reach the
// look-alikes.
bool are_browsers_elsewhere(const config::Config& config, const net::ListenAddress& listen) {
    return (listen.host != "127.0.0.1" && listen.host != "::1") || !config.public_url.empty();
}

void serve_lookalikes_beside(config::Config& config) {
    config.are_github_pages_beside_service = true;
    // Without PUBLIC_URL it is unknown what others call this machine, so programs are shown the
    // address that works on this machine.
    if (config.public_url.empty()) return;
    config.provider.shown_url = config.public_url + std::string(sandbox::BesideService::openrouter_path) + "/api/v1";
}

// Takes the ports after the service's own, so that addresses stay the same from run to run; any
// free ports if these are taken.
sandbox::Lookalikes::Options lookalike_options(const net::ListenAddress& listen, const std::string& public_url,
                                               bool wants_fixed_ports) {
    sandbox::Lookalikes::Options options;
    options.github = {"127.0.0.1", 0};
    options.openrouter = {"127.0.0.1", 0};
    if (wants_fixed_ports && listen.port != 0 && listen.port < 65'000) {
        options.github.port = static_cast<std::uint16_t>(listen.port + 1);
        options.openrouter.port = static_cast<std::uint16_t>(listen.port + 2);
    }
    options.client_id = client_id;
    options.client_secret = client_secret;
    options.management_key = management_key;
    options.registered_callback =
        (public_url.empty() ? "http://127.0.0.1:" + std::to_string(listen.port) : public_url) + "/auth/callback";
    options.personas = personas();
    return options;
}

int fail(const std::string& what) {
    std::fprintf(stderr, "llmapikey: the sandbox cannot start: %s\n", what.c_str());
    return 1;
}

using Started = base::Result<std::unique_ptr<app::Application>>;

Started start_application(const config::Config& config, sandbox::Lookalikes& lookalikes, const base::Clock& clock) {
    app::Application::PutInFront beside;
    if (config.are_github_pages_beside_service) {
        beside = [&lookalikes](net::HttpHandler& site) {
            return std::make_unique<sandbox::BesideService>(site, lookalikes);
        };
    }
    auto application = TRY(app::Application::create(config, app::Setting::sandbox, clock, beside));
    TRY(application->start());
    return application;
}

// If nobody chose an address and the usual port is taken, uses any free port.
Started start_somewhere(config::Config& config, sandbox::Lookalikes& lookalikes, bool is_address_chosen,
                        const base::Clock& clock) {
    auto application = start_application(config, lookalikes, clock);
    if (application || is_address_chosen) return application;
    config.listen = "127.0.0.1:0";
    return start_application(config, lookalikes, clock);
}

}  // namespace

int run_sandbox(bool upstreams_only, Output output) {
    const auto environment = config::environment();
    if (!environment) {
        explain(environment.error());
        return 2;
    }
    const auto listen = net::ListenAddress::parse((*environment)("LISTEN").value_or("127.0.0.1:3000"));
    if (!listen) return fail("LISTEN: " + listen.error().detail);
    // A wrong PUBLIC_URL is reported below with all other problems.
    const std::string public_url =
        config::parse_public_url((*environment)("PUBLIC_URL").value_or("")).value_or(std::string());
    StopSignal stop_signal;
    const base::SystemClock clock;
    auto lookalikes = std::make_unique<sandbox::Lookalikes>(lookalike_options(*listen, public_url, true), clock);
    if (!lookalikes->start()) {
        lookalikes = std::make_unique<sandbox::Lookalikes>(lookalike_options(*listen, public_url, false), clock);
        const auto started = lookalikes->start();
        if (!started) return fail(started.error().detail);
    }
    if (upstreams_only) {
        print_addresses(*lookalikes, "", "", "", output);
        stop_signal.wait();
        lookalikes->stop();
        return 0;
    }
    const base::TemporaryFolder folder;
    if (folder.path().empty())
        return fail("no folder can be made under " + std::filesystem::temp_directory_path().string());
    auto config = config::load(sandbox_environment(*environment, *lookalikes, folder.path()), config::Need::serve);
    if (!config) {
        explain(config.error());
        return 2;
    }
    if (are_browsers_elsewhere(*config, *listen)) serve_lookalikes_beside(*config);
    // Somebody who tries the sandbox does not need a log line for each request, unless LOG_LEVEL
    // asks for it.
    const bool is_level_set = (*environment)("LOG_LEVEL").has_value();
    ops::start_logging(is_level_set ? ops::parse_log_level(config->log_level) : ops::LogLevel::warn,
                       ops::LogFormat::text);
    const auto seeded = seed(*config, lookalikes->openrouter());
    if (!seeded) return fail(seeded.error().detail);
    const bool is_address_chosen = (*environment)("LISTEN").has_value();
    const auto application = start_somewhere(*config, *lookalikes, is_address_chosen, clock);
    if (!application) return fail(application.error().detail);
    const std::string url = "http://" + (*application)->address();
    print_addresses(*lookalikes, url, address_for_people(*config, url), config->data_dir, output);
    stop_signal.wait();
    (*application)->stop(shutdown_grace);
    lookalikes->stop();
    return 0;
}

}  // namespace llmapikey::cli
