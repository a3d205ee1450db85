#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/application.hpp"
#include "app/database.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/setup/setup_address.hpp"
#include "cli/stop_signal.hpp"
#include "config/systemd.hpp"
#include "ops/log.hpp"
#include "ops/service_notice.hpp"

namespace llmapikey::cli {
namespace {

constexpr base::Millis shutdown_grace{25'000};
constexpr base::Millis unwatched_drain{500};

int exit_status_of(const base::Error& error) {
    const bool is_configuration = error.code == base::Errc::invalid_input || error.code == base::Errc::misconfigured;
    return is_configuration ? 2 : 1;
}

// Each connection takes a descriptor. The soft limit is often 1024, for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65'536);
    setrlimit(RLIMIT_NOFILE, &limit);
}

// Keeps serving while /readyz fails, so that a load balancer that asks it can choose another
// replica. If nobody has asked lately, it waits only briefly, for one who may be about to ask. A
// second signal ends the wait.
void drain(app::Application& application, StopSignal& stop_signal, base::Seconds longest) {
    const auto deadline = base::Deadline::after(longest);
    application.announce_stop();
    if (!application.is_watched()) {
        const bool is_hurried = stop_signal.wait_for(std::min(unwatched_drain, deadline.left())) != 0;
        if (is_hurried || !application.is_watched()) return;
    }
    stop_signal.wait_for(deadline.left());
}

std::string status_of(const app::Application& application) {
    return "listening on http://" + application.address() +
           (application.hands_out_keys() ? ", handing out keys" : ", minting paused");
}

void tell(const ops::ServiceNotice& notice, const std::string& assignments) {
    const auto told = notice.send(assignments);
    if (!told) ops::log(ops::LogLevel::warn, told.error().detail);
}

// Waits for a signal. Meanwhile it tells systemd that the service is alive, as often as systemd
// asks, and only while that is true.
int wait_for_stop(StopSignal& stop_signal, app::Application& application, const ops::ServiceNotice& notice,
                  std::chrono::microseconds watchdog) {
    const auto pause = std::chrono::duration_cast<base::Millis>(watchdog / 3);
    if (!notice.is_wanted() || pause.count() == 0) return stop_signal.wait();
    while (true) {
        if (const int signal = stop_signal.wait_for(pause)) return signal;
        if (application.responds(base::Deadline::after(pause)))
            tell(notice, "WATCHDOG=1");
        else
            ops::log(ops::LogLevel::error, "a thread that serves hangs: systemd is not told that all is well");
    }
}

// Nobody can open the console yet: says how to become the first admin. The token is shown here
// alone, whatever the level of the log. On a terminal it stands on a line of its own, apart from
// the log.
void show_setup_link(app::Application& application, const config::Config& config) {
    const auto link = application.make_setup_link();
    if (!link) ops::log(ops::LogLevel::warn, "whether there is an admin is not known: " + link.error().detail);
    if (!link || link->empty()) return;
    const std::string origin =
        config.public_url.empty() ? origin_on_this_machine(application.address()) : config.public_url;
    const bool is_terminal = isatty(STDOUT_FILENO) == 1;
    if (is_terminal) {
        std::printf(
            "\nThere is no admin yet. Open this link within 30 minutes and sign in, and you\n"
            "can become the first one:\n\n  %s\n\n",
            (origin + *link).c_str());
        std::fflush(stdout);
        if (isatty(STDERR_FILENO) == 1) return;
    }
    const std::string what =
        "there is no admin yet: whoever opens this link within 30 minutes and signs in can become the first one: " +
        origin + *link;
    if (ops::is_logged(ops::LogLevel::warn))
        ops::log(ops::LogLevel::warn, what);
    else
        std::fprintf(stderr, "llmapikey: %s\n", what.c_str());
}

using StartedApplication = base::Result<std::unique_ptr<app::Application>>;
StartedApplication start(const config::Config& config, const base::Clock& clock, const config::Systemd& systemd) {
    auto application = TRY(app::Application::create(config, app::Setting::production, clock));
    TRY(application->start(systemd.listening_socket));
    return application;
}

}  // namespace

int run_serve() {
    const auto config = load_or_explain(config::Need::serve);
    if (!config) return 2;
    ops::start_logging(ops::parse_log_level(config->log_level),
                       isatty(STDERR_FILENO) == 1 ? ops::LogFormat::text : ops::LogFormat::json);
    for (const config::Problem& unread : unread_variables())
        ops::log(ops::LogLevel::warn, unread.variable + " " + unread.message);
    raise_descriptor_limit();
    const auto systemd = config::read_systemd(config::from_process, getpid());
    if (!systemd) {
        std::fprintf(stderr, "llmapikey: %s\n", systemd.error().detail.c_str());
        return 2;
    }
    StopSignal stop_signal;  // before any thread, so that all threads inherit the mask
    const base::SystemClock clock;
    const auto application = start(*config, clock, *systemd);
    if (!application) {
        std::fprintf(stderr, "llmapikey: cannot start: %s\n", application.error().detail.c_str());
        return exit_status_of(application.error());
    }
    ops::log(ops::LogLevel::info, "listening on http://" + (*application)->address(),
             {{"minting", (*application)->hands_out_keys() ? "enabled" : "paused"},
              {"database", app::describe_database(*config)}});
    show_setup_link(**application, *config);
    const ops::ServiceNotice notice(systemd->notify_socket);
    tell(notice, "READY=1\nSTATUS=" + status_of(**application));
    const int signal = wait_for_stop(stop_signal, **application, notice, systemd->watchdog);
    ops::log(ops::LogLevel::info, "stopping", {{"signal", std::to_string(signal)}});
    tell(notice, "STOPPING=1\nSTATUS=finishing what is under way");
    // A person who presses Ctrl+C does not wait for the drain.
    if (signal != SIGINT) drain(**application, stop_signal, config->drain);
    (*application)->stop(shutdown_grace);
    return 0;
}

}  // namespace llmapikey::cli
