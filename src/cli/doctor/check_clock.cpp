#include <cmath>

#include "app/upstreams.hpp"
#include "cli/doctor/doctor_checks.hpp"

namespace llmapikey::cli {
namespace {

constexpr double seconds_off_max = 5;

}  // namespace

// Returns nothing if there is no other clock to compare with, or if the database cannot be asked;
// another check reports that.
std::vector<Finding> check_clock(CheckContext& context) {
    if (!context.stores || !context.stores->clock) return {};
    const double ahead = context.stores->clock->skew_of_machine().count();
    if (std::abs(ahead) < seconds_off_max) return {{"clock", Verdict::ok, "agrees with the database's"}};
    const std::string seconds = std::to_string(std::llround(std::abs(ahead)));
    return {{"clock", Verdict::warning,
             seconds + " s " + (ahead > 0 ? "ahead of" : "behind") +
                 " the database's clock, whose time counts: times in the log are wrong, and so may be times from " +
                 std::string(app::traits_of(context.sound).name) +
                 " and GitHub; set the clock by NTP, on this machine or on the database's"}};
}

}  // namespace llmapikey::cli
