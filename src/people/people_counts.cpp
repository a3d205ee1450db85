#include "people/people_store.hpp"

namespace llmapikey {
namespace {

std::int64_t value_of(const std::map<std::string, std::int64_t>& counts, const std::string& state) {
    const auto found = counts.find(state);
    return found == counts.end() ? 0 : found->second;
}

}  // namespace

std::int64_t PeopleCounts::in(const std::string& state) const {
    return state.empty() ? all : value_of(by_state, state);
}

std::int64_t PeopleCounts::keys_in(const std::string& state) const {
    return state.empty() ? keys : value_of(keys_by_state, state);
}

}  // namespace llmapikey
