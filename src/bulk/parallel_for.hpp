#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "providers/outage.hpp"

namespace llmapikey {

inline constexpr int bulk_threads = 4;

// Works through a list with a few threads. What fails by itself is set aside; an outage ends the
// work.
template <class Item>
class ParallelFor {
public:
    // `is_over`: asked before each item; thread-safe. `watch` may have seen items of other lists.
    ParallelFor(const std::vector<Item>& items, OutageWatch& watch, std::function<bool()> is_over)
        : items_(items), watch_(watch), is_over_(std::move(is_over)) {}

    // `work` gives what became of an item; `set_aside` is told of each that failed by itself. Both
    // must be thread-safe.
    template <class Work, class SetAside>
    void run(Work work, SetAside set_aside) {
        const int size = std::min<int>(bulk_threads, static_cast<int>(items_.size()));
        std::vector<std::jthread> threads;
        for (int i = 1; i < size; ++i)
            threads.emplace_back([&] { take(work, set_aside); });
        take(work, set_aside);
        threads.clear();
    }
    const std::optional<base::Error>& outage() const { return outage_; }

private:
    template <class Work, class SetAside>
    void take(Work& work, SetAside& set_aside) {
        while (!has_ended_ && !is_over_()) {
            const std::size_t i = next_++;
            if (i >= items_.size()) return;
            const base::Result<void> done = work(items_[i]);
            if (done) {
                watch_.note_success();
                continue;
            }
            const bool is_outage = watch_.note_failure(done.error());
            const bool is_own = !done.error().is_circuit_open && done.error().code != base::Errc::store_unavailable;
            const base::Result<void> noted = is_own ? set_aside(items_[i], done.error()) : base::Result<void>{};
            if (!is_outage && noted) continue;
            const std::lock_guard lock(mutex_);
            has_ended_ = true;
            if (!outage_) outage_ = noted ? done.error() : noted.error();
        }
    }

    const std::vector<Item>& items_;
    OutageWatch& watch_;
    const std::function<bool()> is_over_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> has_ended_{false};
    std::mutex mutex_;
    std::optional<base::Error> outage_;
};

}  // namespace llmapikey
