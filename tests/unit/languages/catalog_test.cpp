#include "languages/catalog.hpp"

#include <gtest/gtest.h>

#include "languages/locale_text.hpp"

namespace llmapikey {
namespace {

using namespace std::chrono_literals;

TEST(CatalogTest, LeadsFromEnglishToTheLanguage) {
    EXPECT_EQ(translated(Language::english, "Your key"), "Your key");
    for (const LanguageName& each : language_names()) {
        if (each.language == Language::english) continue;
        const auto text = translated(each.language, "Your key is ready.");
        EXPECT_NE(text, "Your key is ready.") << each.code;
        EXPECT_FALSE(text.empty()) << each.code;
    }
}

TEST(CatalogTest, KeepsWhatNoCatalogHas) {
    EXPECT_EQ(translated(Language::german, "openai/gpt-4o-mini"), "openai/gpt-4o-mini");
    EXPECT_EQ(counted(Language::german, 2, "unheard-of word"), "2 unheard-ofs word");
}

TEST(CatalogTest, FillsPlaces) {
    const std::string text =
        translated(Language::french, "{provider} does not answer just now.", {{"provider", "Example"}});
    EXPECT_NE(text.find("Example"), std::string::npos);
    EXPECT_EQ(text.find('{'), std::string::npos);
}

TEST(CatalogTest, CountsInThePluralsOfTheLanguage) {
    EXPECT_EQ(counted(Language::english, 1, "second ago"), "1 second ago");
    EXPECT_EQ(counted(Language::english, 12, "second ago"), "12 seconds ago");
    EXPECT_EQ(counted(Language::english, 0, "day"), "0 days");
    EXPECT_EQ(counted(Language::german, 1, "day"), "1 Tag");
    EXPECT_EQ(counted(Language::german, 0, "day"), "0 Tage");
    EXPECT_EQ(counted(Language::french, 0, "day"), "0 jour");
    EXPECT_EQ(counted(Language::french, 2, "day"), "2 jours");
    EXPECT_EQ(counted(Language::portuguese, 1, "day"), "1 dia");
    EXPECT_EQ(counted(Language::spanish, 2, "hour ago"), "hace 2 horas");
    EXPECT_EQ(counted(Language::japanese, 2, "hour ago"), "2 時間前");
    EXPECT_EQ(counted(Language::vietnamese, 1, "minute ago"), "1 phút trước");
}

TEST(LocaleTextTest, WritesDates) {
    const base::Timestamp time{std::chrono::sys_days{2027y / 2 / 5}};
    const std::pair<Language, std::pair<const char*, const char*>> cases[] = {
        {Language::english, {"5 February 2027", "5 Feb"}},
        {Language::vietnamese, {"5 tháng 2, 2027", "5 thg 2"}},
        {Language::spanish, {"5 de febrero de 2027", "5 feb"}},
        {Language::german, {"5. Februar 2027", "5. Feb."}},
        {Language::french, {"5 février 2027", "5 févr."}},
        {Language::portuguese, {"5 de fevereiro de 2027", "5 de fev."}},
        {Language::japanese, {"2027年2月5日", "2月5日"}},
        {Language::chinese, {"2027年2月5日", "2月5日"}},
    };
    for (const auto& [language, texts] : cases) {
        EXPECT_EQ(long_date_text(time, language), texts.first);
        EXPECT_EQ(short_date_text(time, language), texts.second);
    }
}

TEST(LocaleTextTest, WritesMoney) {
    EXPECT_EQ(localized_money(Language::english, "$48,600.50"), "$48,600.50");
    EXPECT_EQ(localized_money(Language::german, "$48,600.50"), "48.600,50\u00a0$");
    EXPECT_EQ(localized_money(Language::french, "-$1,234.50"), "-1\u202f234,50\u00a0$US");
    EXPECT_EQ(localized_money(Language::spanish, "$1,234.50"), "1234,50\u00a0US$");
    EXPECT_EQ(localized_money(Language::spanish, "$48,600.50"), "48.600,50\u00a0US$");
    EXPECT_EQ(localized_money(Language::portuguese, "$0.0042"), "US$\u00a00,0042");
    EXPECT_EQ(localized_money(Language::chinese, "$10"), "US$10");
    EXPECT_EQ(localized_money(Language::japanese, "$48,600.50"), "$48,600.50");
    EXPECT_EQ(localized_money(Language::german, "no limit"), "no limit");
    EXPECT_NE(localized_money(Language::german, "less than $0.0001").find("0,0001\u00a0$"), std::string::npos);
}

}  // namespace
}  // namespace llmapikey
