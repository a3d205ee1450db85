#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/database.hpp"
#include "config/config.hpp"
#include "net/http_client.hpp"

// The checks of `llmapikey doctor`. A check is a function in a check_*.cpp file and a line of the
// list in doctor_checks.cpp. It changes nothing, neither here nor upstream.
namespace llmapikey::cli {

enum class Verdict {
    ok,
    warning,  // works, but most likely not as intended
    problem,
};

struct Finding {
    std::string what;
    Verdict verdict = Verdict::ok;
    std::string note;        // what was found, or what is wrong and how to mend it
    std::string group = {};  // the text form prints the ok findings of a group on one line; empty: alone
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
    std::optional<app::Stores> stores = std::nullopt;  // the database; nullopt: not usable, or not up to date
    bool is_key_accepted = false;                      // whether the provider accepts the management key
};

// Returns whether one of the variables has a problem. A check based on them would then be wrong.
bool is_any_wrong(const CheckContext& context, std::initializer_list<std::string_view> variables);
// Makes the finding "not asked: mend PUBLIC_URL and LISTEN first", for a check that was left out
// because variables have problems.
Finding left_out(std::string what, const std::string& how, const std::vector<config::Problem>& problems);

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
// check_listening.cpp
std::vector<Finding> check_listening(CheckContext& context);
std::vector<Finding> check_proxies(CheckContext& context);
// Defined in check_database.cpp, which opens the stores.
std::vector<Finding> check_database(CheckContext& context);
std::vector<Finding> check_sealing(CheckContext& context);
// Defined in check_clock.cpp: compares this machine's clock with the database's.
std::vector<Finding> check_clock(CheckContext& context);
// check_upstreams.cpp
std::vector<Finding> check_github(CheckContext& context);
std::vector<Finding> check_key_provider(CheckContext& context);
// Defined in check_origin.cpp: whether the newest keys upstream are this database's, and what the
// management key may do.
std::vector<Finding> check_origin_of_keys(CheckContext& context);
std::vector<Finding> check_management_rights(CheckContext& context);
// check_guarded_keys.cpp
std::vector<Finding> check_guarded_keys(CheckContext& context);

}  // namespace llmapikey::cli
