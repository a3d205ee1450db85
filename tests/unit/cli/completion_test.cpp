#include "cli/completion.hpp"

#include <gtest/gtest.h>

#include "cli/command_line.hpp"

namespace llmapikey::cli {
namespace {

// A command line with each kind of word.
class CompletionTest : public testing::Test {
protected:
    CompletionTest() {
        auto* keys = app_.add_subcommand("keys", "About keys");
        auto* list = keys->add_subcommand("list", "List them");
        values_.only(list->add_option("--state,--status", "In this state"), {"active", "at_cap", "ended"});
        list->add_option("--limit", "So many");
        auto* on = add_switch(*list, "--on", "On");
        add_switch(*list, "--off", "Off")->excludes(on);
        auto* revoke = keys->add_subcommand("revoke", "End them");
        auto* several = revoke->add_option("keys", "Which")->expected(1, -1)->allow_extra_args();
        values_.of(several, ValueKind::keys);
        auto* backup = app_.add_subcommand("backup", "Copy it");
        values_.of(backup->add_option("file", "Where")->required(), ValueKind::files);
        app_.add_subcommand("help", "Explain")->add_option("topic", "Which")->expected(1, -1);
    }

    std::vector<std::string> of(std::vector<std::string> words, Shell shell = Shell::zsh) {
        const auto stored = [this](ValueKind, const std::string& typed) {
            asked_ = typed;
            return std::vector<Candidate>{{"ada", "active"}, {"$(x)", ""}};
        };
        std::vector<std::string> list;
        const Candidates found = complete(app_, values_, shell, std::move(words), stored);
        for (const Candidate& each : found.list)
            list.push_back(each.value);
        if (found.are_files) list.emplace_back("FILES");
        return list;
    }
    using Words = std::vector<std::string>;

    CLI::App app_{"about", "program"};
    OptionValues values_;
    std::string asked_;
};

TEST_F(CompletionTest, CommandsAndOptions) {
    EXPECT_EQ(of({""}), (Words{"keys", "backup", "help"}));
    EXPECT_EQ(of({}), of({""}));
    EXPECT_EQ(of({"keys", "re"}), Words{"revoke"});
    EXPECT_EQ(of({"keys", "list", "--s"}), (Words{"--state", "--status"}));
    EXPECT_EQ(of({"keys", "list", ""}), of({"keys", "list", "--"})) << "nothing else can follow";
    EXPECT_EQ(of({"keys", "lst", "--"}), Words{"--help"}) << "what is misspelled is passed over";
    EXPECT_EQ(of({"nonsense", "--wrong", ""}), (Words{"keys", "backup", "help"}));
}

TEST_F(CompletionTest, NoOptionTwiceNorOneThatIsExcluded) {
    EXPECT_EQ(of({"keys", "list", "--on", "--o"}), Words{});
    EXPECT_EQ(of({"keys", "list", "--status", "ended", "--s"}), Words{}) << "two names of one option";
}

TEST_F(CompletionTest, ValuesOfOptions) {
    EXPECT_EQ(of({"keys", "list", "--state", "a"}), (Words{"active", "at_cap"}));
    EXPECT_EQ(of({"keys", "list", "--state=a"}), (Words{"--state=active", "--state=at_cap"}));
    EXPECT_EQ(of({"keys", "list", "--limit", ""}), Words{}) << "its value, of which nothing is known";
    EXPECT_EQ(of({"keys", "list", "--limit=", ""}).size(), 5U) << "the value is empty, and another word begins";
    EXPECT_EQ(of({"keys", "list", "--on="}), Words{}) << "takes no value";
    EXPECT_EQ(of({"backup", "c"}), Words{"FILES"});
}

TEST_F(CompletionTest, PiecesOfWordsInBash) {
    EXPECT_EQ(of({"keys", "list", "--state", "=", "a"}, Shell::bash), (Words{"active", "at_cap"}));
    EXPECT_EQ(of({"keys", "list", "--state", "="}, Shell::bash), (Words{"active", "at_cap", "ended"}));
    EXPECT_EQ(of({"keys", "list", "--state", "=", "ended", "--o"}, Shell::bash), (Words{"--on", "--off"}));
    (void)of({"keys", "revoke", "@", "ad"}, Shell::bash);
    EXPECT_EQ(asked_, "@ad");
    EXPECT_EQ(of({"keys", "revoke", "@", "ad"}, Shell::bash), (Words{"ada", "$(x)"})) << "nothing is cut off";
    EXPECT_EQ(of({"keys", "revoke", "@", "ada", ""}, Shell::bash), (Words{"ada", "$(x)"}));
    EXPECT_EQ(asked_, "");
}

TEST_F(CompletionTest, WithinAQuoteOnlyWhatNeedsNone) {
    EXPECT_EQ(of({"keys", "revoke", "x", ""}, Shell::bash), (Words{"ada", "$(x)"}));
    EXPECT_EQ(of({"keys", "revoke", "\"a"}, Shell::bash), Words{"ada"});
    EXPECT_EQ(asked_, "a");
}

TEST_F(CompletionTest, AfterTwoHyphensComesNoOption) {
    EXPECT_EQ(of({"keys", "revoke", "--", ""}), (Words{"ada", "$(x)"}));
    EXPECT_EQ(of({"keys", "list", "--", "--"}), Words{});
}

TEST_F(CompletionTest, TopicsOfHelp) {
    EXPECT_EQ(of({"help", ""}), (Words{"keys", "backup", "help", "environment"}));
    EXPECT_EQ(of({"help", "keys", "l"}), Words{"list"});
    EXPECT_EQ(of({"help", "nonsense", ""}), Words{});
}

TEST(CompletionTextTest, IsALineForEach) {
    const Candidates two{{{"ada", "active"}, {"bob", ""}}, false};
    EXPECT_EQ(completion_text(two, Shell::zsh), "ada\tactive\nbob\n");
    EXPECT_EQ(completion_text(two, Shell::bash), "ada\nbob\n");
    EXPECT_EQ(completion_text({{}, true}, Shell::fish), ":files\n");
    const Candidates broken{{{"a\nb", ""}, {"c\td", ""}, {"e\x1b[0m", ""}, {"", ""}, {"f", "g\nh"}}, false};
    EXPECT_EQ(completion_text(broken, Shell::zsh), "f\n") << "no value makes lines of its own";
}

}  // namespace
}  // namespace llmapikey::cli
