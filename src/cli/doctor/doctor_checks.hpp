#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/database.hpp"
#include "config/config.hpp"
#include "net/http_client.hpp"

// The checks of `llmapikey doctor`, of which `llmapikey setup` uses some. A check is a function in
// a check_*.cpp file and a line of the list in doctor_checks.cpp. It changes nothing, neither here
// nor upstream.
namespace llmapikey::cli {

enum class Verdict {
    ok,
    warning,  // works, but most likely not as intended
    problem,
};

// Returns "ok", "WARNING" or "PROBLEM".
const char* word_of(Verdict verdict);

// Says what a problem is about: the values that were checked, or something that another value does
// not mend.
enum class Fault { values, network, callback, credits };

struct Finding {
    std::string what;
    Verdict verdict = Verdict::ok;
    std::string note;             // what was found, or what is wrong and how to mend it
    std::string group = {};       // the text form prints the ok findings of a group on one line; empty: alone
    Fault fault = Fault::values;  // of a problem
};

// State that the checks share. They run in the order of the list, so that a later check can use
// what an earlier one opened.
struct CheckContext {
    const config::Lookup& lookup;
    std::vector<config::Problem> problems;  // problems of the variables
    std::optional<config::Config> config;   // nullopt: there are problems
    config::Config sound;                   // from the variables without problems, with defaults for the others
    std::optional<config::Config> storage;  // like `config`; nullopt: the database's variables have problems
    net::HttpClient* http = nullptr;        // null exactly if `config` is nullopt
    std::optional<app::Stores> stores = std::nullopt;           // the database; nullopt: not usable, or not up to date
    bool is_app_accepted = false;                               // whether GitHub accepts client id and secret
    bool is_key_accepted = false;                               // whether the provider accepts the management key
    std::optional<base::MicroUsd> credits_left = std::nullopt;  // at the provider; nullopt: not known
};

// Reads the configuration, with all its problems. `lookup` must outlive the result. `http` is null.
CheckContext context_of(const config::Lookup& lookup);

// Returns whether one of the variables has a problem. A check based on them would then be wrong.
bool is_any_wrong(const CheckContext& context, std::initializer_list<std::string_view> variables);
// Makes the finding "not asked: mend PUBLIC_URL and LISTEN first", for a check that was left out
// because variables have problems.
Finding left_out(std::string what, const std::string& how, const std::vector<config::Problem>& problems);

base::Deadline deadline_of(const config::Config& config);
// Returns whether there was no answer, or none about what we sent. The configured credentials may
// then be right.
bool is_unreachable(const base::Error& error);
// Returns the problem that says so. `variable`: of the address.
Finding unreachable(std::string what, const base::Error& error, const std::string& url, std::string_view variable);

// Returns the settings in force; those of the environment where the database cannot be read.
SettingsState settings_in_force(const CheckContext& context);

// Returns one finding or more; none if the check does not apply to this configuration.
using Check = std::vector<Finding> (*)(CheckContext&);

std::span<const Check> checks();

// check_configuration.cpp
std::vector<Finding> check_variables(CheckContext& context);
std::vector<Finding> check_public_address(CheckContext& context);
std::vector<Finding> check_console(CheckContext& context);
std::vector<Finding> check_settings(CheckContext& context);
std::vector<Finding> check_minting(CheckContext& context);
// Defined in check_listening.cpp, too: returns why the service does not answer at an origin; empty:
// it does.
std::string why_not_served_at(const std::string& origin);
// Returns whether the service runs at LISTEN.
bool is_running_here(const CheckContext& context);
// check_listening.cpp
std::vector<Finding> check_listening(CheckContext& context);
std::vector<Finding> check_proxies(CheckContext& context);
// Defined in check_database.cpp, which opens the stores.
std::vector<Finding> check_database(CheckContext& context);
std::vector<Finding> check_sealing(CheckContext& context);
// Defined in check_clock.cpp: compares this machine's clock with the database's.
std::vector<Finding> check_clock(CheckContext& context);
// Defined in check_github.cpp: client id and secret, and then the callback URL.
std::vector<Finding> check_github(CheckContext& context);
std::vector<Finding> check_callback(CheckContext& context);
// The client id alone, and the callback URL as far as GitHub tells without a secret. For setup:
// `doctor` has the checks above.
std::vector<Finding> check_app(CheckContext& context);
// check_upstreams.cpp
std::vector<Finding> check_key_provider(CheckContext& context);
// Defined in check_origin.cpp: whether the newest keys upstream are this database's, and what the
// management key may do.
std::vector<Finding> check_origin_of_keys(CheckContext& context);
std::vector<Finding> check_management_rights(CheckContext& context);
// check_guarded_keys.cpp
std::vector<Finding> check_guarded_keys(CheckContext& context);

}  // namespace llmapikey::cli
