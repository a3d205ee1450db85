#include <algorithm>
#include <cstdio>
#include <map>

#include "app/settings.hpp"
#include "app/upstreams.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/system/core_dump.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "cli/printing.hpp"
#include "cli/setup/env_file.hpp"
#include "cli/setup/setup_words.hpp"
#include "cli/setup/terminal.hpp"
#include "config/systemd.hpp"

namespace llmapikey::cli {
namespace {

constexpr const char* path = ".env";
constexpr std::size_t secret_bytes = 32;
constexpr const char* public_address = "PUBLIC_URL";

constexpr std::string_view head =
    "# Written by `llmapikey setup`; docs/configuration.md has the whole list of variables.\n"
    "# Keep the file to yourself: with its secrets anybody can make keys at your cost. Keep a copy of it in a safe\n"
    "# place: without KEY_ENCRYPTION_SECRET stored keys cannot be read.\n";

// Values that stand in for answers that are still to come, so that the rest can be checked.
std::string stand_in() {
    static const std::string value = base::to_hex(base::random_bytes(20));
    return value;
}

// One answer, and how it is tried.
struct Question {
    std::string_view variable;
    std::string words;
    Echo echo = Echo::shown;
    std::string proposal = {};  // what an empty answer means; empty: nothing
};

class Setup {
public:
    Setup(config::Environment environment, config::Lookup given, std::optional<std::string> text)
        : environment_(std::move(environment)), given_(std::move(given)), text_(std::move(text)) {}
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    // Returns the exit status.
    int run(const SetupChoice& choice);

private:
    using Attempt = bool (Setup::*)();

    std::string value(std::string_view name) const { return lookup_(name).value_or(""); }
    // Whether a file of a secret has the value, which must then stand nowhere else.
    bool is_in_secret_file(std::string_view name) const {
        return environment_.lookup(name).value_or("").empty() && !given_(name).value_or("").empty();
    }
    bool is_awaited(std::string_view name) const {
        return std::find(awaited_.begin(), awaited_.end(), name) != awaited_.end();
    }
    void make_secrets();
    bool is_secret_new();
    Assignments assignments() const;
    void keep_what_the_environment_says();
    bool is_rest_sound();
    bool answer(const Question& question, Attempt is_right);
    bool try_public_url();
    bool try_client_id();
    bool try_client_secret();
    bool try_management_key();
    bool try_by(std::initializer_list<Check> checks, std::string_view variable, CheckContext& context);
    void set_up_listening();
    int finish(const SetupChoice& choice);

