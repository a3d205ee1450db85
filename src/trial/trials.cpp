#include "trial/trials.hpp"

#include <utility>

namespace llmapikey {

tl::expected<Trials::Trial, TrialObstacle> Trials::begin(const Seat& seat) {
    const GithubUserId account = seat.github_user_id;
    {
        const std::lock_guard lock(mutex_);
        if (asking_.contains(account)) return tl::unexpected(TrialObstacle::account_busy);
        if (asking_.size() >= policy_.batch_max) return tl::unexpected(TrialObstacle::all_busy);
        asking_.insert(account);
    }
    std::shared_ptr<const void> place{nullptr, [this, account](const void*) { leave(account); }};
    auto trial = find_key(seat);
    if (trial) trial->place = std::move(place);
    return trial;
}

tl::expected<ChatEnd, ChatFailure> Trials::ask(Trial trial, const ChatRequest& request, ChatListener& listener) {
    return provider_.ask(trial.key, request, listener, base::Deadline::after(policy_.timeout));
}

tl::expected<Trials::Trial, TrialObstacle> Trials::find_key(const Seat& seat) {
    const auto grant = store_.find(seat);
    if (!grant) return tl::unexpected(TrialObstacle::store_failed);
    if (!*grant || (*grant)->status != GrantStatus::active) return tl::unexpected(TrialObstacle::no_key);
    if ((*grant)->is_disabled) return tl::unexpected(TrialObstacle::switched_off);
    if (is_expired(**grant, clock_.now())) return tl::unexpected(TrialObstacle::expired);
    if ((*grant)->sealed_key.empty()) return tl::unexpected(TrialObstacle::not_kept);
    auto key = issuance_.open_key(**grant);
    if (!key) return tl::unexpected(TrialObstacle::unreadable);
    return Trial{std::move(*key), **grant, nullptr};
}

void Trials::leave(GithubUserId account) {
    const std::lock_guard lock(mutex_);
    asking_.erase(account);
}

}  // namespace llmapikey
