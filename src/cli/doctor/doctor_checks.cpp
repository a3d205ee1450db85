#include "cli/doctor/doctor_checks.hpp"

#include <algorithm>

namespace llmapikey::cli {
namespace {

constexpr Check all[] = {
    check_variables, check_listening,      check_proxies,           check_database,       check_sealing,
    check_clock,     check_public_address, check_console,           check_settings,       check_minting,
    check_github,    check_key_provider,   check_management_rights, check_origin_of_keys, check_guarded_keys,
};

}  // namespace

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

std::span<const Check> checks() {
    return all;
}

}  // namespace llmapikey::cli
