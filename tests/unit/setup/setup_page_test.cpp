// The link that makes the first admin: who gets to its page, and who becomes admin by it.
#include "setup/setup_page.hpp"

#include "base/encoding.hpp"
#include "support/site_fixture.hpp"

namespace llmapikey::test {
namespace {

class SetupPageTest : public SiteFixture {
protected:
    SetupPageTest() {
        configured_admins_.clear();
        restart(usual_terms());
    }

    static std::string path_of(const std::string& token) { return "/setup?token=" + token; }
    SiteAnswer confirm(const std::string& token, const Recipient& by) {
        return post_form("/setup", {{"token", token}}, {.session = session_of(by)});
    }
    bool is_unknown(const SiteAnswer& answer) { return answer.status == 404 && answer.has("Page not found"); }
};

TEST_F(SetupPageTest, WhoeverHasTheLinkSignsInAndIsTheFirstAdmin) {
    const std::string token = setup_link_.make();
    const auto signed_out = get(path_of(token));
    EXPECT_EQ(signed_out.status, 200);
    EXPECT_TRUE(signed_out.has("/auth/login?next=%2Fsetup%3Ftoken%3D" + token));
    EXPECT_FALSE(signed_out.has("become-admin"));
    EXPECT_EQ(signed_out.header("Cache-Control"), "no-store");

    const Sender sender{.session = session_of(ada)};
    EXPECT_EQ(get("/admin", sender).status, 404);
    EXPECT_TRUE(get(path_of(token), sender).has("Make ada the first admin"));
    const auto made = confirm(token, ada);
    EXPECT_EQ(made.status, 303);
    EXPECT_EQ(made.header("Location"), "/admin");
    EXPECT_EQ(get("/admin", sender).status, 200);
    const AuditEntry record = audit_.read(0, 100).value().back().entry;
    EXPECT_EQ(record.action, "admin.first");
    EXPECT_EQ(record.actor, "github:1001");
    EXPECT_EQ(record.outcome, "done");

    const auto again = get(path_of(token), sender);
    EXPECT_EQ(again.status, 303) << "it works once, and leads the admin to the console";
    EXPECT_EQ(again.header("Location"), "/admin");
    EXPECT_TRUE(is_unknown(get(path_of(token), {.session = session_of(grace)})));
    EXPECT_TRUE(is_unknown(get(path_of(token))));
    EXPECT_TRUE(is_unknown(confirm(token, grace)));
    EXPECT_EQ(get("/admin", {.session = session_of(grace)}).status, 404);
    restart(usual_terms());
    EXPECT_EQ(get("/admin", sender).status, 200) << "also after a restart";
}

TEST_F(SetupPageTest, AWrongTokenIsAnUnknownPath) {
    const std::string token = setup_link_.make();
    const auto unknown = get("/no-such-path");
    for (const std::string& path :
         {std::string("/setup"), path_of(""), path_of("x"), path_of(token + "x"), path_of(token.substr(1))}) {
        const auto answer = get(path);
        EXPECT_TRUE(is_unknown(answer)) << path;
        EXPECT_EQ(answer.body.size(), unknown.body.size()) << path;
    }
    EXPECT_TRUE(is_unknown(confirm("x", ada)));
    (void)setup_link_.make();
    EXPECT_TRUE(is_unknown(get(path_of(token)))) << "a newer one has been made";
}

TEST_F(SetupPageTest, ItIsGoodForHalfAnHour) {
    const std::string token = setup_link_.make();
    clock_.advance(SetupLink::lifetime - base::Seconds{1});
    EXPECT_EQ(get(path_of(token)).status, 200);
    clock_.advance(base::Seconds{1});
    EXPECT_TRUE(is_unknown(get(path_of(token))));
    EXPECT_TRUE(is_unknown(confirm(token, ada)));
}

TEST_F(SetupPageTest, WithAnAdminInTheEnvironmentThereIsNoSuchPage) {
    configured_admins_ = {grace.id.value};
    restart(usual_terms());
    const std::string token = setup_link_.make();
    EXPECT_TRUE(is_unknown(get(path_of(token))));
    EXPECT_TRUE(is_unknown(confirm(token, ada)));
    EXPECT_EQ(get("/admin", {.session = session_of(ada)}).status, 404);
}

TEST_F(SetupPageTest, WhenAnotherReplicaHasAnAdminThisLinkIsOver) {
    const std::string token = setup_link_.make();
    ASSERT_TRUE(settings_.claim_first_admin(grace.id, {{"github:1003", "127.0.0.1"}, "grace"}, clock_.now()).value());
    EXPECT_TRUE(is_unknown(get(path_of(token))));
    EXPECT_TRUE(is_unknown(confirm(token, ada)));
    EXPECT_EQ(get("/admin", {.session = session_of(grace)}).status, 200) << "this process has read who it is";
    EXPECT_EQ(get("/admin", {.session = session_of(ada)}).status, 404);
    ASSERT_TRUE(settings_.remove_first_admin({{"operator", ""}, ""}, clock_.now()).value());
    EXPECT_TRUE(is_unknown(get(path_of(token)))) << "for good";
    EXPECT_TRUE(is_unknown(confirm(token, ada)));
}

TEST_F(SetupPageTest, MakingAnAdminTakesASessionAndAFormOfThisSite) {
    const std::string token = setup_link_.make();
    EXPECT_EQ(post_form("/setup", {{"token", token}}, {}).status, 401);
    EXPECT_TRUE(is_unknown(post_form("/setup", {{"token", "x"}}, {}))) << "nobody is told that there is such a page";
    EXPECT_EQ(post_form("/setup", {{"token", token}}, {.session = session_of(ada), .site = "cross-site"}).status, 403);
    EXPECT_EQ(get("/admin", {.session = session_of(ada)}).status, 404);
}

TEST_F(SetupPageTest, AnAnswerOfTheDatabaseThatIsLostDoesNotCountTwice) {
    const std::string token = setup_link_.make();
    settings_.is_answer_lost = true;
    EXPECT_EQ(confirm(token, ada).status, 303);
    EXPECT_EQ(get("/admin", {.session = session_of(ada)}).status, 200);
}

TEST_F(SetupPageTest, WhileTheDatabaseIsAwayNobodyBecomesAdmin) {
    const std::string token = setup_link_.make();
    settings_.is_away = true;
    EXPECT_EQ(get(path_of(token)).status, 503);
    EXPECT_EQ(confirm(token, ada).status, 503);
    settings_.is_away = false;
    EXPECT_EQ(confirm(token, ada).status, 303) << "the link is still good";
}

}  // namespace
}  // namespace llmapikey::test
