#include "people/store/store_people_cursor.hpp"

#include "base/encoding.hpp"
#include "identity/github_user_id.hpp"

namespace llmapikey {
namespace {

constexpr char separator = '\n';                             // is in no login
constexpr std::int64_t value_max = 253'402'300'799'999'999;  // the last microsecond of the year 9999
constexpr std::int64_t place_max = 1'000'000'000'000;        // nobody is that far down

std::string order_word(const PeopleQuery& query) {
    return std::string(to_text(query.order)) + (query.is_descending ? "-" : "+");
}

// Whether a segment has such ties: the ids of keys, or accounts and nobody's yet.
bool is_tie_of(By by, std::string_view tie) {
    if (by == By::key_column) return base::is_uuid(tie);
    return GithubUserId::parse(tie).has_value() || (by == By::login && tie.empty());
}

}  // namespace

bool is_of_spending(PeopleOrder order) {
    return order == PeopleOrder::today || order == PeopleOrder::total;
}

int segments_of(PeopleOrder order) {
    return order == PeopleOrder::person ? 1 : 2;
}

By way_of(const PeopleQuery& query, int segment) {
    if (query.order == PeopleOrder::person) return By::login;
    if (!is_of_spending(query.order)) return segment == 0 ? By::key_column : By::login;
    return (segment == 0) == query.is_descending ? By::spending : By::login;
}

std::string PeopleCursor::text(const PeopleQuery& query) const {
    return base::to_base64url(order_word(query) + separator + std::to_string(segment) + separator +
                              std::to_string(value) + separator + std::to_string(place) + separator + tie + separator +
                              login_key);
}

base::Result<PeopleCursor> PeopleCursor::parse(const PeopleQuery& query) {
    const auto wrong = base::fail(base::Errc::invalid_input, "this is no cursor of a page of this list");
    const std::string text = base::from_base64url(query.cursor).value_or("");
    const auto parts = base::split(text, separator);
    if (parts.size() != 6 || parts[0] != order_word(query) || (parts[1] != "0" && parts[1] != "1")) return wrong;
    const auto value = base::parse_whole_number(parts[2]);
    const auto place = base::parse_whole_number(parts[3]);
    const std::string_view tie = parts[4];
    if (!value || !place || *place < 1 || *place > place_max || !base::is_text(parts[5])) return wrong;
    // A database fails on a value that it cannot read as the column's.
    const int segment = parts[1] == "1" ? 1 : 0;
    if (segment >= segments_of(query.order) || *value > value_max || !is_tie_of(way_of(query, segment), tie))
        return wrong;
    return PeopleCursor{segment, *value, std::string(parts[5]), std::string(tie), *place};
}

}  // namespace llmapikey
