#include "keys/pasted_key.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

TEST(PastedKey, LastCharactersOfWhatWasShortened) {
    for (const char* text : {"sk-or-v1-abc…0013", "sk-or-v1-abc...0013", "...0013", "…0013", " \"SK-OR-…0013\" ",
                             "**0013", "sk-or-v1-••••••0013", "sk-or-v1-abc…ffff0013"})
        EXPECT_EQ(hint_of_shortened(text), "0013") << text;
    for (const char* text : {"", "…", "...", "a...b", "a...beef", "0013", "octocat", ".0013", "...013", "...0013…",
                             "…€0013", "sk-or-v1-abc", "octo-cat…0013", "*", "**hackathon", "...hackathon"})
        EXPECT_EQ(hint_of_shortened(text), "") << text;
}

TEST(PastedKey, BeginningOfAKeyIsNoWholeKey) {
    EXPECT_TRUE(is_cut_off("sk-or-v1-"));
    EXPECT_TRUE(is_cut_off("Bearer sk-or-v1-0123456789"));
    EXPECT_FALSE(is_cut_off("sk-or-v1-" + std::string(64, 'a')));
    EXPECT_FALSE(is_cut_off("octocat"));
}

}  // namespace
}  // namespace llmapikey
