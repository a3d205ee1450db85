// The query of a list: filters, order, and the place in it where a page begins.
#include "base/encoding.hpp"
#include "expect.hpp"
#include "http/form.hpp"
#include "keys/grant_query.hpp"
#include "keys/store_cursor.hpp"
#include "sql/text_search.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const Form form(text);
    const base::Timestamp now{base::Seconds{1'790'000'000}};
    const auto query = parse_grant_query([&](std::string_view name) { return form.value(name); }, now);
    if (query) {
        expect(base::is_text(query->search), "what is searched for is text");
        expect(!query->expires_by || *query->expires_by >= now, "what expires soon expires after now");
        const std::string pattern = pattern_of_part(query->search);
        expect(pattern.size() >= query->search.size() + 2, "escaping takes nothing away");
    }
    const std::string cursor_text(text);
    for (const auto order : {GrantOrder::newest, GrantOrder::expires_soonest, GrantOrder::spent_most}) {
        const auto cursor = GrantCursor::parse(cursor_text, order);
        if (!cursor) continue;
        expect(base::is_uuid(cursor->grant_id), "a cursor names a row");
        const auto again = GrantCursor::parse(cursor->text(order), order);
        expect(again && again->value == cursor->value && again->grant_id == cursor->grant_id,
               "a cursor can be read back");
    }
    return 0;
}
