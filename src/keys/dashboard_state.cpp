#include "keys/dashboard_state.hpp"

#include <iterator>

namespace llmapikey {
namespace {

struct StateRow {
    DashboardState state;
    std::string_view section;
    bool is_passing;
};
constexpr StateRow states[] = {
    {DashboardState::signed_out, "signed_out", false}, {DashboardState::no_key, "no_key", false},
    {DashboardState::paused, "paused", false},         {DashboardState::full, "full", false},
    {DashboardState::queued, "queued", true},          {DashboardState::in_progress, "in_progress", true},
    {DashboardState::ambiguous, "ambiguous", true},    {DashboardState::has_key, "has_key", false},
    {DashboardState::not_kept, "not_kept", false},     {DashboardState::on_hold, "on_hold", false},
    {DashboardState::revoking, "revoking", false},     {DashboardState::replacing, "replacing", true},
    {DashboardState::unreadable, "unreadable", false},
};

// In the order of GrantStatus.
constexpr DashboardState shown_as[] = {DashboardState::queued,  DashboardState::in_progress, DashboardState::ambiguous,
                                       DashboardState::has_key, DashboardState::revoking,    DashboardState::replacing};

constexpr bool is_in_order() {
    for (std::size_t place = 0; place < std::size(states); ++place)
        if (static_cast<std::size_t>(states[place].state) != place) return false;
    return std::size(states) == static_cast<std::size_t>(DashboardState::unreadable) + 1;
}
static_assert(is_in_order());
static_assert(std::size(shown_as) == static_cast<std::size_t>(GrantStatus::replacing) + 1);

}  // namespace

std::string_view to_text(DashboardState state) {
    return states[static_cast<std::size_t>(state)].section;
}

bool is_passing(DashboardState state) {
    return states[static_cast<std::size_t>(state)].is_passing;
}

DashboardState state_of(GrantStatus status) {
    return shown_as[static_cast<std::size_t>(status)];
}

}  // namespace llmapikey
