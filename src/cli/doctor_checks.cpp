#include "cli/doctor_checks.hpp"

namespace llmapikey::cli {
namespace {

constexpr Check all[] = {
    check_variables,      check_database,          check_sealing,        check_clock,
    check_public_address, check_console,           check_minting,        check_github,
    check_openrouter,     check_management_rights, check_origin_of_keys, check_guarded_keys,
};

}  // namespace

std::span<const Check> checks() {
    return all;
}

}  // namespace llmapikey::cli
