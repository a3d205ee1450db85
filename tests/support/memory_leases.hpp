#pragma once

#include <map>
#include <mutex>
#include <string>

#include "app/jobs/leases.hpp"

namespace llmapikey::test {

// The leases of all processes. They never expire. Thread-safe.
class MemoryLeases final : public Leases {
public:
    base::Result<bool> acquire(const std::string& name, const std::string& holder, base::Timestamp,
                               base::Seconds) override {
        const std::lock_guard lock(mutex_);
        ++asked_;
        if (is_away_) return base::fail(base::Errc::store_unavailable, "away");
        return holders_.try_emplace(name, holder).first->second == holder;
    }
    base::Result<void> release(const std::string& name, const std::string& holder) override {
        const std::lock_guard lock(mutex_);
        if (is_away_) return base::fail(base::Errc::store_unavailable, "away");
        const auto held = holders_.find(name);
        if (held != holders_.end() && held->second == holder) holders_.erase(held);
        return {};
    }

    // Returns the holder; empty: nobody holds the lease.
    std::string holder(const std::string& name) const {
        const std::lock_guard lock(mutex_);
        const auto held = holders_.find(name);
        return held == holders_.end() ? "" : held->second;
    }
    void set_holder(const std::string& name, const std::string& holder) {
        const std::lock_guard lock(mutex_);
        holders_.erase(name);
        if (!holder.empty()) holders_[name] = holder;
    }
    void set_away(bool is_away) {
        const std::lock_guard lock(mutex_);
        is_away_ = is_away;
    }
    // Returns how often a lease was asked for.
    int asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> holders_;
    bool is_away_ = false;
    int asked_ = 0;
};

}  // namespace llmapikey::test
