#include "sign_in/sign_in.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/encoding.hpp"
#include "support/manual_clock.hpp"

namespace llmapikey::test {
namespace {

const std::string callback_uri = "https://keys.example/auth/callback";

// Answers as it is told to, and records what it was asked.
class ScriptedIdentity final : public IdentityProvider {
public:
    std::string authorize_url(const AuthorizeRequest& request) const override {
        authorized.push_back(request);
        return "https://github.example/authorize";
    }
    base::Result<base::Secret> exchange(const ExchangeRequest& request, base::Deadline) override {
        exchanged.push_back(request);
        if (exchange_error) return tl::unexpected(*exchange_error);
        return base::Secret("token");
    }
    base::Result<Recipient> read_user(const base::Secret&, base::Deadline) override {
        if (user_error) return tl::unexpected(*user_error);
        return Recipient{{1001}, "ada"};
    }
    base::Result<void> revoke(const base::Secret& token, base::Deadline) override {
        revoked.push_back(token.reveal());
        return {};
    }
    base::Result<std::string> find_login(GithubUserId, base::Deadline) override { return "ada"; }
    base::Result<Recipient> find_account(const std::string&, base::Deadline) override { return Recipient{}; }
    base::Result<void> check_credentials(base::Deadline) override { return {}; }

    mutable std::vector<AuthorizeRequest> authorized;
    std::vector<ExchangeRequest> exchanged;
    std::vector<std::string> revoked;
    std::optional<base::Error> exchange_error, user_error;
};

class SignInTest : public testing::Test {
protected:
    // Begins an attempt, and gives the state that GitHub sends back.
    std::string begin(const std::string& next = "/dashboard") {
        started_ = sign_in_.start(next, callback_uri);
        return provider_.authorized.back().state;
    }
    SignInFailure failure_of(std::string_view state, std::string_view sealed) {
        const auto attempt = sign_in_.check(state, sealed);
        EXPECT_FALSE(attempt);
        return attempt ? SignInFailure::denied : attempt.error().failure;
    }
    tl::expected<SignedIn, SignInError> finish(const CallbackParameters& callback) {
        const std::string state = begin();
        const auto attempt = sign_in_.check(state, started_.sealed);
        if (!attempt) return tl::unexpected(attempt.error());
        return sign_in_.finish(*attempt, callback, base::Deadline::after(base::Millis{1000}));
    }

