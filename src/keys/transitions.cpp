#include "keys/transitions.hpp"

#include <algorithm>
#include <array>

namespace llmapikey {
namespace {

using enum GrantStatus;
constexpr auto no_row = std::nullopt;

constexpr Transition table[] = {
    {Step::reserve, no_row, pending, LedgerChange::none, Place::taken},
    {Step::queue, no_row, waiting, LedgerChange::none, Place::taken},
    {Step::claim, waiting, pending},
    {Step::activate, pending, active, LedgerChange::none, Place::kept, "key.issued"},
    {Step::mark_ambiguous, pending, ambiguous, LedgerChange::none, Place::kept, "mint.ambiguous"},
    {Step::mark_ambiguous, ambiguous, ambiguous},  // learns the handle
    {Step::requeue, pending, waiting},
    {Step::requeue, ambiguous, waiting},
    {Step::release, pending, no_row, LedgerChange::none, Place::freed},
    {Step::release, ambiguous, no_row, LedgerChange::none, Place::freed},
    {Step::abandon, waiting, no_row, LedgerChange::none, Place::freed},
    {Step::begin_replacement, active, replacing, LedgerChange::begun},
    {Step::finish_replacement, replacing, waiting, LedgerChange::closed, Place::kept, "key.revoked"},
    {Step::begin_ending, waiting, revoking, LedgerChange::begun},
    {Step::begin_ending, pending, revoking, LedgerChange::begun},
    {Step::begin_ending, ambiguous, revoking, LedgerChange::begun},
    {Step::begin_ending, active, revoking, LedgerChange::begun},
    {Step::begin_ending, replacing, revoking, LedgerChange::begun},
    {Step::finish_ending, revoking, no_row, LedgerChange::closed, Place::freed, "key.revoked"},
};

constexpr std::array<std::string_view, 12> step_names = {
    "reserve",      "queue",         "claim",   "activate",          "mark_ambiguous",
    "requeue",      "release",       "abandon", "begin_replacement", "finish_replacement",
    "begin_ending", "finish_ending",
};
static_assert(step_names.size() == static_cast<std::size_t>(Step::finish_ending) + 1);

const Transition& first_of(Step step) {
    return *std::find_if(std::begin(table), std::end(table), [&](const Transition& each) { return each.step == step; });
}

}  // namespace

std::span<const Transition> transitions() {
    return table;
}

std::string_view to_text(Step step) {
    return step_names[static_cast<std::size_t>(step)];
}

std::optional<Step> parse_step(std::string_view text) {
    const auto found = std::find(step_names.begin(), step_names.end(), text);
    if (found == step_names.end()) return std::nullopt;
    return static_cast<Step>(found - step_names.begin());
}

std::optional<GrantStatus> target_of(Step step) {
    return first_of(step).to;
}

}  // namespace llmapikey
