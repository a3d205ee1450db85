#include "cli/setup/setup.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/settings.hpp"
#include "app/upstreams.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/system/core_dump.hpp"
#include "cli/configuration.hpp"
#include "cli/printing.hpp"
#include "cli/setup/setup_address.hpp"
#include "config/systemd.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t secret_bytes = 32;

constexpr std::string_view head =
    "# Written by `llmapikey setup`; docs/configuration.md has the whole list of variables.\n"
    "# Keep the file to yourself: with its secrets anybody can make keys at your cost. Keep a copy of it in a safe\n"
    "# place: without KEY_ENCRYPTION_SECRET stored keys cannot be read.\n";

}  // namespace

// Stands in for answers that are still to come, so that the rest can be checked.
std::string Setup::stand_in() {
    static const std::string value = base::to_hex(base::random_bytes(20));
    return value;
}

bool Setup::is_awaited(std::string_view name) const {
    return std::find(awaited_.begin(), awaited_.end(), name) != awaited_.end();
}

// Returns whether no database has keys that only another KEY_ENCRYPTION_SECRET opens.
bool Setup::is_secret_new() {
    if (!given_("KEY_ENCRYPTION_SECRET").value_or("").empty()) return true;
    CheckContext context = context_of(whole_);
    for (const Finding& finding : check_database(context)) {
        if (finding.verdict == Verdict::ok) continue;
        show({finding.what, Verdict::warning, finding.note});
        tell("  If it is there already, give its KEY_ENCRYPTION_SECRET, too: a new one does not open its keys.");
    }
    const auto sealed = check_sealing(context);
    const bool is_new =
        std::all_of(sealed.begin(), sealed.end(), [](const Finding& each) { return each.verdict == Verdict::ok; });
    if (is_new) return true;
    std::fprintf(stderr,
                 "llmapikey: %s has keys that only its KEY_ENCRYPTION_SECRET opens, which is not given: put it into "
                 "%s or the environment, and run this again, or set DATA_DIR or POSTGRES_URL to another database; "
                 "nothing was written\n",
                 app::describe_database(*context.storage).c_str(), env_file_path);
    return false;
}

void Setup::make_secrets() {
    for (const char* const name : {"AUTH_SESSION_SECRET", "KEY_ENCRYPTION_SECRET"})
        if (value(name).empty()) values_[name] = base::random_token(secret_bytes);
    if (value("PROVISIONING_ENABLED").empty()) values_["PROVISIONING_ENABLED"] = "true";
}

// The service will not run in this shell's environment.
void Setup::keep_what_the_environment_says() {
    for (const config::Variable& variable : config::variables()) {
        const std::string set = config::from_process(variable.name).value_or("");
        if (!set.empty()) values_[std::string(variable.name)] = set;
        if (!variable.is_secret) continue;
        const std::string setting = std::string(variable.name) + "_FILE";
        const std::string file = config::from_process(setting).value_or("");
        if (!file.empty()) values_[setting] = file;
    }
}

// Whatever is wrong with other variables is said before any question. An answer that cannot be read
// is none.
bool Setup::is_rest_sound() {
    const auto loaded = config::load(whole_, config::Need::serve);
    if (loaded) return true;
    std::vector<config::Problem> others;
    for (const config::Problem& problem : loaded.error()) {
        if (!is_awaited(problem.variable) || is_in_secret_file(problem.variable))
            others.push_back(problem);
        else if (!value(problem.variable).empty() && problem.variable != public_address)
            values_[problem.variable] = "";
    }
    if (others.empty()) return true;
    explain(others);
    return false;
}

// Where the service is to listen, and whom it trusts, follows from the address that people open.
void Setup::set_up_listening() {
    const std::string public_url = value(public_address), listen = value("LISTEN");
    if (is_loopback_origin(public_url)) {
        if (listen.empty()) values_["LISTEN"] = listen_address_of(public_url);
        return;
    }
    const bool is_proxy_here = listen.empty() || listen.starts_with("127.") || listen.starts_with("[::1]");
    if (!is_proxy_here || !value("TRUSTED_PROXIES").empty()) return;
    values_["TRUSTED_PROXIES"] = "127.0.0.1,::1";
    tell("  A reverse proxy on this machine is trusted to say who connects (TRUSTED_PROXIES).");
}

Assignments Setup::assignments() const {
    Assignments all;
    const auto add = [&](const std::string& name) {
        if (const auto found = values_.find(name); found != values_.end()) all.push_back(*found);
    };
    for (const config::Variable& variable : config::variables()) {
        if (!is_in_secret_file(variable.name)) add(std::string(variable.name));
        if (variable.is_secret) add(std::string(variable.name) + "_FILE");
    }
    return all;
}

