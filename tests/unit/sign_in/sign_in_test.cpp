#include "sign_in/sign_in.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "support/fake_identity_provider.hpp"
#include "support/manual_clock.hpp"

namespace llmapikey {
namespace {

// Remembers what it was asked.
class ListeningProvider final : public IdentityProvider {
public:
    std::string authorize_url(const AuthorizeRequest& request) const override {
        authorized = request;
        return github.authorize_url(request);
    }
    base::Result<base::Secret> exchange(const ExchangeRequest& request, base::Deadline deadline) override {
        exchanged = request;
        if (exchange_error) return tl::unexpected(*exchange_error);
        return github.exchange(request, deadline);
    }
    base::Result<Recipient> read_user(const base::Secret& token, base::Deadline deadline) override {
        return github.read_user(token, deadline);
    }
    base::Result<void> revoke(const base::Secret&, base::Deadline) override {
        ++revoked;
        return {};
    }
    base::Result<std::string> find_login(GithubUserId id, base::Deadline deadline) override {
        return github.find_login(id, deadline);
    }
    base::Result<Recipient> find_account(const std::string& login, base::Deadline deadline) override {
        return github.find_account(login, deadline);
    }
    base::Result<void> check_credentials(base::Deadline deadline) override {
        return github.check_credentials(deadline);
    }

    test::FakeIdentityProvider github;
    mutable AuthorizeRequest authorized;
    ExchangeRequest exchanged;
    std::optional<base::Error> exchange_error;
    int revoked = 0;
};

class SignInTest : public testing::Test {
protected:
    static constexpr const char* callback = "https://keys.example.org/auth/callback";
    static inline const CallbackParameters with_code{"code", "", "", ""};
    static base::Deadline soon() { return base::Deadline::after(base::Seconds{5}); }
    std::string state() const { return provider_.authorized.state; }
    SignInFailure failure_of(const std::string& state, const std::string& sealed) {
        const auto checked = sign_in_.check(state, sealed);
        EXPECT_FALSE(checked);
        return checked.error().failure;
    }

