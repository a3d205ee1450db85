#include "net/redacting_client.hpp"

#include <gtest/gtest.h>

#include "support/scripted_http_client.hpp"

namespace llmapikey::net {
namespace {

const std::string secret = "a secret/of+ours=";

// The body of an answer to a request with this header, as it comes through.
std::string heard(const std::string& said, const Header& header = {}) {
    auto scripted = std::make_unique<test::ScriptedHttpClient>();
    scripted->answer(400, said);
    const auto client =
        make_redacting(std::move(scripted), {base::Secret(secret), base::Secret(""), base::Secret("no")});
    ClientRequest request;
    request.headers.push_back(header);
    return client->send(request, base::Deadline::after(base::Millis{100})).body;
}

TEST(RedactingClientTest, HidesOurSecretsHoweverOftenTheyAreRepeated) {
    EXPECT_EQ(heard("x" + secret + secret + "y " + secret), "x******y ***");
    EXPECT_EQ(heard("client_secret=a%20secret%2Fof%2Bours%3D&code=1"), "client_secret=***&code=1");
}

TEST(RedactingClientTest, HidesWhatTheRequestAuthorizedItselfWith) {
    EXPECT_EQ(heard("bad: Bearer gho_0123456789", {"Authorization", "Bearer gho_0123456789"}), "bad: Bearer ***");
    EXPECT_EQ(heard("bad: gho_0123456789", {"authorization", "gho_0123456789"}), "bad: ***");
    EXPECT_EQ(heard("gho_0123456789", {"Accept", "Bearer gho_0123456789"}), "gho_0123456789");
}

TEST(RedactingClientTest, LeavesTheRestAsItIs) {
    EXPECT_EQ(heard("no key is known; a secret/of+yours="), "no key is known; a secret/of+yours=")
        << "what is short might be any word";
    EXPECT_EQ(heard(""), "");
}

}  // namespace
}  // namespace llmapikey::net
