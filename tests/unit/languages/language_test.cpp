#include "languages/language.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

TEST(LanguageTest, TakesTheLanguageThatAHeaderLikesBest) {
    const std::pair<const char*, Language> cases[] = {
        {"", Language::english},
        {"*", Language::english},
        {"de", Language::german},
        {"DE-at", Language::german},
        {"pt-BR,pt;q=0.9,en;q=0.8", Language::portuguese},
        {"zh-CN", Language::chinese},
        {"zh-Hans-HK", Language::chinese},
        {"zh;q=0.5, en;q=0.4", Language::chinese},
        {"zh-Hant-TW, en;q=0.5", Language::english},  // these read traditional Chinese
        {"zh-HK", Language::english},
        {"zh-mo, ja;q=0.3", Language::japanese},
        {"zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", Language::english},  // Chrome's header
        {"zh, zh-TW;q=0.9", Language::english},
        {"zh-TW, zh-CN;q=0.5, en;q=0.4", Language::chinese},  // asks for the simplified one, too
        {"zh-TW;q=0, zh", Language::chinese},
        {"nl, en;q=0.3, fr;q=0.7", Language::french},
        {"en;q=0.8, ja;q=0.9", Language::japanese},
        {"en, vi", Language::english},                  // of two equal ones the first
        {"es;q=0, de;q=0.1", Language::german},         // q=0: not acceptable
        {"es;q=0.000", Language::english},              // nothing is left
        {"fr;q=1.000, de", Language::french},           //
        {"fr;q=x, de;q=0.2", Language::german},         // no weight
        {"fr;level=1, de;q=0.2", Language::german},     // no weight either
        {"deutsch, germany", Language::english},        // no language tags of ours
        {"nl", Language::english},                      //
        {",,;q=1,de;", Language::german},               // empty items
        {"fr;q=0.5;q=0.9, de;q=0.6", Language::german}  // only the beginning counts
    };
    for (const auto& [header, language] : cases)
        EXPECT_EQ(preferred_language(header), language) << header;
}

TEST(LanguageTest, KnowsItsCodes) {
    for (const LanguageName& each : language_names()) {
        EXPECT_EQ(find_language(each.code), each.language);
        EXPECT_EQ(name_of(each.language).name, each.name);
    }
    for (const char* code : {"", "EN", "de-AT", "xx"})
        EXPECT_FALSE(find_language(code)) << code;
}

}  // namespace
}  // namespace llmapikey