int Setup::finish(const SetupChoice& choice) {
    const auto config = config::load(lookup_, config::Need::serve);
    if (!config) {
        explain(config.error());
        return 2;
    }
    const Terms terms = app::terms_of(*config);
    tell("");
    tell("At worst: " + worst_case(terms, credits_left_));
    if (const auto ways = ways_to_a_day(terms, credits_left_); !ways.empty()) {
        tell("So that the credits last at least a day, put one of these lines into " + std::string(env_file_path) +
             ", or change it in the console, or buy credits:");
        for (const std::string& way : ways)
            tell("  " + way);
    } else {
        tell("KEY_DAILY_LIMIT_USD and MAX_TOTAL_KEYS change that, and so does the console.");
    }
    if (credits_warning_) show(*credits_warning_);
    tell("");
    const std::string former = text_.value_or("");
    const std::string text = with_assignments(former.empty() ? head : std::string_view(former), assignments());
    if (const auto read = check_reading(text, assignments()); !read) return report(read.error());
    if (choice.is_printed) {
        NoteAtInterruption::forget();
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    NoteAtInterruption::forget();  // from here on something may be written
    const auto written = write_private_file(env_file_path, text, text_);
    if (!written) return report(written.error());
    tell("Written: " + std::string(env_file_path) + ", which only you can read. Keep a copy of it in a safe place.");
    tell("Next: llmapikey serve, in this folder. People open " + config->public_url);
    if (config->admin_github_user_ids.empty())
        tell("It prints a link that is good for 30 minutes: open it and sign in, and you are the first admin.");
    return 0;
}

int Setup::run(const SetupChoice& choice) {
    const std::string management_key(
        app::traits_of(config::load(given_, config::Need::database).value_or(config::Config{}))
            .variables.management_key);
    awaited_ = {public_address, client_id, client_secret, management_key};
    make_secrets();
    keep_what_the_environment_says();
    if (!is_rest_sound()) return 2;
    if (const auto read = check_reading(with_assignments("", assignments()), assignments()); !read)
        return report(read.error());
    if (!is_secret_new()) return 2;
    introduce(choice);
    awaited_.erase(awaited_.begin());  // an address that is not known yet is none

    return ask_and_finish(choice, management_key);
}

void Setup::introduce(const SetupChoice& choice) const {
    const auto open =
        std::count_if(awaited_.begin(), awaited_.end(), [this](std::string_view name) { return value(name).empty(); });
    if (open == 0) return;
    static constexpr std::array<const char*, 5> counts{"", "One question", "Two questions", "Three questions",
                                                       "Four questions"};
    tell(counts[static_cast<std::size_t>(open)] +
         std::string("; each answer is tried at once. Ctrl+C stops: nothing is ") +
         (choice.is_printed ? "printed" : "written") + " until the end.");
    tell("");
}

void Setup::introduce_app() {
    if (!value(client_id).empty()) return;
    const auto so_far = config::load(whole_, config::Need::serve).value_or(config::Config{});
    tell("");
    tell("People sign in by an OAuth App of yours at GitHub. This link fills in its form:");
    tell("  " + app_creation_link(so_far, value(public_address)));
    tell("Press \"Register application\" there. The page that follows has the client id, and");
    tell("a button that generates the client secret.");
}

void Setup::introduce_management_key(const std::string& management_key) {
    if (!value(management_key).empty()) return;
    const ProviderTraits& provider =
        app::traits_of(config::load(given_, config::Need::database).value_or(config::Config{}));
    const auto where = [](std::string_view url) { return url.empty() ? std::string() : ": " + std::string(url); };
    tell("");
    tell("Keys are made at " + std::string(provider.name) + ", and its credits pay for them.");
    tell("  Make a management key" + where(provider.variables.management_keys_url));
    tell("  Buy credits" + where(provider.variables.credits_url));
}

int Setup::ask_and_finish(const SetupChoice& choice, const std::string& management_key) {
    const Answered address = answer({.variable = public_address,
                                     .words = "1. The address that people open",
                                     .missing = {},
                                     .proposal = proposed_address()},
                                    &Setup::try_public_url);
    if (address != Answered::yes) return 1;
    set_up_listening();
    if (const auto so_far = config::load(whole_, config::Need::serve); !so_far) {
        explain(so_far.error());
        return 2;
    }
    introduce_app();
    if (!answer_app()) return 1;
    introduce_management_key(management_key);
    const Answered key = answer({.variable = management_key,
                                 .words = "4. Management key",
                                 .missing = "Paste the management key; it is not shown.",
                                 .echo = Echo::hidden},
                                &Setup::try_management_key);
    return key == Answered::yes ? finish(choice) : 1;
}

int run_setup(const SetupChoice& choice) {
    base::exclude_from_core_dumps();  // before any secret is read
    const auto text = read_env_file(env_file_path);
    if (!text) return report({base::Errc::invalid_input, std::string(env_file_path) + " " + text.error().detail, {}});
    if (*text && !choice.is_forced && !choice.is_printed) {
        return report({base::Errc::invalid_input,
                       std::string(env_file_path) +
                           " is there already, and stays as it is: `llmapikey doctor` checks it; `llmapikey setup "
                           "--force` keeps what it says, asks for what is missing or wrong, and writes it again",
                       {}});
    }
    if (!choice.is_printed) {
        const auto tried = try_writing(env_file_path);
        if (!tried) return report(tried.error());
    }
    auto environment = config::read_environment(env_file_path);
    if (!environment) {
        explain(environment.error());
        return 2;
    }
    auto given = config::with_secret_files(environment->lookup);
    if (!given) {
        explain(given.error());
        return 2;
    }
    const NoteAtInterruption note("llmapikey: stopped; nothing was written");
    return Setup(std::move(*environment), std::move(*given), *text).run(choice);
}

}  // namespace llmapikey::cli