    ManualClock clock_;
    ScriptedIdentity provider_;
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "sign-in attempts"};
    SignIn sign_in_{provider_, sealer_, clock_};
    SignInStart started_;
};

TEST_F(SignInTest, TheAttemptComesBackAsItWasStarted) {
    const std::string state = begin("/docs?show=key");
    EXPECT_EQ(SignIn::attempt_id(state), started_.id);
    const auto attempt = sign_in_.check(state, started_.sealed);
    ASSERT_TRUE(attempt) << attempt.error().detail;
    EXPECT_EQ(attempt->id, started_.id);
    EXPECT_EQ(attempt->next, "/docs?show=key");
    EXPECT_EQ(attempt->redirect_uri, callback_uri);
    EXPECT_EQ(attempt->started_at, clock_.now());
    EXPECT_EQ(sign_in_.started_at(started_.id, started_.sealed), clock_.now());
    // RFC 7636, S256.
    EXPECT_GE(attempt->code_verifier.size(), 43u);
    EXPECT_EQ(provider_.authorized.back().code_challenge, base::to_base64url(base::sha256(attempt->code_verifier)));
    EXPECT_EQ(provider_.authorized.back().redirect_uri, callback_uri);
}

TEST_F(SignInTest, NoTwoAttemptsAreAlike) {
    const std::string first = begin(), id = started_.id, sealed = started_.sealed;
    const std::string second = begin();
    EXPECT_NE(first, second);
    EXPECT_NE(id, started_.id);
    EXPECT_NE(provider_.authorized[0].code_challenge, provider_.authorized[1].code_challenge);
    EXPECT_EQ(failure_of(second, sealed), SignInFailure::state_mismatch) << "the cookie of the other tab";
}

TEST_F(SignInTest, TheCookieHoldsNothingThatCanBeRead) {
    const std::string state = begin("/docs?show=key");
    EXPECT_EQ(started_.sealed.find(state), std::string::npos);
    EXPECT_EQ(started_.sealed.find("/docs"), std::string::npos);
}

TEST_F(SignInTest, AStateThatIsNotTheCookiesIsRefused) {
    std::string state = begin();
    EXPECT_EQ(failure_of(state, ""), SignInFailure::state_mismatch) << "another browser";
    EXPECT_EQ(failure_of("", started_.sealed), SignInFailure::state_mismatch);
    EXPECT_EQ(failure_of(started_.id, started_.sealed), SignInFailure::state_mismatch) << "the id alone";
    std::string damaged = started_.sealed;
    damaged.back() = damaged.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(failure_of(state, damaged), SignInFailure::state_mismatch);
    state.back() = state.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(failure_of(state, started_.sealed), SignInFailure::state_mismatch);
    EXPECT_EQ(failure_of(std::string(40, '!'), started_.sealed), SignInFailure::state_mismatch);
    EXPECT_FALSE(sign_in_.started_at("other", started_.sealed));
}

TEST_F(SignInTest, AnAttemptThatAnotherDeploymentSealedIsRefused) {
    const base::Sealer foreign(base::Secret(std::string(32, 'x')), "sign-in attempts");
    const SignInStart other = SignIn(provider_, foreign, clock_).start("/", callback_uri);
    EXPECT_EQ(failure_of(provider_.authorized.back().state, other.sealed), SignInFailure::state_mismatch);
    const base::Sealer of_another_purpose(base::Secret(std::string(32, 'k')), "raw keys");
    const SignInStart purpose = SignIn(provider_, of_another_purpose, clock_).start("/", callback_uri);
    EXPECT_EQ(failure_of(provider_.authorized.back().state, purpose.sealed), SignInFailure::state_mismatch);
}

TEST_F(SignInTest, ACookieOfOursThatHoldsNoAttemptIsRefused) {
    const std::string state = begin();
    for (const char* plain : {"", "too few\nlines", "a\nb\nno time\nc\nd"}) {
        const std::string sealed = sealer_.seal(plain, started_.id);
        EXPECT_EQ(failure_of(state, sealed), SignInFailure::state_mismatch) << plain;
        EXPECT_FALSE(sign_in_.started_at(started_.id, sealed));
    }
}

TEST_F(SignInTest, AnAttemptEndsAfterTenMinutesAndTheDifferenceOfClocks) {
    const std::string state = begin();
    clock_.advance(SignIn::attempt_lifetime + base::replica_skew_max);
    EXPECT_TRUE(sign_in_.check(state, started_.sealed));
    clock_.advance(base::Seconds{1});
    EXPECT_EQ(failure_of(state, started_.sealed), SignInFailure::state_mismatch);
}

TEST_F(SignInTest, TheCodeIsExchangedWithTheVerifierOfTheAttempt) {
    const auto signed_in = finish({"code", "", "", ""});
    ASSERT_TRUE(signed_in) << signed_in.error().detail;
    EXPECT_EQ(signed_in->recipient.id.value, 1001);
    EXPECT_EQ(signed_in->recipient.login, "ada");
    EXPECT_EQ(signed_in->next, "/dashboard");
    EXPECT_EQ(signed_in->token.reveal(), "token");
    ASSERT_EQ(provider_.exchanged.size(), 1u);
    EXPECT_EQ(provider_.exchanged[0].code, "code");
    EXPECT_EQ(provider_.exchanged[0].redirect_uri, callback_uri);
    EXPECT_EQ(provider_.authorized.back().code_challenge,
              base::to_base64url(base::sha256(provider_.exchanged[0].code_verifier)));
    EXPECT_TRUE(provider_.revoked.empty()) << "off the person's path";
}

TEST_F(SignInTest, ACallbackWithoutACodeOrWithAnErrorAsksGithubNothing) {
    EXPECT_EQ(finish({"", "", "", ""}).error().failure, SignInFailure::code_rejected);
    EXPECT_EQ(finish({"code", "", "access_denied", "no"}).error().failure, SignInFailure::denied);
    EXPECT_TRUE(provider_.exchanged.empty());
}

TEST_F(SignInTest, SaysWhoseFaultARefusalIs) {
    EXPECT_EQ(SignIn::refusal_of("access_denied").failure, SignInFailure::denied);
    EXPECT_EQ(SignIn::refusal_of("redirect_uri_mismatch").failure, SignInFailure::wrong_callback);
    EXPECT_EQ(SignIn::refusal_of("application_suspended").failure, SignInFailure::app_suspended);
    EXPECT_EQ(SignIn::refusal_of("anything").failure, SignInFailure::misconfigured);
    const std::string hostile = "x\n\"" + std::string(500, 'a');
    EXPECT_EQ(SignIn::refusal_of(hostile).detail.find('\n'), std::string::npos) << "it goes to the log";
    EXPECT_LT(SignIn::refusal_of(hostile).detail.size(), 200u);
}

TEST_F(SignInTest, AFailedExchangeSaysWhy) {
    for (const auto& [code, failure] :
         std::vector<std::pair<base::Errc, SignInFailure>>{{base::Errc::invalid_input, SignInFailure::code_rejected},
                                                           {base::Errc::forbidden, SignInFailure::email_unverified},
                                                           {base::Errc::rate_limited, SignInFailure::rate_limited},
                                                           {base::Errc::misconfigured, SignInFailure::misconfigured},
                                                           {base::Errc::upstream_down, SignInFailure::github_down}}) {
        provider_.exchange_error = base::Error{code, "why", base::Seconds{30}};
        const auto signed_in = finish({"code", "", "", ""});
        ASSERT_FALSE(signed_in);
        EXPECT_EQ(signed_in.error().failure, failure);
        EXPECT_EQ(signed_in.error().retry_after, base::Seconds{30});
        EXPECT_NE(signed_in.error().detail.find("why"), std::string::npos);
    }
    EXPECT_TRUE(provider_.revoked.empty()) << "there is no token";
}

TEST_F(SignInTest, ATokenWhoseProfileCannotBeReadIsRevoked) {
    provider_.user_error = base::Error{base::Errc::forbidden, "an organization", {}};
    EXPECT_EQ(finish({"code", "", "", ""}).error().failure, SignInFailure::not_a_person);
    provider_.user_error = base::Error{base::Errc::upstream_down, "no answer", {}};
    EXPECT_EQ(finish({"code", "", "", ""}).error().failure, SignInFailure::github_down);
    EXPECT_EQ(provider_.revoked, (std::vector<std::string>{"token", "token"}));
}

}  // namespace
}  // namespace llmapikey::test
