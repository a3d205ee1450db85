#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>

#include "keys/issuance.hpp"
#include "keys/key_store.hpp"
#include "providers/chat_provider.hpp"

namespace llmapikey {

// Says why a key cannot be tried now.
enum class TrialObstacle {
    no_key,      // the account has no active key
    not_kept,    // an older deployment made the key and kept no copy
    unreadable,  // the key was sealed with another secret
    expired,
    switched_off,  // by an organizer
    account_busy,  // this account's last question is not answered yet
    all_busy,      // too many trials at once
    store_failed,
};

// Lets recipients ask a model one question with their own key, so that they see that it works.
// Nothing is stored. Blocking (database and upstream); thread-safe.
class Trials {
public:
    struct Policy {
        std::size_t batch_max = 8;     // trials at once in this process, at most one for each account
        base::Millis timeout{25'000};  // of one answer
    };
    Trials(Policy policy, KeyStore& store, const Issuance& issuance, ChatProvider& provider, const base::Clock& clock)
        : policy_(policy), store_(store), issuance_(issuance), provider_(provider), clock_(clock) {}

    // The right to ask once, with the key that the seat holds. It must not outlive the Trials
    // object.
    struct Trial {
        base::Secret key;
        Grant grant;                        // whose key it is
        std::shared_ptr<const void> place;  // counts towards `batch_max`; the place is free when this is destroyed
    };
    tl::expected<Trial, TrialObstacle> begin(const Seat& seat);
    // Asks as ChatProvider::ask() does. When it returns, the place is free again.
    tl::expected<ChatEnd, ChatFailure> ask(Trial trial, const ChatRequest& request, ChatListener& listener);

private:
    tl::expected<Trial, TrialObstacle> find_key(const Seat& seat);
    void leave(GithubUserId account);

    const Policy policy_;
    KeyStore& store_;
    const Issuance& issuance_;
    ChatProvider& provider_;
    const base::Clock& clock_;
    std::mutex mutex_;
    std::set<GithubUserId> asking_;
};

}  // namespace llmapikey
