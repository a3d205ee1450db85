#include "bulk/changes/bulk_change.hpp"

#include <array>

namespace llmapikey {
namespace {

constexpr std::array<std::string_view, 4> act_names = {"disable", "enable", "cap", "replace"};
constexpr std::array<std::string_view, 4> state_names = {"waiting", "done", "skipped", "failed"};

template <class Value>
std::optional<Value> parse(const std::array<std::string_view, 4>& names, std::string_view text) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) return static_cast<Value>(i);
    return std::nullopt;
}

}  // namespace

std::string_view to_text(ChangeAct act) {
    return act_names[static_cast<std::size_t>(act)];
}

std::optional<ChangeAct> parse_change_act(std::string_view text) {
    return parse<ChangeAct>(act_names, text);
}

std::vector<ChangeAct> acts_about_the_same(ChangeAct act) {
    if (act == ChangeAct::disable || act == ChangeAct::enable) return {ChangeAct::disable, ChangeAct::enable};
    if (act == ChangeAct::cap) return {act};
    // The key with its switch and its cap.
    return {ChangeAct::disable, ChangeAct::enable, ChangeAct::cap, ChangeAct::replace};
}

std::string_view to_text(TargetState state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::optional<TargetState> parse_target_state(std::string_view text) {
    return parse<TargetState>(state_names, text);
}

GrantQuery changeable(const BulkSelection& selection) {
    GrantQuery query = query_of(selection);
    query.ids = selection.ids;
    query.status = GrantStatus::active;
    return query;
}

}  // namespace llmapikey
