#include "people/store/store_people_cursor.hpp"

#include "base/encoding.hpp"
#include "identity/github_user_id.hpp"

namespace llmapikey {
namespace {

constexpr char separator = '\n';  // is in no login

std::string order_word(const PeopleQuery& query) {
    return std::string(to_text(query.order)) + (query.is_descending ? "-" : "+");
}

}  // namespace

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
    if (!value || !place || *place < 1 || !base::is_text(parts[5])) return wrong;
    if (!tie.empty() && !base::is_uuid(tie) && !GithubUserId::parse(tie)) return wrong;
    return PeopleCursor{parts[1] == "1" ? 1 : 0, *value, std::string(parts[5]), std::string(tie), *place};
}

}  // namespace llmapikey
