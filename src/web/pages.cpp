#include <algorithm>
#include <array>
#include <cstdio>

#include "base/encoding.hpp"
#include "ops/log.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/known_usage.hpp"
#include "web/routes.hpp"

namespace llmapikey::web {
namespace {

using views::DashboardState;
using views::Notice;

std::string to_date(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10);
}
std::string to_time_of_day(base::Timestamp time) {
    return base::to_rfc3339(time).substr(11, 5) + " UTC";
}

// "sk-or-v1-…1234": enough to recognize a key, useless to anybody else.
std::string mask(const std::string& hint) {
    return "sk-or-v1-…" + hint;
}

std::string until_reset(base::Timestamp now) {
    const auto next_day = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1};
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(next_day - now).count();
    return "00:00 UTC, in " + std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

Notice parse_notice(const std::string& text) {
    static constexpr std::array<std::pair<std::string_view, Notice>, 6> names{{{"created", Notice::created},
                                                                               {"full", Notice::full},
                                                                               {"paused", Notice::paused},
                                                                               {"upstream", Notice::upstream_down},
                                                                               {"in-progress", Notice::in_progress},
                                                                               {"rate-limited", Notice::rate_limited}}};
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.first == text; });
    return found == names.end() ? Notice::none : found->second;
}

// A link can be made by anybody: a notice must not contradict what the page shows.
bool is_plausible(Notice notice, DashboardState state) {
    switch (notice) {
        case Notice::created:
            return state == DashboardState::has_key;
        case Notice::in_progress:
            return state == DashboardState::in_progress;
        case Notice::full:
        case Notice::upstream_down:
            return state == DashboardState::no_key;
        case Notice::paused:
            return state == DashboardState::paused;
        case Notice::rate_limited:
        case Notice::none:
            return true;
    }
    return false;
}

void show_usage(const Services& services, const domain::Grant& grant, views::DashboardView& view) {
    const auto known = known_usage(services, grant);
    view.usage_failed = known.has_failed && !known.snapshot;
    if (!known.snapshot) return;
    const service::UsageSnapshot& snapshot = *known.snapshot;
    views::KeyUsage usage;
    usage.spent_usd = base::to_display(snapshot.spent);
    usage.remaining_usd = base::to_display(snapshot.remaining);
    const auto limit = std::max<std::int64_t>(snapshot.limit.value, 1);
    usage.percent_spent = static_cast<int>(std::clamp<std::int64_t>(snapshot.spent.value * 100 / limit, 0, 100));
    usage.as_of = to_time_of_day(snapshot.as_of);
    usage.is_stale = known.has_failed;
    view.usage = usage;
}

void show_key(const Services& services, const domain::Grant& grant, views::DashboardView& view) {
    const base::Timestamp now = services.clock.now();
    view.masked_key = mask(grant.key_hint);
    view.expires_on = to_date(grant.expires_at);
    view.is_expired = domain::is_expired(grant, now);
    view.days_left = std::max<std::int64_t>(std::chrono::floor<std::chrono::days>(grant.expires_at - now).count(), 0);
    view.resets_at = until_reset(now);
    view.is_disabled = grant.is_disabled;
    if (grant.reveal) {
        view.revealed_at = to_date(grant.reveal->at) + " " + to_time_of_day(grant.reveal->at);
        view.reveal_reason = grant.reveal->reason;
    }
    // What the page says of this key is what this key was made with, not what new ones get.
    view.frame.daily_limit_usd = base::to_display(grant.daily_limit);
    if (grant.sealed_key.empty()) {
        view.state = DashboardState::not_kept;
        return;
    }
    const auto raw_key = services.issuance.open_key(grant);
    if (!raw_key) {
        view.state = DashboardState::unreadable;
        ops::log(ops::LogLevel::error, "a stored key cannot be opened: was KEY_ENCRYPTION_SECRET changed?",
                 {{"github_user_id", grant.github_user_id.text()}});
        return;
    }
    view.state = DashboardState::has_key;
    view.raw_key = raw_key->reveal();
    if (!view.is_expired) show_usage(services, grant, view);
}

void show_hold(const domain::Hold& hold, views::DashboardView& view) {
    view.state = DashboardState::on_hold;
    view.hold_reason = hold.reason;
    if (hold.until) view.hold_until = to_date(*hold.until) + " " + to_time_of_day(*hold.until);
}

