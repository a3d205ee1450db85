#pragma once

#include <string>
#include <utility>
#include <vector>

#include "people/people_query.hpp"

namespace llmapikey {

// The addresses of the list of people that lead on from one of its pages.
class PeopleAddress {
public:
    // `field` reads the fields that the query was read from.
    PeopleAddress(const FieldReader& field, const PeopleQuery& query);

    // The first page of the same list.
    std::string path() const { return page({}); }
    std::string with_state(const std::string& state) const;
    std::string sorted_by(PeopleOrder order, bool is_descending) const;
    std::string page_after(const std::string& cursor) const { return page({{"page", cursor}}); }
    std::string page_before(const std::string& cursor) const { return page({{"before", cursor}}); }
    // The first page with everybody who matches chosen.
    std::string with_all() const { return page({{"all", "true"}}); }
    // The same list as a file.
    std::string download() const;
    // The fields that select these people, without empty ones.
    const std::vector<std::pair<std::string, std::string>>& filters() const { return filters_; }

private:
    using Fields = std::vector<std::pair<std::string, std::string>>;
    static Fields sort_fields(PeopleOrder order, bool is_descending);
    static std::string address(const std::string& path, const std::vector<Fields>& parts);
    std::string page(const Fields& more) const;

    Fields filters_, sort_;
};

}  // namespace llmapikey
