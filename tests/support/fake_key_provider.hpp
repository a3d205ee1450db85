#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "providers/key_provider.hpp"
#include "providers/known_providers.hpp"

namespace llmapikey::test {

// The upstream in memory, with failures on demand. Thread-safe.
class FakeKeyProvider final : public KeyProvider, public CreditsReader, public ActivityReader, public Guardrails {
public:
    explicit FakeKeyProvider(const base::Clock& clock) : clock_(clock) {}

    enum class MintFault {
        unguarded,           // done, but the key could not be put under the guardrail
        unguarded_foreign,   // the same, and the answer contained the handle of the oldest key
        refused,             // certainly not done
        lost_before_effect,  // unknown, and not done
        lost_after_effect,   // unknown, and done
        handle_only,         // done; the answer contained the handle but not the key
        foreign_handle,      // done; the answer contained the handle of the oldest key, and no key
    };
    void fail_next_mint(MintFault fault);
    void fail_next_revoke();
    // Every attempt to revoke this key fails with `refusal` until this is called with nullopt.
    void refuse_to_revoke(const std::string& delete_handle, std::optional<base::Error> refusal);
    int revoke_calls(const std::string& delete_handle) const;
    void fail_next_list();
    void fail_next_guardrail();
    void refuse_credits(bool is_refused);
    void set_guardrail(std::optional<Guardrail> guardrail);
    // Every call that names this key fails with `error` until this is called with nullopt.
    void refuse(const std::string& delete_handle, std::optional<base::Error> error);
    // From now on updates succeed but leave the key's limit_reset as it is.
    void keep_limit_reset() { keeps_limit_reset_ = true; }
    // Runs inside the next mint, after its effect and before its answer.
    void during_next_mint(std::function<void()> action);
    // Runs inside the next get, after it has looked and before its answer.
    void during_next_get(std::function<void()> action);
    // Runs before each page of the list is returned.
    void before_each_page(std::function<void()> action);
    void set_page_size(std::size_t size) { page_size_ = size; }
    // From now on every page of the list is the first one.
    void pass_over_offsets() { passes_over_offsets_ = true; }

    // Adds a key that somebody made by other means; returns its handle.
    std::string add_key(const std::string& name, base::Timestamp created_at);
    void remove_key(const std::string& delete_handle);

    // Changes a key as its use or somebody else would.
    void change_key(const std::string& delete_handle, const std::function<void(UpstreamKey&)>& change);

    // Returns the handle of the newest key of this name; empty if there is none. Fails when a page
    // of the list would.
    base::Result<std::string> look_up(const std::string& name);

    int mint_calls() const;
    int update_calls() const;
    int list_calls() const;
    std::vector<UpstreamKey> live_keys() const;

    const ProviderTraits& traits() const override { return usual_provider(); }
    CreditsReader* credits_reader() override { return this; }
    ActivityReader* activity_reader() override { return this; }
    base::Result<std::vector<ModelSpending>> activity(base::Deadline) override { return models_spent; }
    std::vector<ModelSpending> models_spent;
    Guardrails* guardrails() override { return this; }
    MintOutcome mint(const MintRequest& request, base::Deadline deadline) override;
    base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) override;
    base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                     base::Deadline deadline) override;
    base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<Credits> credits(base::Deadline deadline) override;
    base::Result<std::optional<Guardrail>> guardrail(base::Deadline deadline) override;
    // Every key is under the guardrail.
    base::Result<GuardedKeys> guarded_page(std::size_t offset, base::Deadline deadline) override;
    base::Result<bool> is_guarded(const UpstreamKey&, base::Deadline) override { return true; }
    base::Result<void> guard(const std::string&, base::Deadline) override { return {}; }

private:
    base::Result<std::vector<UpstreamKey>> keys_at(std::size_t offset);
    std::string insert(const std::string& name, base::Timestamp created_at);
    std::optional<base::Error> refusal_of(const std::string& delete_handle) const;

    const base::Clock& clock_;
    mutable std::mutex mutex_;
    std::deque<UpstreamKey> keys_;  // newest first
    std::deque<MintFault> mint_faults_;
    int revoke_faults_ = 0, list_faults_ = 0, guardrail_faults_ = 0;
    bool are_credits_refused_ = false;
    std::optional<Guardrail> guardrail_;
    std::function<void()> during_mint_, during_get_, before_page_;
    std::size_t page_size_ = 100;
    std::map<std::string, base::Error> refusals_;  // of revoking, by handle
    std::map<std::string, int> revoke_calls_;
    std::map<std::string, base::Error> refused_;  // by handle
    bool keeps_limit_reset_ = false;
    bool passes_over_offsets_ = false;
    int mint_calls_ = 0, update_calls_ = 0, list_calls_ = 0;
    int last_handle_ = 0;
};

}  // namespace llmapikey::test
