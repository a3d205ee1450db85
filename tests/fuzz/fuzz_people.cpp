// The list of people: its query, the place in it where a page begins, and the lines that an
// organizer pastes.
#include "base/encoding.hpp"
#include "expect.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"
#include "people/people_query.hpp"
#include "people/store/store_people_cursor.hpp"
#include "roster/roster_lines.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const Form form(text);
    const base::Timestamp now{base::Seconds{1'790'000'000}};
    auto query = parse_people_query([&](std::string_view name) { return form.value(name); }, now);
    if (query) {
        query->cursor = form.value("page").empty() ? base::to_base64url(text) : form.value("page");
        const auto cursor = PeopleCursor::parse(*query);
        if (cursor) {
            expect(base::is_text(cursor->login_key) && cursor->place >= 1, "a cursor is one of ours");
            query->cursor = cursor->text(*query);
            expect(PeopleCursor::parse(*query).has_value(), "a cursor can be read back");
        }
    }
    const auto read = parse_roster_lines(text);
    for (const RosterLine& line : read.lines)
        expect(can_be_github_login(line.login) && base::is_text(line.name), "a line has a login, and perhaps a name");
    for (const LineProblem& problem : read.problems)
        expect(base::is_text(problem.text), "a problem can be shown");
    return 0;
}
