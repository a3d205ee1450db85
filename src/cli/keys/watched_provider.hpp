#pragma once

#include <functional>

#include "providers/key_provider.hpp"

namespace llmapikey::cli {

// Passes every call on to another provider, which must outlive it, and reports each page of the
// list of keys that was read: how many keys are on it, and whether it was the last one.
class WatchedProvider final : public KeyProvider {
public:
    using Watch = std::function<void(std::size_t keys, bool is_last)>;
    WatchedProvider(KeyProvider& inner, Watch watch) : inner_(inner), watch_(std::move(watch)) {}

    const ProviderTraits& traits() const override { return inner_.traits(); }
    MintOutcome mint(const MintRequest& request, base::Deadline deadline) override {
        return inner_.mint(request, deadline);
    }
    base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) override {
        return inner_.get(delete_handle, deadline);
    }
    base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) override {
        auto page = inner_.list(std::move(after), deadline);
        if (page) watch_(page->keys.size(), page->next == nullptr);
        return page;
    }
    base::Result<std::vector<std::string>> find_attempts(const std::vector<SoughtAttempt>& attempts,
                                                         const ScanPatience& patience) override {
        return inner_.find_attempts(attempts, patience);
    }
    base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                     base::Deadline deadline) override {
        return inner_.update(delete_handle, change, deadline);
    }
    base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) override {
        return inner_.revoke(delete_handle, deadline);
    }
    CreditsReader* credits_reader() override { return inner_.credits_reader(); }
    ActivityReader* activity_reader() override { return inner_.activity_reader(); }
    Guardrails* guardrails() override { return inner_.guardrails(); }

private:
    KeyProvider& inner_;
    const Watch watch_;
};

}  // namespace llmapikey::cli
