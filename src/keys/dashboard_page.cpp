#include "keys/dashboard_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "keys/dashboard_views.hpp"
#include "keys/key_outcome.hpp"
#include "languages/catalog.hpp"
#include "languages/locale_text.hpp"
#include "ops/log.hpp"
#include "providers/example_model.hpp"
#include "spending/day_chart.hpp"
#include "spending/known_usage.hpp"

namespace llmapikey {
namespace {

constexpr std::chrono::minutes problem_shown_for{30};

std::string_view sentence_of(MintProblem problem) {
    switch (problem) {
        case MintProblem::none:
            return "";
        case MintProblem::lost_answer:
            return in_catalog("{provider} did not say whether it made the key. Whatever it made is revoked.");
        case MintProblem::upstream_down:
            return in_catalog("{provider} does not answer just now.");
        case MintProblem::rate_limited:
            return in_catalog("{provider} asks us to slow down.");
        case MintProblem::refused:
            return in_catalog("{provider} refuses to make keys. Tell the organizer.");
        case MintProblem::paused:
            return in_catalog("The organizer has paused new keys.");
    }
    return "";
}

std::string sentence_of(MintProblem problem, const Frame& frame) {
    return translated(frame.language, sentence_of(problem), {{"provider", frame.provider.name}});
}

void show_days(const UsageSnapshot& snapshot, const Grant& grant, base::Timestamp now, const DashboardView& view,
               KeyUsage& usage) {
    const auto days = last_days(snapshot.days, view.days_shown, now);
    const base::MicroUsd sum = sum_of(days);
    usage.spent_of_range = localized_money(view.frame.language, base::to_money(sum));
    if (sum.value == 0) return;
    const Language language = view.frame.language;
    usage.days = day_chart(money_words(std::string(translated(language, "Spent per day")), language), days,
                           daily_cap_line(grant.daily_limit, language));
}

void show_usage(const DashboardPage& self, const Grant& grant, DashboardView& view) {
    const auto known = known_usage(self.usage, self.background_queue, grant);
    view.is_gone = view.is_gone || known.is_gone;
    view.usage_failed = known.has_failed && !known.snapshot;
    if (!known.snapshot) return;
    const UsageSnapshot& snapshot = *known.snapshot;
    KeyUsage usage;
    const Language language = view.frame.language;
    usage.spent_usd = localized_money(language, base::to_money(snapshot.spent));
    if (snapshot.remaining) usage.remaining_usd = localized_money(language, base::to_money(*snapshot.remaining));
    usage.percent_spent = snapshot.percent_spent().value_or(0);
    usage.updated = shown_age(snapshot.as_of, self.clock.now(), language);
    usage.is_stale = known.has_failed;
    show_days(snapshot, grant, self.clock.now(), view, usage);
    view.usage = std::move(usage);
}

void show_key(const DashboardPage& self, const Grant& grant, DashboardView& view) {
    const base::Timestamp now = self.clock.now();
    const Language language = view.frame.language;
    view.masked_key = masked_key_text(view.frame.provider.key_prefix, grant.key_hint);
    view.expires_on = shown_date(grant.expires_at, language);
    view.is_expired = is_expired(grant, now);
    view.days_left = std::max<std::int64_t>(std::chrono::round<std::chrono::days>(grant.expires_at - now).count(), 0);
    view.resets_at = shown_time_of_day(next_reset(now));
    view.resets_in = span_text(next_reset(now) - now, language);
    view.is_disabled = grant.is_disabled;
    view.is_gone = grant.missing_since.has_value();
    if (!grant.is_disabled) view.grant_id = grant.id;
    if (limit_at(grant, now) != grant.daily_limit)
        view.carried_usd = localized_money(language, base::to_money(grant.carried));
    if (grant.reveal) {
        view.revealed_at = shown_minute(grant.reveal->at, language);
        view.reveal_reason = grant.reveal->reason;
    }
    // The page shows the cap that this key was made with, not the cap of new keys.
    view.frame.daily_limit_usd = base::to_cap(grant.daily_limit);
    if (grant.sealed_key.empty()) {
        view.state = DashboardState::not_kept;
        return;
    }
    const auto raw_key = self.issuance.open_key(grant);
    if (!raw_key) {
        view.state = DashboardState::unreadable;
        ops::log(ops::LogLevel::error, "a stored key cannot be opened: was KEY_ENCRYPTION_SECRET changed?",
                 {{"github_user_id", grant.github_user_id.text()}});
        return;
    }
    view.state = DashboardState::has_key;
    view.raw_key = raw_key->reveal();
    if (!view.is_expired) show_usage(self, grant, view);
}

void show_hold(const Hold& hold, DashboardView& view) {
    view.state = DashboardState::on_hold;
    view.is_given_back = hold.is_own;
    view.hold_reason = hold.reason;
    if (hold.until) view.hold_until = shown_minute(*hold.until, view.frame.language);
}

std::string_view sentence_of(const PastKey& past, GithubUserId id) {
    if (past.reason == "expired") return in_catalog("Your last key {key} expired on {date}.");
    if (past.actor == recipient_prefix + id.text()) return in_catalog("You gave your last key {key} back on {date}.");
    return in_catalog("Your last key {key} was revoked by the organizer on {date}.");
}

std::string sentence_of(const PastKey& past, GithubUserId id, const Frame& frame) {
    return translated(frame.language, sentence_of(past, id),
                      {{"key", masked_key_text(frame.provider.key_prefix, past.hint)},
                       {"date", long_date_text(past.ended_at, frame.language)}});
}

// Says why there is no key, as far as that is known.
base::Result<void> show_past(const DashboardPage& self, const Seat& seat, DashboardView& view) {
    const auto past = TRY(self.queue.past_of(seat));
    if (past.latest && !past.latest->hint.empty())
        view.past_key = sentence_of(*past.latest, seat.github_user_id, view.frame);
    const bool is_recent = past.problem_at + problem_shown_for > self.clock.now();
    if (is_recent) view.problem = sentence_of(past.problem, view.frame);
    return {};
}

base::Result<void> show_place(const DashboardPage& self, const Grant& grant, DashboardView& view) {
    const MintProblem problem = self.terms.known().is_enabled ? grant.problem : MintProblem::paused;
    view.problem = sentence_of(problem, view.frame);
    const auto place = TRY(self.queue.place_of(grant.id, Issuance::counted_places_max));
    if (place) view.place = std::to_string(*place);
    return {};
}

// Shows no button that can only be refused. Whether a seat is free is asked for where it matters.
base::Result<void> show_no_key(const DashboardPage& self, const Seat& seat, DashboardView& view) {
    const Terms terms = self.terms.known();
    view.state = terms.is_enabled ? DashboardState::no_key : DashboardState::paused;
    if (terms.is_enabled && terms.max_total_keys > 0) {
        const auto totals = TRY(self.store.totals());
        if (totals.live >= terms.max_total_keys) view.state = DashboardState::full;
    }
    return show_past(self, seat, view);
}

base::Result<void> show_state(const DashboardPage& self, const Account& account, const Seat& seat,
                              DashboardView& view) {
    const auto& grant = account.grant;
    if (!grant && account.hold && is_in_force(*account.hold, self.clock.now())) {
        show_hold(*account.hold, view);
        return {};
    }
    if (!grant) return show_no_key(self, seat, view);
    view.state = state_of(grant->status);
    if (view.state == DashboardState::queued) return show_place(self, *grant, view);
    if (view.state == DashboardState::has_key) show_key(self, *grant, view);
    return {};
}

// Shows what the last request came to. Anybody can make such a link, so the notice must not
// contradict the page.
void show_notice(const Context& context, const std::optional<Hold>& hold, DashboardView& view) {
    const KeyOutcomeRow* const row = find_key_outcome(Form(context.request.query).value("result"));
    if (row == nullptr || row->notice.empty() || (row->shown_with && *row->shown_with != view.state)) return;
    const Language language = view.frame.language;
    std::string& notice = row->is_good ? view.notice_good : view.notice_bad;
    if (row->outcome != KeyOutcome::on_hold) {
        notice = translated(language, row->notice, {{"provider", view.frame.provider.name}});
    } else if (hold) {
        const std::string until = hold->until ? shown_minute(*hold->until, language).text : "";
        notice = until.empty()
                     ? std::string(translated(language, row->notice))
                     : translated(language, "Your key was not replaced, because your account is on hold until {time}.",
                                  {{"time", until}});
        if (!hold->reason.empty())
            notice += " " + translated(language, "The reason: {reason}", {{"reason", hold->reason}});
    }
}

// An interrupted or ambiguous attempt is settled when its recipient visits the page. This runs in
// the background, so the page does not wait for it.
void settle_in_background(const DashboardPage& self, const Grant& grant) {
    if (!self.issuance.is_settlement_due(grant)) return;
    Issuance& issuance = self.issuance;
    const bool is_queued = self.background_queue.try_submit([&issuance, grant] { issuance.settle(grant); });
    if (!is_queued) ops::log(ops::LogLevel::warn, "too busy to settle an attempt; the next visit tries again");
}

// How many days the chart shows: 7, 30 (where nothing or nonsense is asked for) or 90.
int days_asked_for(const Context& context) {
    const std::string days = Form(context.request.query).value("days");
    return days == "7" ? 7 : days == "90" ? 90 : 30;
}

}  // namespace

net::Response DashboardPage::show(const Context& context) const {
    DashboardView view;
    view.frame = make_frame(context);
    view.api_base_url = context.shared.settings.api_base_url;
    view.example_model = example_model(guardrail, context.shared.settings.example_model);
    view.models = models_to_try(guardrail, suggested_models, context.shared.settings.example_model);
    view.days_shown = days_asked_for(context);
    if (!context.session) return html_response(200, render(view));

    const Seat seat{context.session->recipient.id};
    const auto account = store.find_account(seat);
    if (!account) {
        ops::log(ops::LogLevel::error, "reading a dashboard failed: " + account.error().detail);
        return error_response(context, account.error());
    }
    const auto shown = show_state(*this, *account, seat, view);
    if (!shown) return error_response(context, shown.error());
    if (account->grant) settle_in_background(*this, *account->grant);
    const bool is_on_hold = account->hold && is_in_force(*account->hold, clock.now());
    show_notice(context, is_on_hold ? account->hold : std::nullopt, view);
    return html_response(200, render(view));
}

}  // namespace llmapikey
