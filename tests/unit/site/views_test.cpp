#include "http/answers/views.hpp"
#include "site/public_views.hpp"
#include "trial/trial_views.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "support/example_views.hpp"

namespace llmapikey {
namespace {

using test::chart;
using test::contains;
using test::frame;
using test::full_dashboard;

ModelChoice all_lists(const std::string& word) {
    ModelChoice models;
    models.state = ModelChoice::State::known;
    models.allowed_models = models.ignored_models = models.allowed_providers = models.ignored_providers = {word};
    models.limit_usd = models.limit_interval = word;
    return models;
}

std::string docs_with(const ModelChoice& models) {
    return render(DocsView{frame(), "https://r/api/v1", "m", "", "", "", models});
}

std::vector<std::string> all_pages(const Frame& frame) {
    std::vector<std::string> pages{
        render(LandingView{frame}),
        render(DocsView{frame, "https://r/api/v1", "m", "", "", ""}),
        render(DocsView{frame, "https://r/api/v1", "m", "sk-…1234", "sk-raw", "2027-01-01"}),
        render(DocsView{frame, "https://r/api/v1", "m", "", "", "", all_lists("word")}),
        render(LandingView{frame, true}),
        render(TryView{frame, "some/model", "Hello?", "Hello.", "Why it broke off", "Cost $0.0001."}),
        render(ErrorView{frame, 404, "Title", "Why", "What now", "/", "Go", "id"})};
    for (const auto state :
         {DashboardState::signed_out, DashboardState::no_key, DashboardState::paused, DashboardState::in_progress,
          DashboardState::ambiguous, DashboardState::has_key, DashboardState::not_kept, DashboardState::on_hold,
          DashboardState::revoking, DashboardState::unreadable, DashboardState::queued, DashboardState::replacing}) {
        DashboardView view = full_dashboard();
        view.frame = frame;
        view.state = state;
        pages.push_back(render(view));
        view.place = "3";
        view.problem = view.past_key = "A sentence.";
        view.is_gone = view.is_given_back = true;
        pages.push_back(render(view));
    }
    return pages;
}

TEST(ViewsTest, EveryPageIsAWholeDocumentWithOneHeadingAndNothingInline) {
    for (const std::string& page : all_pages(frame())) {
        EXPECT_TRUE(page.starts_with("<!doctype html>"));
        EXPECT_NE(page.find("</html>"), std::string::npos);
        EXPECT_EQ(page.find("{{"), std::string::npos);
        EXPECT_EQ(page.find("<h1"), page.rfind("<h1"));
        EXPECT_FALSE(std::regex_search(page, std::regex(R"( style=| on[a-z]+=|<style|javascript:|="")"))) << page;
        EXPECT_FALSE(std::regex_search(page, std::regex(R"(<script>|<script [^>]*>[^<])")));
    }
}

TEST(ViewsTest, NumbersComeFromTheConfigurationAlone) {
    for (const std::string& page : all_pages(frame())) {
        for (const char* wrong : {"10 US", "$10", "for 90 days", ">90<", ">10<"})
            EXPECT_EQ(page.find(wrong), std::string::npos) << wrong;
    }
    const std::string landing = render(LandingView{frame()});
    EXPECT_NE(landing.find("$7.25"), std::string::npos);
    EXPECT_NE(landing.find("13 days"), std::string::npos);
}

TEST(ViewsTest, HostileTextIsEscapedEverywhere) {
    const std::string hostile = "\"'><script>alert(1)</script>&";
    Frame bad = frame();
    bad.login = bad.csrf_token = bad.daily_limit_usd = hostile;
    DashboardView view = full_dashboard();
    view.frame = bad;
    view.masked_key = view.raw_key = view.resets_in = view.api_base_url = view.example_model = hostile;
    view.expires_on = view.resets_at = {hostile, hostile, hostile};
    view.models = {{hostile, hostile, hostile}};
    view.usage->spent_usd = view.usage->remaining_usd = view.usage->spent_of_range = hostile;
    view.usage->updated = {hostile, hostile, hostile};
    view.usage->days = chart(hostile);
    std::vector<std::string> pages = all_pages(bad);
    pages.push_back(render(view));
    pages.push_back(render(DocsView{bad, hostile, hostile, hostile, hostile, hostile, all_lists(hostile)}));
    pages.push_back(render(TryView{bad, hostile, hostile, hostile, hostile, hostile}));
    pages.push_back(render(ErrorView{bad, 500, hostile, hostile, hostile, hostile, hostile, hostile}));
    for (const std::string& page : pages) {
        EXPECT_EQ(page.find("<script>alert"), std::string::npos);
        EXPECT_EQ(page.find("\"'>"), std::string::npos);
    }
}

TEST(ViewsTest, TheDocsSayThatAnyModelMayBeCalledWhereThatIsSo) {
    EXPECT_TRUE(contains(docs_with({}), "</a> is allowed"));
    EXPECT_FALSE(contains(docs_with({}), "id=\"models\""));
    ModelChoice empty;
    empty.state = ModelChoice::State::known;
    EXPECT_EQ(docs_with(empty), docs_with({})) << "a guardrail without lists limits no model";
    EXPECT_TRUE(contains(render(LandingView{frame()}), "any model"));
    EXPECT_FALSE(contains(render(LandingView{frame(), true}), "any model"));
}

TEST(ViewsTest, TheDocsSayWhenTheListOfModelsIsNotKnownYet) {
    ModelChoice unknown;
    unknown.state = ModelChoice::State::not_known_yet;
    EXPECT_TRUE(contains(docs_with(unknown), "has not read the list from OpenRouter yet"));
    EXPECT_FALSE(contains(docs_with(unknown), "; any model"));
}

TEST(ViewsTest, TheDocsListWhatTheGuardrailAllows) {
    ModelChoice models = all_lists("one-word");
    models.allowed_models = {"openai/gpt-4o-mini", "meta-llama/llama-3.3-70b-instruct"};
    models.limit_usd = "$12.50";
    models.limit_interval = "weekly";
    const std::string page = docs_with(models);
    for (const char* text : {"these 2 models", "<li><code>openai/gpt-4o-mini</code></li>",
                             "Not allowed:", "from these providers only", "never come from", "$12.50 weekly"})
        EXPECT_TRUE(contains(page, text)) << text;
    EXPECT_FALSE(contains(page, "; any model"));
    EXPECT_FALSE(contains(page, "Show all"));
    models.allowed_models.assign(300, "some/model");
    EXPECT_TRUE(contains(docs_with(models), "<details><summary>Show all 300</summary>"));
    models.allowed_models.clear();
    EXPECT_TRUE(contains(docs_with(models), "except those below"));
}

TEST(ViewsTest, PausedIsSaidOnEveryPage) {
    Frame paused = frame();
    paused.is_paused = true;
    for (const std::string& page : all_pages(paused))
        EXPECT_NE(page.find("New keys are paused."), std::string::npos);
    for (const std::string& page : all_pages(frame()))
        EXPECT_EQ(page.find("id=\"paused\""), std::string::npos);
}

TEST(ViewsTest, TheDocsMaskTheKeyUntilItIsAskedFor) {
    const std::string masked = render(DocsView{frame(), "https://r/api/v1", "m", "sk-…1234", "", ""});
    EXPECT_NE(masked.find("Bearer sk-…1234"), std::string::npos);
    EXPECT_NE(masked.find("id=\"show-key\""), std::string::npos);
    EXPECT_NE(render(DocsView{frame(), "https://r/api/v1", "m", "", "", ""}).find("Bearer YOUR_KEY"),
              std::string::npos);
}

}  // namespace
}  // namespace llmapikey
