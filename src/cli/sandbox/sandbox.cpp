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
#include "cli/progress.hpp"
#include "cli/sandbox/history.hpp"
#include "cli/sandbox/people.hpp"
#include "cli/stop_signal.hpp"
#include "ops/log.hpp"
#include "sandbox/beside_service.hpp"
#include "sandbox/lookalikes.hpp"

namespace llmapikey::cli {
namespace {

constexpr const char* client_id = "Iv1.sandbox0000000000";
constexpr const char* client_secret = "sandbox-client-secret-of-nobody";
constexpr const char* management_key = "sk-or-v1-sandbox-management-key";
constexpr std::string_view advice =
    "To see that new keys are paused, or that all seats are taken, sign in as linus-organizer, open the console and "
    "change it under Settings.";
constexpr base::Millis shutdown_grace{2'000};

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
        if (name == "ADMIN_GITHUB_USER_IDS") return std::to_string(organizer_id);
        if (name == "SPENDING_POLL_SECONDS") return "15";
        if (name == "RECONCILE_SECONDS") return "10";
        return std::nullopt;
    };
}

// Makes the database, and lets its history happen.
base::Result<void> make_history(const config::Config& config, sandbox::OpenRouterLookalike& provider,
                                sandbox::SkewedClock& clock, Progress::Printing printing) {
    {
        const base::SystemClock now;
        const auto migration = TRY(app::DatabaseMigration::open(config, now));
        TRY(migration->migrator().up());
    }
    Progress progress(printing);
    return live_through_thirty_days(config, provider, clock, progress);
}

bool is_everywhere(const std::string& url) {
    return url.starts_with("http://0.0.0.0:") || url.starts_with("http://[::]:");
}

std::string organizer_address(const std::string& url) {
    return url + std::string(sandbox::BesideService::organizer_path);
}

std::string describe_json(const sandbox::Lookalikes& lookalikes, const std::string& url, const std::string& data_dir) {
    boost::json::object root;
    if (!url.empty()) root["url"] = url;
    if (!url.empty()) root["organizer_url"] = organizer_address(url);
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
    return is_everywhere(url) ? "http://localhost" + url.substr(url.rfind(':')) : url;
}

void print_addresses(const sandbox::Lookalikes& lookalikes, const std::string& url, const std::string& shown_url,
                     const std::string& data_dir, Output output) {
    if (output == Output::json) {
        std::puts(describe_json(lookalikes, url, data_dir).c_str());
    } else {
        if (!url.empty()) {
            std::printf("\n  llmapikey sandbox\n\n  as a recipient           %s\n  as the organizer         %s\n",
                        shown_url.c_str(), organizer_address(shown_url).c_str());
            if (is_everywhere(url))
                std::printf("  from other machines      by this one's name or address, port %s\n",
                            url.substr(url.rfind(':') + 1).c_str());
            std::puts("");
        }
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
                                               bool wants_fixed_ports, bool has_history) {
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
    options.personas = has_history ? personas_with_history() : personas_without_history();
    options.advice = has_history ? advice : "";
    return options;
}

// Somebody who tries the sandbox needs no log line for each request, nor for each call that fails
// because a persona waits, unless LOG_LEVEL asks for them.
void start_logging(const config::Config& config, bool is_level_set, bool has_history) {
    const auto usual = has_history ? ops::LogLevel::error : ops::LogLevel::warn;
    ops::start_logging(is_level_set ? ops::parse_log_level(config.log_level) : usual, ops::LogFormat::text);
}

int fail(const std::string& what) {
    std::fprintf(stderr, "llmapikey: the sandbox cannot start: %s\n", what.c_str());
    return 1;
}

using Started = base::Result<std::unique_ptr<app::Application>>;

Started start_application(const config::Config& config, sandbox::Lookalikes& lookalikes, const base::Clock& clock) {
    const auto browsers = config.are_github_pages_beside_service ? sandbox::BesideService::Browsers::anywhere
                                                                 : sandbox::BesideService::Browsers::on_this_machine;
    const auto beside = [&lookalikes, browsers](net::HttpHandler& site) {
        return std::make_unique<sandbox::BesideService>(site, lookalikes, browsers, organizer_login);
    };
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

int run_sandbox(const SandboxChoice& choice, Output output) {
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
    const bool has_history = !choice.is_empty && !choice.is_upstreams_only;
    const base::SystemClock clock;
    sandbox::SkewedClock lookalike_clock(clock);  // ahead of the service's by nothing, once history is over
    const auto make_lookalikes = [&](bool wants_fixed_ports) {
        return std::make_unique<sandbox::Lookalikes>(
            lookalike_options(*listen, public_url, wants_fixed_ports, has_history), lookalike_clock);
    };
    auto lookalikes = make_lookalikes(true);
    if (!lookalikes->start()) {
        lookalikes = make_lookalikes(false);
        const auto started = lookalikes->start();
        if (!started) return fail(started.error().detail);
    }
    if (choice.is_upstreams_only) {
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
    config->is_data_thrown_away = true;
    if (are_browsers_elsewhere(*config, *listen)) serve_lookalikes_beside(*config);
    const bool is_level_set = (*environment)("LOG_LEVEL").has_value();
    start_logging(*config, is_level_set, has_history);
    if (has_history) {
        const auto printing = is_level_set ? Progress::Printing::log : Progress::Printing::nothing;
        const auto lived = make_history(*config, lookalikes->openrouter(), lookalike_clock, printing);
        if (!lived) return fail(lived.error().detail);
    }
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
