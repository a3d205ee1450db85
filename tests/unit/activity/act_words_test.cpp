#include "activity/act_words.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

const ActNames names{{{"1001", "mia-schmidt"}, {"1003", "linus-organizer"}}, {{"g1", "89b9"}}};

Act act(std::string actor, std::string action, std::string outcome, std::string detail, std::string intent = "") {
    Act made;
    made.actor = std::move(actor);
    made.action = std::move(action);
    made.subject = "account:1001 grant:g1";
    made.outcome = std::move(outcome);
    made.detail = std::move(detail);
    made.intent = std::move(intent);
    return made;
}

// The sentence as people read it.
std::string told(const Act& act) {
    const ActSentence sentence = sentence_of(act, names);
    std::string text = sentence.who + " " + sentence.verb;
    if (!sentence.whom.empty()) text += " " + sentence.whom;
    text += sentence.rest;
    if (!sentence.reason.empty()) text += ": " + sentence.reason;
    if (!sentence.result.empty()) text += ". " + sentence.result;
    return text;
}

TEST(ActWordsTest, OrganizersAndPeople) {
    EXPECT_EQ(told(act("github:1003", "key.revoke", "done", "leaked", "leaked")),
              "linus-organizer revoked mia-schmidt's key …89b9: leaked");
    EXPECT_EQ(told(act("github:1003 token:t", "key.reveal", "done", "asked for it", "asked for it")),
              "linus-organizer (by an API token) looked at mia-schmidt's key …89b9: asked for it");
    EXPECT_EQ(told(act("recipient:1001", "key.revoke", "done", "given back", "given back")),
              "mia-schmidt gave back their key …89b9");
    EXPECT_EQ(told(act("recipient:1001", "key.replace", "done", "rotated", "rotated")),
              "mia-schmidt replaced their key …89b9");
    EXPECT_EQ(told(act("system", "key.revoke", "done", "expired", "expired")),
              "The service ended mia-schmidt's key …89b9: it had expired");
    EXPECT_EQ(told(act("cli:root", "key.mint", "done", "created", "mia-schmidt")),
              "root (on the command line) made a key for mia-schmidt …89b9");
    EXPECT_EQ(told(act("github:1003", "hold.set", "done", "exam", "exam")),
              "linus-organizer put mia-schmidt on hold: exam");
}

TEST(ActWordsTest, WhoDidItIsNamedWhereThatIsKnown) {
    EXPECT_EQ(who_did("github:1003", names), "linus-organizer");
    EXPECT_EQ(who_did("github:1003 token:t", names), "linus-organizer (by an API token)");
    EXPECT_EQ(who_did("github:7", names), "account 7");
    EXPECT_EQ(who_did("recipient:1001", names), "mia-schmidt");
    EXPECT_EQ(who_did("cli:root", names), "root (on the command line)");
    EXPECT_EQ(who_did("system", names), "The service");
}

TEST(ActWordsTest, TheListOfPeople) {
    Act removed = act("github:1003", "people.remove", "done", "nobody-yet", "nobody-yet");
    EXPECT_EQ(told(removed), "linus-organizer removed nobody-yet from the list");
    removed.subject = "people:5";
    EXPECT_EQ(told(removed), "linus-organizer removed nobody-yet from the list");
}

TEST(ActWordsTest, ChangesSayWhatWasChanged) {
    EXPECT_EQ(told(act("github:1003", "key.change", "done", "switch off: a loop", "switch off: a loop")),
              "linus-organizer switched off mia-schmidt's key …89b9: a loop");
    EXPECT_EQ(told(act("github:1003", "key.change", "done", "cap $15.00 a day", "cap $15.00 a day")),
              "linus-organizer set the cap of mia-schmidt's key to $15.00 a day …89b9");
}

TEST(ActWordsTest, WhatFailedOrHasNoEndSaysSo) {
    const Act failed = act("github:1003", "key.revoke", "failed", "no answer", "leaked");
    EXPECT_EQ(told(failed), "linus-organizer could not revoke mia-schmidt's key …89b9: leaked");
    EXPECT_EQ(sentence_of(failed, names).problem, "no answer");
    const Act open = act("github:1003", "key.revoke", "begun", "leaked");
    EXPECT_EQ(told(open), "linus-organizer began to revoke mia-schmidt's key …89b9: leaked");
    EXPECT_TRUE(sentence_of(open, names).is_open);
}

TEST(ActWordsTest, UnknownActionsAndPeopleAreShownAsTheyAre) {
    Act strange = act("github:77", "planet.move", "done", "");
    strange.subject = "planet:9";
    EXPECT_EQ(told(strange), "account 77 planet.move:");
    EXPECT_EQ(account_in("bulk:account:5"), "");
    EXPECT_EQ(account_of_actor("github:1003 token:x"), "1003");
    EXPECT_EQ(account_of_actor("cli:root"), "");
}

TEST(ActWordsTest, AReasonThatSpeaksOfABulkIsToldWhole) {
    EXPECT_EQ(told(act("github:1003", "key.revoke", "done", "As agreed (bulk order)")),
              "linus-organizer revoked mia-schmidt's key …89b9: As agreed (bulk order)");
}

TEST(ActWordsTest, BulkTellsItsResult) {
    EXPECT_EQ(told(act("github:1003", "key.revoke", "done", "It is over (bulk 7ec701c3-5d4e-4f60-8a1b-0c2d3e4f5a6b)")),
              "linus-organizer revoked mia-schmidt's key …89b9: It is over");
    Act bulk = act("github:1003", "keys.revoke", "done", "2 keys revoked", "The workshop is over (q=-workshop)");
    bulk.subject = "bulk:b";
    EXPECT_EQ(told(bulk), "linus-organizer revoked several keys: The workshop is over (q=-workshop). 2 keys revoked");
    bulk.action = "keys.disable";
    EXPECT_EQ(told(bulk),
              "linus-organizer switched several keys off: The workshop is over (q=-workshop). 2 keys revoked");
    EXPECT_EQ(told(act("github:1003", "key.change", "done",
                       "switch off: It is over (bulk 7ec701c3-5d4e-4f60-8a1b-0c2d3e4f5a6b)")),
              "linus-organizer switched off mia-schmidt's key …89b9: It is over");
    EXPECT_EQ(told(act("github:1003", "key.replace", "done", "It is over (bulk 7ec701c3-5d4e-4f60-8a1b-0c2d3e4f5a6b)")),
              "linus-organizer replaced mia-schmidt's key …89b9: It is over");
}

}  // namespace
}  // namespace llmapikey
