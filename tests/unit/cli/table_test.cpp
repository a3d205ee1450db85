#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace llmapikey::cli {
namespace {

Table people() {
    Table table({{"LOGIN", false, 0, 8}, {"STATUS"}, {"TODAY", true}, {"ID", false, 2}, {"HINT", false, 1}});
    table.add({{"ada"}, {"active", Tone::good}, {"$2.30"}, {"11111111-2222"}, {"89b9"}});
    table.add({{"grace-with-a-long-name"}, {"disabled", Tone::warning}, {"$12.30"}, {"3"}, {"0fe0"}});
    return table;
}

std::string shown(int columns, std::string* left_out = nullptr) {
    std::string left;
    const std::string text = people().text({columns, false}, left);
    if (left_out != nullptr) *left_out = left;
    return text;
}

TEST(TableTest, HasAllColumnsWhereThereIsRoom) {
    std::string left;
    EXPECT_EQ(shown(0, &left),
              "LOGIN                   STATUS     TODAY  ID             HINT\n"
              "ada                     active     $2.30  11111111-2222  89b9\n"
              "grace-with-a-long-name  disabled  $12.30  3              0fe0\n");
    EXPECT_EQ(left, "");
    EXPECT_EQ(shown(61), shown(0));
}

TEST(TableTest, IsCutToTheTerminal) {
    EXPECT_EQ(shown(50),
              "LOGIN        STATUS     TODAY  ID             HINT\n"
              "ada          active     $2.30  11111111-2222  89b9\n"
              "grace-with…  disabled  $12.30  3              0fe0\n");
    std::string left;
    EXPECT_EQ(shown(32, &left),
              "LOGIN     STATUS     TODAY  HINT\n"
              "ada       active     $2.30  89b9\n"
              "grace-w…  disabled  $12.30  0fe0\n");
    EXPECT_EQ(left, "ID");
    left.clear();
    for (const int columns : {1, 10, 26})
        EXPECT_EQ(shown(columns, &left), shown(26)) << "what is needed stays";
    EXPECT_EQ(left, "ID, HINT");
}

TEST(TableTest, ColorDoesNotMoveColumns) {
    std::string left;
    EXPECT_NE(people().text({0, true}, left).find("\x1b[32mactive\x1b[0m     $2.30"), std::string::npos);
}

TEST(TableTest, LettersOfOtherLanguagesCountAsOne) {
    Table table({{"LOGIN", false, 0, 4}, {"X"}});
    table.add({{"žluťoučký"}, {"1"}});
    std::string left;
    EXPECT_EQ(table.text({0, false}, left), "LOGIN      X\nžluťoučký  1\n");
    EXPECT_EQ(table.text({8, false}, left), "LOGIN  X\nžluť…  1\n");
}

}  // namespace
}  // namespace llmapikey::cli
