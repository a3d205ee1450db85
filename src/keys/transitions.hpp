#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "grant/grant.hpp"

// Every way in which the row of a key changes its status. The stores take from this table the
// statuses that a statement may find, the status that it sets and the webhook event that it writes.
// src/keys/README.md draws it, and tests/model/issuance.pml checks it.
namespace llmapikey {

// An operation of KeyStore, MintQueue, AdminStore or ReplacementStore.
enum class Step {
    reserve,             // KeyStore::reserve, to be minted by the caller now
    queue,               // KeyStore::reserve, to wait for its turn
    claim,               // MintQueue::claim
    activate,            // KeyStore::activate
    mark_ambiguous,      // KeyStore::mark_ambiguous
    requeue,             // MintQueue::requeue
    release,             // KeyStore::release
    abandon,             // KeyStore::abandon
    begin_replacement,   // ReplacementStore::begin_replacement
    finish_replacement,  // ReplacementStore::finish_replacement
    begin_ending,        // AdminStore::begin_revocations
    finish_ending,       // AdminStore::finish_revocation
};

enum class LedgerChange { none, begun, closed };
enum class Place { kept, taken, freed };

struct Transition {
    Step step;
    std::optional<GrantStatus> from, to;  // nullopt: there is no row
    LedgerChange ledger = LedgerChange::none;
    Place place = Place::kept;
    std::string_view event = "";  // type of the webhook event; empty: none
};

// Returns all transitions in the order of Step, and of GrantStatus within a step.
std::span<const Transition> transitions();

// Returns the word that statements use for the step, such as "activate".
std::string_view to_text(Step step);
std::optional<Step> parse_step(std::string_view text);

// Returns the status that a step leads to; nullopt if the row is removed.
std::optional<GrantStatus> target_of(Step step);

}  // namespace llmapikey
