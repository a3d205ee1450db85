#include "net/retry_after.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace llmapikey::net {
namespace {

struct Row {
    const char* name;
    const char* retry_after;
    const char* date;  // of the answer; empty: none
    int expected;      // seconds
};
std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.retry_after;
}
class RetryAfterTest : public testing::TestWithParam<Row> {};

TEST_P(RetryAfterTest, IsReadAsSeconds) {
    ClientResponse response;
    if (*GetParam().retry_after != '\0') response.headers.push_back({"Retry-After", GetParam().retry_after});
    if (*GetParam().date != '\0') response.headers.push_back({"Date", GetParam().date});
    const base::Timestamp now = *base::parse_rfc3339("2027-02-22T10:00:00Z");
    EXPECT_EQ(retry_after_of(response, now).count(), GetParam().expected);
}

constexpr const char* none = "";

INSTANTIATE_TEST_SUITE_P(
    Forms, RetryAfterTest,
    testing::Values(Row{"Absent", none, none, 0}, Row{"Seconds", "7", none, 7}, Row{"Blanks", "  7\t", none, 7},
                    Row{"AnHourAtTheMost", "86400", none, 3600}, Row{"Negative", "-5", none, 0},
                    Row{"BeyondAllNumbers", "99999999999999999999999", none, 0}, Row{"Words", "soon", none, 0},
                    Row{"AFraction", "1.5", none, 0}, Row{"ADate", "Mon, 22 Feb 2027 10:00:30 GMT", none, 30},
                    Row{"ADateAsOfOld", "Monday, 22-Feb-27 10:00:30 GMT", none, 30},
                    Row{"ADateAsOfC", "Mon Feb 22 10:00:30 2027", none, 30},
                    Row{"ADateInThePast", "Mon, 22 Feb 2027 09:59:59 GMT", none, 0},
                    Row{"ADateFarAway", "Tue, 22 Feb 2028 10:00:00 GMT", none, 3600},
                    Row{"ADateByTheirClock", "Mon, 22 Feb 2027 08:00:30 GMT", "Mon, 22 Feb 2027 08:00:10 GMT", 20},
                    Row{"ADateBesideNonsense", "Mon, 22 Feb 2027 10:00:30 GMT", "yesterday", 30},
                    Row{"HalfADate", "Mon, 22 Feb", none, 0}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace llmapikey::net
