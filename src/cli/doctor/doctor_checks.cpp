#include "cli/doctor/doctor_checks.hpp"

#include <algorithm>
#include <array>

#include "cli/configuration.hpp"

namespace llmapikey::cli {
namespace {

constexpr Check all[] = {
    check_variables,    check_listening,      check_proxies,      check_database,          check_sealing,
    check_clock,        check_public_address, check_console,      check_settings,          check_minting,
    check_github,       check_callback,       check_key_provider, check_management_rights, check_origin_of_keys,
    check_guarded_keys,
};

constexpr std::array<std::string_view, 3> database_variables{"DATA_DIR", "POSTGRES_URL", "POSTGRES_POOL_SIZE"};

// Reads the configuration without the wrong variables, so that the rest can still be checked.
config::Config sound_part(const config::Lookup& lookup, const std::vector<config::Problem>& problems) {
    const auto without_wrong = [&](std::string_view name) {
        const bool is_wrong = std::any_of(problems.begin(), problems.end(),
                                          [name](const config::Problem& problem) { return problem.variable == name; });
        return is_wrong ? std::nullopt : lookup(name);
    };
    return config::load(without_wrong, config::Need::database).value_or(config::Config{});
}

}  // namespace

CheckContext context_of(const config::Lookup& lookup) {
    auto whole = config::load(lookup, config::Need::serve);
    CheckContext context{lookup, {}, std::nullopt, {}, std::nullopt};
    if (whole)
        context.config = std::move(*whole);
    else
        context.problems = with_names_meant(std::move(whole.error()));
    context.sound = sound_part(lookup, context.problems);
    const bool is_storage_sound =
        std::none_of(context.problems.begin(), context.problems.end(), [](const config::Problem& problem) {
            return std::find(database_variables.begin(), database_variables.end(), problem.variable) !=
                   database_variables.end();
        });
    if (is_storage_sound) context.storage = context.sound;
    return context;
}

bool is_any_wrong(const CheckContext& context, std::initializer_list<std::string_view> variables) {
    return std::any_of(context.problems.begin(), context.problems.end(), [&](const config::Problem& problem) {
        return std::find(variables.begin(), variables.end(), problem.variable) != variables.end();
    });
}

Finding left_out(std::string what, const std::string& how, const std::vector<config::Problem>& problems) {
    std::vector<std::string> names;
    for (const config::Problem& problem : problems)
        if (std::find(names.begin(), names.end(), problem.variable) == names.end()) names.push_back(problem.variable);
    std::string list;
    for (const std::string& name : names)
        list += (list.empty() ? "" : ", ") + name;
    return {std::move(what), Verdict::warning, how + ": mend " + list + " first"};
}

const char* word_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::problem:
            return "PROBLEM";
        case Verdict::warning:
            return "WARNING";
        case Verdict::ok:
            return "ok";
    }
    return "";
}

base::Deadline deadline_of(const config::Config& config) {
    return base::Deadline::after(config.upstream_timeout);
}

bool is_unreachable(const base::Error& error) {
    return error.code == base::Errc::upstream_down || error.code == base::Errc::rate_limited;
}

Finding unreachable(std::string what, const base::Error& error, const std::string& url, std::string_view variable) {
    return {std::move(what),
            Verdict::problem,
            error.detail + "; " + url + " did not answer as it should: check the network of this machine and " +
                std::string(variable) + ", and try again; this says nothing about the credentials",
            {},
            Fault::network};
}

std::span<const Check> checks() {
    return all;
}

}  // namespace llmapikey::cli