    config::Environment environment_;
    config::Lookup given_;                                    // the environment, `.env` and files of secrets
    std::optional<std::string> text_;                         // of `.env`; nullopt: there is none
    std::map<std::string, std::string, std::less<>> values_;  // to be written
    // Everything that is known by now.
    config::Lookup lookup_ = [this](std::string_view name) -> std::optional<std::string> {
        const auto found = values_.find(name);
        return found == values_.end() ? given_(name) : found->second;
    };
    // The same with stand-ins for what is still to come.
    config::Lookup whole_ = [this](std::string_view name) -> std::optional<std::string> {
        auto known = lookup_(name);
        if (known && !known->empty()) return known;
        return is_awaited(name) ? std::optional(stand_in()) : known;
    };
    std::vector<std::string_view> awaited_;
    std::optional<base::MicroUsd> credits_left_;
};

void show(const Finding& finding) {
    tell("  " + std::string(word_of(finding.verdict)) + ": " + finding.what + ": " + finding.note);
}

std::string_view management_key_variable(const CheckContext& context) {
    return app::traits_of(context.sound).variables.management_key;
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
                 app::describe_database(*context.storage).c_str(), path);
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

// Runs the checks, and shows what they find. `variable`: the answer that they are about.
bool Setup::try_by(std::initializer_list<Check> checks, std::string_view variable, CheckContext& context) {
    for (const config::Problem& problem : context.problems)
        if (problem.variable == variable) show({problem.variable, Verdict::problem, problem.message});
    if (!context.config) return false;
    const auto http = app::make_http_client(*context.config);
    context.http = http.get();
    bool is_right = true;
    for (const Check check : checks) {
        for (const Finding& finding : check(context)) {
            show(finding);
            is_right = is_right && finding.verdict != Verdict::problem;
        }
    }
    return is_right;
}

bool Setup::try_public_url() {
    const auto url = config::parse_public_url(value(public_address));
    if (!url) {
        show({public_address, Verdict::problem, url.error().detail});
        return false;
    }
    const bool is_loopback = is_loopback_origin(*url);
    if (!is_loopback && !url->starts_with("https://")) {
        show({public_address, Verdict::problem,
              "must begin with https://, because sign-ins and keys pass there; http:// is only for this machine, such "
              "as http://127.0.0.1:3000"});
        return false;
    }
    values_[public_address] = *url;
    if (is_loopback) {
        show({"public address", Verdict::ok, *url + ": only this machine can open it"});
        return true;
    }
    const std::string why_not = why_not_served_at(*url);
    const std::string listen = value("LISTEN").empty() ? "127.0.0.1:3000" : value("LISTEN");
    if (why_not.empty())
        show({"public address", Verdict::ok, *url + " leads to llmapikey"});
    else
        show({"public address", Verdict::warning,
              *url + " does not lead to llmapikey yet (" + why_not +
                  "): have a reverse proxy with TLS send it to http://" + listen +
                  "; docs/deploy has nginx, Caddy, HAProxy and Apache"});
    return true;
}

bool Setup::try_client_id() {
    CheckContext context = context_of(whole_);
    return try_by({check_app}, "GITHUB_OAUTH_CLIENT_ID", context);
}

bool Setup::try_client_secret() {
    CheckContext context = context_of(whole_);
    return try_by({check_github, check_callback}, "GITHUB_OAUTH_CLIENT_SECRET", context);
}

// Too few credits are said, but the key is right all the same: credits can be bought later.
bool Setup::try_management_key() {
    CheckContext context = context_of(whole_);
    const auto variable = management_key_variable(context);
    (void)try_by({check_key_provider}, variable, context);
    credits_left_ = context.credits_left;
    return context.is_key_accepted && try_by({check_management_rights}, variable, context);
}

// Asks until the answer is right. False: nobody answers any more.
bool Setup::answer(const Question& question, Attempt is_right) {
    const std::string name(question.variable);
    std::string latest = value(name);
    if (!latest.empty()) {
        tell(name + ": given");
        if ((this->*is_right)()) return true;
        if (is_in_secret_file(name)) {
            std::fprintf(stderr, "llmapikey: mend the file that has %s, and run this again; nothing was written\n",
                         name.c_str());
            return false;
        }
    }
    while (true) {
        const std::string hint = question.proposal.empty() ? "" : " [" + question.proposal + "]";
        const auto typed = ask(question.words + hint, question.echo);
        if (!typed) {
            std::fprintf(stderr, "llmapikey: there is no further answer, so nothing was written\n");
            return false;
        }
        latest = typed->empty() ? question.proposal : *typed;
        if (latest.empty()) continue;
        values_[name] = latest;
        if ((this->*is_right)()) return true;
    }
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
    tell("");
    tell("At worst: " + worst_case(app::terms_of(*config), credits_left_) +
         " KEY_DAILY_LIMIT_USD and MAX_TOTAL_KEYS change that, and so does the console.");
    const std::string former = text_.value_or("");
    const std::string text = with_assignments(former.empty() ? head : std::string_view(former), assignments());
    if (const auto read = check_reading(text, assignments()); !read) return report(read.error());
    if (choice.is_printed) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    const auto written = write_private_file(path, text, text_);
    if (!written) return report(written.error());
    tell("Written: " + std::string(path) + ", which only you can read. Keep a copy of it in a safe place.");
    tell("Next: llmapikey serve, in this folder. People open " + config->public_url);
    if (config->admin_github_user_ids.empty())
        tell("It prints a link that is good for 30 minutes: open it and sign in, and you are the first admin.");
    return 0;
}

int Setup::run(const SetupChoice& choice) {
    const std::string management_key(
        app::traits_of(config::load(given_, config::Need::database).value_or(config::Config{}))
            .variables.management_key);
    awaited_ = {public_address, "GITHUB_OAUTH_CLIENT_ID", "GITHUB_OAUTH_CLIENT_SECRET", management_key};
    make_secrets();
    keep_what_the_environment_says();
    if (!is_rest_sound()) return 2;
    if (const auto read = check_reading(with_assignments("", assignments()), assignments()); !read)
        return report(read.error());
    if (!is_secret_new()) return 2;
    awaited_.erase(awaited_.begin());  // an address that is not known yet is none

    const bool is_address_known = answer(
        {public_address, "1. The address that people open", Echo::shown, origin_on_this_machine(value("LISTEN"))},
        &Setup::try_public_url);
    if (!is_address_known) return 1;
    set_up_listening();
    const auto so_far = config::load(whole_, config::Need::serve);
    if (!so_far) {
        explain(so_far.error());
        return 2;
    }
    if (value("GITHUB_OAUTH_CLIENT_ID").empty()) {
        tell("");
        tell("Sign-in needs an OAuth App at GitHub. This link fills in its form: press Register there, and generate");
        tell("a client secret on the page that follows.");
        tell("  " + app_creation_link(*so_far, value(public_address)));
    }
    if (!answer({"GITHUB_OAUTH_CLIENT_ID", "2. Client ID"}, &Setup::try_client_id)) return 1;
    if (!answer({"GITHUB_OAUTH_CLIENT_SECRET", "3. Client secret (not shown)", Echo::hidden},
                &Setup::try_client_secret))
        return 1;
    const ProviderTraits& provider = app::traits_of(*so_far);
    if (value(management_key).empty()) {
        tell("");
        tell("Keys are made at " + std::string(provider.name) + ": " +
             std::string(provider.variables.management_key_advice) + ", and put credits on the account.");
    }
    if (!answer({management_key, "4. Management key (not shown)", Echo::hidden}, &Setup::try_management_key)) return 1;
    return finish(choice);
}

}  // namespace

int run_setup(const SetupChoice& choice) {
    base::exclude_from_core_dumps();  // before any secret is read
    const auto text = read_env_file(path);
    if (!text) return report({base::Errc::invalid_input, std::string(path) + " " + text.error().detail, {}});
    if (*text && !choice.is_forced && !choice.is_printed) {
        return report({base::Errc::invalid_input,
                       std::string(path) +
                           " is there already, and stays as it is: `llmapikey doctor` checks it; `llmapikey setup "
                           "--force` keeps what it says, asks for what is missing or wrong, and writes it again",
                       {}});
    }
    if (!choice.is_printed) {
        const auto tried = try_writing(path);
        if (!tried) return report(tried.error());
    }
    auto environment = config::read_environment(path);
    if (!environment) {
        explain(environment.error());
        return 2;
    }
    auto given = config::with_secret_files(environment->lookup);
    if (!given) {
        explain(given.error());
        return 2;
    }
    return Setup(std::move(*environment), std::move(*given), *text).run(choice);
}

}  // namespace llmapikey::cli
