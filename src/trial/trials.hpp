#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>

#include "keys/issuance.hpp"
#include "keys/key_store.hpp"
#include "providers/chat_provider.hpp"

namespace llmapikey {

// Why a key cannot be tried now.
enum class TrialObstacle {
    no_key,      // or none that is active
    not_kept,    // an older deployment made it and kept no copy
    unreadable,  // it was sealed with another secret
    expired,
    switched_off,  // by an organizer
    account_busy,  // this account's last question is not answered yet
    all_busy,      // too many at once
    store_failed,
};

// Lets recipients ask a model one question with their own key, so that they see it work. Nothing of
// it is stored. Blocking (database and upstream); thread-safe.
class Trials {
public:
    struct Policy {
        std::size_t batch_max = 8;     // in this process; one of each account
        base::Millis timeout{25'000};  // of one answer
    };
    Trials(Policy policy, KeyStore& store, const Issuance& issuance, ChatProvider& provider, const base::Clock& clock)
        : policy_(policy), store_(store), issuance_(issuance), provider_(provider), clock_(clock) {}

    // The right to ask once, with the key that the seat holds. Must not outlive the Trials.
    struct Trial {
        base::Secret key;
        Grant grant;                        // that the key is of
        std::shared_ptr<const void> place;  // among those that are answered at once; free again when it goes
    };
    tl::expected<Trial, TrialObstacle> begin(const Seat& seat);
    // As ChatProvider::ask(). The place is free again when it returns.
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
