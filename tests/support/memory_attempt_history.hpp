#pragma once

#include <map>
#include <mutex>

#include "keys/attempt_history.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::test {

// AttemptHistory of a store in memory, which forgets nothing. Thread-safe.
class MemoryAttemptHistory final : public AttemptHistory {
public:
    explicit MemoryAttemptHistory(MemoryKeyStore& store) : store_(store) {}

    base::Result<std::set<std::string>> remembered(const std::vector<std::string>& nonces) override {
        std::set<std::string> found;
        for (const std::string& nonce : nonces)
            if (store_.remembers(nonce)) found.insert(nonce);
        return found;
    }
    base::Result<base::Timestamp> began_at() override { return base::Timestamp{}; }
    base::Result<void> note_unremembered_end(const std::string& delete_handle, base::Timestamp now) override {
        const std::lock_guard lock(mutex_);
        ends_[delete_handle] = now;
        return {};
    }
    base::Result<std::vector<std::string>> unremembered_ends(base::Timestamp since) override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> handles;
        for (const auto& [handle, at] : ends_)
            if (at >= since) handles.push_back(handle);
        return handles;
    }
    base::Result<void> prune(base::Seconds) override { return {}; }

private:
    MemoryKeyStore& store_;
    std::mutex mutex_;
    std::map<std::string, base::Timestamp> ends_;
};

}  // namespace llmapikey::test