    test::ManualClock clock_;
    ListeningProvider provider_;
    const base::Sealer sealer_{base::Secret(std::string(32, 's')), "sign-in attempts"};
    SignIn sign_in_{provider_, sealer_, clock_};
};

TEST_F(SignInTest, WhoBeganComesBackAsTheirAccount) {
    provider_.github.add({{1001}, "ada"});
    const auto start = sign_in_.start("/docs", callback);
    EXPECT_NE(start.authorize_url.find(state()), std::string::npos);
    EXPECT_EQ(SignIn::attempt_id(state()), start.id);
    EXPECT_EQ(sign_in_.started_at(start.id, start.sealed), clock_.now());
    clock_.advance(base::Seconds{30});
    const auto attempt = sign_in_.check(state(), start.sealed);
    ASSERT_TRUE(attempt) << attempt.error().detail;
    EXPECT_EQ(attempt->next, "/docs");
    EXPECT_EQ(attempt->redirect_uri, callback);
    const auto signed_in = sign_in_.finish(*attempt, with_code, soon());
    ASSERT_TRUE(signed_in) << signed_in.error().detail;
    EXPECT_EQ(signed_in->recipient.id.value, 1001);
    EXPECT_EQ(signed_in->recipient.login, "ada");
    EXPECT_EQ(signed_in->next, "/docs");
    EXPECT_EQ(signed_in->token.reveal(), "token of code");
    EXPECT_EQ(provider_.exchanged.redirect_uri, callback);
    EXPECT_EQ(base::to_base64url(base::sha256(provider_.exchanged.code_verifier)), provider_.authorized.code_challenge)
        << "the verifier is the challenge's (RFC 7636)";
    EXPECT_GE(provider_.exchanged.code_verifier.size(), 43u);
}

TEST_F(SignInTest, EachAttemptHasItsOwnStateAndVerifier) {
    const auto one = sign_in_.start("/", callback);
    const auto first = provider_.authorized;
    const auto two = sign_in_.start("/", callback);
    EXPECT_NE(one.id, two.id);
    EXPECT_NE(first.state, provider_.authorized.state);
    EXPECT_NE(first.code_challenge, provider_.authorized.code_challenge);
    EXPECT_EQ(failure_of(first.state, two.sealed), SignInFailure::state_mismatch) << "another attempt's cookie";
    EXPECT_TRUE(sign_in_.check(first.state, one.sealed)) << "both go on side by side";
    EXPECT_FALSE(sign_in_.started_at(one.id, two.sealed));
}

TEST_F(SignInTest, AStateThatIsNotTheCookiesIsRefused) {
    const auto start = sign_in_.start("/", callback);
    std::string other = state();
    other.back() = other.back() == 'A' ? 'B' : 'A';
    for (const std::string& wrong : {std::string(), std::string("x"), start.id, other, state() + "x"})
        EXPECT_EQ(failure_of(wrong, start.sealed), SignInFailure::state_mismatch) << wrong;
    for (const std::string& cookie : {std::string(), std::string("x"), start.sealed + "x"})
        EXPECT_EQ(failure_of(state(), cookie), SignInFailure::state_mismatch) << cookie;
    const base::Sealer foreign(base::Secret(std::string(32, 'x')), "sign-in attempts");
    EXPECT_EQ(failure_of(state(), foreign.seal("a\nb\n1\nc\nd", start.id)), SignInFailure::state_mismatch);
    EXPECT_EQ(failure_of(state(), sealer_.seal("too few\nlines", start.id)), SignInFailure::state_mismatch);
}

TEST_F(SignInTest, AnAttemptEndsAfterItsLifetime) {
    const auto start = sign_in_.start("/", callback);
    clock_.advance(SignIn::attempt_lifetime);
    EXPECT_TRUE(sign_in_.check(state(), start.sealed));
    clock_.advance(base::replica_skew_max + base::Seconds{1});
    EXPECT_EQ(failure_of(state(), start.sealed), SignInFailure::state_mismatch);
    EXPECT_TRUE(sign_in_.started_at(start.id, start.sealed)) << "how old it is can still be told";
}

TEST_F(SignInTest, WhatGithubAnswersInsteadIsToldByItsCause) {
    const auto finish = [&](const CallbackParameters& parameters) {
        return sign_in_.finish({}, parameters, soon()).error().failure;
    };
    EXPECT_EQ(finish({"", "", "access_denied", ""}), SignInFailure::denied);
    EXPECT_EQ(finish({"", "", "redirect_uri_mismatch", ""}), SignInFailure::wrong_callback);
    EXPECT_EQ(finish({"", "", "application_suspended", ""}), SignInFailure::app_suspended);
    EXPECT_EQ(finish({"", "", "whatever", ""}), SignInFailure::misconfigured);
    EXPECT_EQ(finish({}), SignInFailure::code_rejected) << "neither a code nor an error";
    EXPECT_EQ(provider_.exchanged.code, "") << "GitHub is not asked for any of that";
    EXPECT_EQ(SignIn::refusal_of("a\nb").detail.find('\n'), std::string::npos) << "anybody can send it: it is logged";
    for (const auto& [code, failure] :
         std::vector<std::pair<base::Errc, SignInFailure>>{{base::Errc::invalid_input, SignInFailure::code_rejected},
                                                           {base::Errc::forbidden, SignInFailure::email_unverified},
                                                           {base::Errc::rate_limited, SignInFailure::rate_limited},
                                                           {base::Errc::misconfigured, SignInFailure::misconfigured},
                                                           {base::Errc::upstream_down, SignInFailure::github_down}}) {
        provider_.exchange_error = base::Error{code, "no", base::Seconds{7}};
        const auto failed = sign_in_.finish({}, with_code, soon());
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().failure, failure);
        EXPECT_EQ(failed.error().retry_after, base::Seconds{7});
        EXPECT_EQ(failed.error().detail.find("code_"), std::string::npos);
    }
}

TEST_F(SignInTest, ATokenOfNoPersonIsRevokedAtOnce) {
    const auto failed = sign_in_.finish({}, with_code, soon());  // GitHub knows nobody
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().failure, SignInFailure::not_a_person);
    EXPECT_EQ(provider_.revoked, 1);
}

}  // namespace
}  // namespace llmapikey
