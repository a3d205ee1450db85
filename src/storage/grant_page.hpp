#pragma once

#include <array>
#include <string>

#include "service/admin_store.hpp"

// Which conditions a page of grants is asked for with: what both databases make their statements of.
namespace llmapikey::storage {

enum Wanted : unsigned { by_search = 1, by_cursor = 2, by_status = 4 };
inline constexpr unsigned wanted_combinations = 8;

inline unsigned wanted_by(const service::GrantQuery& query) {
    return (query.search.empty() ? 0U : by_search) | (query.cursor.empty() ? 0U : by_cursor) |
           (query.status ? by_status : 0U);
}

// The statement of each combination, made once.
template <class Make>
std::array<std::string, wanted_combinations> all_page_statements(Make make) {
    std::array<std::string, wanted_combinations> all;
    for (unsigned wanted = 0; wanted < wanted_combinations; ++wanted)
        all[wanted] = make(wanted);
    return all;
}

}  // namespace llmapikey::storage