void show_state(const Services& services, const service::Account& account, views::DashboardView& view) {
    const auto& grant = account.grant;
    if (!grant && account.hold && domain::is_in_force(*account.hold, services.clock.now())) {
        show_hold(*account.hold, view);
        return;
    }
    if (!grant) {
        view.state = services.issuance.policy().is_enabled ? DashboardState::no_key : DashboardState::paused;
        return;
    }
    switch (grant->status) {
        case domain::GrantStatus::pending:
            view.state = DashboardState::in_progress;
            break;
        case domain::GrantStatus::ambiguous:
            view.state = DashboardState::sorting_out;
            break;
        case domain::GrantStatus::revoking:
            view.state = DashboardState::revoking;
            break;
        case domain::GrantStatus::active:
            show_key(services, *grant, view);
            break;
    }
}

// An attempt that died or whose outcome is unknown is settled by its recipient's next visit, off this page's path.
void settle_in_background(const Services& services, const domain::Grant& grant) {
    if (!services.issuance.is_settlement_due(grant)) return;
    service::Issuance& issuance = services.issuance;
    const bool is_queued = services.background_queue.try_submit([&issuance, grant] { issuance.settle(grant); });
    if (!is_queued) ops::log(ops::LogLevel::warn, "too busy to settle an attempt; the next visit tries again");
}

views::ModelChoice model_choice(const Services& services, const service::Guardrail* guardrail) {
    using State = views::ModelChoice::State;
    views::ModelChoice models;
    if (!services.guardrail.is_configured()) return models;
    models.state = guardrail == nullptr ? State::not_known_yet : State::known;
    if (guardrail == nullptr) return models;
    models.allowed_models = guardrail->allowed_models;
    models.ignored_models = guardrail->ignored_models;
    models.allowed_providers = guardrail->allowed_providers;
    models.ignored_providers = guardrail->ignored_providers;
    if (guardrail->limit) models.limit_usd = base::to_display(*guardrail->limit);
    models.limit_interval = guardrail->limit_interval;
    return models;
}

// A model that keys may call. OpenRouter lists canonical slugs, which may have a date behind what one calls.
std::string example_model(const Services& services) {
    const std::string& usual = services.settings.example_model;
    const auto guardrail = services.guardrail.known();
    if (guardrail == nullptr || guardrail->allowed_models.empty()) return usual;
    const auto& allowed = guardrail->allowed_models;
    const bool has_usual = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& model) {
        return model == usual || model.starts_with(usual + "-20");
    });
    return has_usual ? usual : allowed.front();
}

}  // namespace

net::Response landing_page(const Services& services, const Context& context) {
    const bool is_limited = services.guardrail.is_configured();
    return html_response(200, views::render(views::LandingView{make_frame(services, context), is_limited}));
}

net::Response docs_page(const Services& services, const Context& context) {
    views::DocsView view;
    view.frame = make_frame(services, context);
    view.api_base_url = services.settings.api_base_url;
    view.example_model = example_model(services);
    view.models = model_choice(services, services.guardrail.known().get());
    if (!context.session) return html_response(200, views::render(view));
    const auto grant = services.store.find(context.session->recipient.id);
    if (!grant) return error_response(services, context, grant.error());
    if (*grant && (*grant)->status == domain::GrantStatus::active) {
        view.masked_key = mask((*grant)->key_hint);
        view.expires_on = to_date((*grant)->expires_at);
        view.frame.daily_limit_usd = base::to_display((*grant)->daily_limit);
        const bool is_asked_for = Form(context.request.query).value("key") == "show";
        const auto raw_key = is_asked_for ? services.issuance.open_key(**grant) : base::Result<base::Secret>();
        if (raw_key) view.raw_key = raw_key->reveal();
    }
    return html_response(200, views::render(view));
}

net::Response dashboard_page(const Services& services, const Context& context) {
    views::DashboardView view;
    view.frame = make_frame(services, context);
    view.api_base_url = services.settings.api_base_url;
    view.example_model = example_model(services);
    if (!context.session) return html_response(200, views::render(view));

    const auto account = services.store.find_account(context.session->recipient.id);
    if (!account) {
        ops::log(ops::LogLevel::error, "reading a dashboard failed: " + account.error().detail);
        return error_response(services, context, account.error());
    }
    show_state(services, *account, view);
    if (account->grant) settle_in_background(services, *account->grant);
    const Notice notice = parse_notice(Form(context.request.query).value("result"));
    if (is_plausible(notice, view.state)) view.notice = notice;
    return html_response(200, views::render(view));
}

}  // namespace llmapikey::web
