#include "cli/sandbox/history.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <span>

#include "app/settings.hpp"
#include "base/plural.hpp"
#include "cli/keys/key_services.hpp"
#include "cli/sandbox/people.hpp"
#include "insight/statistics.hpp"
#include "keys/reconciliation.hpp"
#include "roster/roster.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey::cli {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr int minutes_per_day = 24 * 60;
constexpr int morning = 9 * 60, noon = 12 * 60;
// So late that nothing more is spent, and not so near to 00:00 UTC that the provider's day may be
// another one (is_near_border()).
constexpr int night = minutes_per_day - 5;

enum class Act {
    give_back,
    replace,
    disable,
    enable,
    set_cap,  // value: percent of the usual cap
    reveal,
    revoke,      // value: days of the hold; 0: none; for_good
    hold,        // likewise
    lift_hold,   // value: 0
    make_token,  // value: days that it is good for
    revoke_workshop,
    lose_upstream,
    wait_in_queue,
    stay_in_doubt,
};
constexpr int for_good = -1;

// What happened besides using keys: on the day so many days ago, at a minute of it, to whom.
struct Event {
    int days_ago;
    int minute;
    std::int64_t person;
    Act act;
    int value;
    const char* reason;
};
constexpr Event events[] = {
    {29, 10 * 60, organizer_id, Act::make_token, 90, "Weekly report"},
    {24, 16 * 60 + 10, 1021, Act::set_cap, 150, "Writes the report of the group"},
    {21, 17 * 60, 1015, Act::disable, 0, "Spends the whole cap every night"},
    {20, 16 * 60 + 20, 1015, Act::enable, 0, "Has promised to stop that"},
    {14, 18 * 60, 0, Act::revoke_workshop, 0, "The workshop is over"},
    {12, 17 * 60 + 15, 1015, Act::revoke, for_good, "Sold access to the key"},
    {12, 20 * 60 + 40, 1022, Act::disable, 0, "Looks like a loop that runs by itself"},
    {11, 16 * 60 + 30, 1022, Act::enable, 0, "It was meant to run"},
    {10, 16 * 60 + 45, 1021, Act::set_cap, 250, "Works with long documents"},
    {9, 17 * 60 + 30, 1014, Act::revoke, 0, "Has left the course"},
    {8, 16 * 60, 1023, Act::hold, 3, "Asked to pause until the exam"},
    {7, 18 * 60, 1023, Act::lift_hold, 0, ""},
    {6, 16 * 60 + 20, 1020, Act::reveal, 0, "You asked for it: copying did not work"},
    {5, 19 * 60, 1023, Act::set_cap, 50, "Asked for a lower cap"},
    {3, 20 * 60, 1024, Act::lose_upstream, 0, ""},
    {2, 19 * 60 + 5, 1013, Act::revoke, 7, "Leaked on Discord"},
    {1, 17 * 60 + 40, 1009, Act::disable, 0, "Until we have talked about what it is used for"},
    {0, 16 * 60, 1019, Act::replace, 0, ""},
    {0, 18 * 60, 1012, Act::give_back, 0, ""},
    {0, minutes_per_day, 1016, Act::stay_in_doubt, 0, ""},
    {0, minutes_per_day, 1017, Act::wait_in_queue, 0, ""},
    {0, minutes_per_day, 1018, Act::wait_in_queue, 0, ""},
};

// What people call, with percent of what they spend.
struct Share {
    const char* model;
    int percent;
};
using Mix = std::array<Share, 2>;
constexpr Mix mixes[] = {
    {{{"openai/gpt-4o-mini", 70}, {"openai/gpt-4o", 30}}},
    {{{"anthropic/claude-sonnet-4", 85}, {"anthropic/claude-3.5-haiku", 15}}},
    {{{"google/gemini-2.0-flash-001", 60}, {"deepseek/deepseek-chat", 40}}},
    {{{"meta-llama/llama-3.3-70b-instruct", 55}, {"qwen/qwen-2.5-72b-instruct", 45}}},
};

// At the pace of the last week, credits last this long.
constexpr int days_of_credits = 12;

const Initiator organizer{"github:1003", "127.0.0.1"};

base::Error gone_wrong(const Person& person, const std::string& what) {
    return {base::Errc::internal, std::string("the history of ") + person.login + ": " + what, {}};
}

class History {
public:
    History(const config::Config& config, KeyServices& services, sandbox::OpenRouterLookalike& provider,
            sandbox::SkewedClock& clock)
        : config_(config),
          services_(services),
          provider_(provider),
          clock_(clock),
          started_at_(base::SystemClock().now()),
          today_(std::chrono::floor<days>(started_at_)),
          statistics_(*services.stores.statistics, *services.stores.spending, *services.stores.webhooks,
                      services.provider(), clock, services.settings, settings_of(config)),
          reconciler_(services.keys.reconciling(),
                      {Repair::fix, false, settle_time(config.upstream_timeout), config.upstream_timeout}) {}

    base::Result<void> live_through(Progress& progress) {
        progress.begin("Making an example of thirty days", days_of_history + 1);
        step_to(days_of_history, 0);
        TRY(expect_people());
        for (int days_ago = days_of_history; days_ago >= 0; --days_ago) {
            TRY(begin_day(days_ago));
            TRY(spend_all(days_ago));
            TRY(act_all(days_ago));
            if (days_ago == 0) provider_.set_credits_left({spent_in_week_.value / 7 * days_of_credits});
            TRY(end_day(days_ago));
            progress.advance();
        }
        return {};
    }

private:
    static StatisticsSettings settings_of(const config::Config& config) {
        StatisticsSettings settings = app::statistics_settings(config);
        settings.spending_every = base::Seconds{1};
        return settings;
    }

    sys_days day(int days_ago) const { return today_ - days{days_ago}; }

    // Puts the clock to a minute of a day. Today is not over: its minutes are shorter.
    void step_to(int days_ago, int minute) {
        const base::Seconds length = days_ago > 0 ? days{1} : started_at_ - today_;
        const base::Timestamp wanted = day(days_ago) + length * minute / minutes_per_day;
        clock_.set_skew(wanted - base::SystemClock().now());
    }

    base::Result<std::optional<Grant>> key_of(const Person& person) {
        auto grant = TRY(services_.stores.keys->find(Seat{{person.id}}));
        const bool is_there = grant && grant->status == GrantStatus::active;
        return is_there ? grant : std::nullopt;
    }
    base::Result<Grant> the_key_of(const Person& person) {
        const auto grant = TRY(key_of(person));
        if (grant) return *grant;
        return tl::unexpected(gone_wrong(person, "there is no key"));
    }

    // Nobody is refused here: whether keys are handed out, and how many, is for who comes later.
    Terms terms_for(const Person& person) const {
        Terms terms = services_.terms;
        terms.is_enabled = true;
        terms.max_total_keys = 0;
        const days usual = std::max(terms.key_lifetime, days{2 * days_of_history});
        terms.key_lifetime = person.lifetime_days > 0 ? days{person.lifetime_days} : usual;
        return terms;
    }

    base::Result<void> expect_people() {
        std::vector<NewExpectedPerson> people;
        for (const Expected& each : expected_people())
            people.push_back({GithubUserId{each.id}, person_with(each.id).login, each.name});
        TRY(services_.stores.roster->add(people, organizer.actor, clock_.now()));
        const std::string what = base::counted(static_cast<std::int64_t>(people.size()), "person", "people");
        return services_.stores.audit->append(
            {clock_.now(), organizer.actor, "people.add", "people", organizer.origin, "done", what});
    }

    base::Result<void> begin_day(int days_ago) {
        int minute = morning;
        for (const Person& person : people()) {
            if (person.joined != days_ago || person.joined == 0) continue;
            step_to(days_ago, minute += 4);
            const auto answer = TRY(make_key(person));
            if (answer.status != KeyOutcome::created)
                return tl::unexpected(gone_wrong(person, "no key: " + answer.error.detail));
        }
        return {};
    }

    base::Result<IssueAnswer> make_key(const Person& person) {
        const Recipient recipient{{person.id}, person.login};
        if (!person.is_invited) return services_.keys.issuance.issue(terms_for(person), recipient);
        return services_.keys.administration.mint(terms_for(person), recipient.id, recipient.login, organizer);
    }

    base::MicroUsd spending_of(const Person& person, const Grant& grant, int days_ago) const {
        const base::MicroUsd cap = grant.daily_limit;
        if (days_ago == 0 && person.percent_today != as_usual) return {cap.value / 100 * person.percent_today};
        const sandbox::UsagePattern pattern{static_cast<std::uint64_t>(person.id), person.habit, person.percent};
        const base::MicroUsd whole = sandbox::spent_on(day(days_ago), day(person.joined), pattern, cap);
        if (days_ago > 0) return whole;
        const base::Seconds so_far = started_at_ - today_;
        return {whole.value / 86'400 * std::clamp<std::int64_t>(so_far.count() * 3 / 2, 8'640, 86'400)};
    }

    base::Result<void> spend_all(int days_ago) {
        base::MicroUsd sum;
        for (std::size_t i = 0; i < people().size(); ++i) {
            const Person& person = people()[i];
            step_to(days_ago, noon + static_cast<int>(i) * 5);
            const auto grant = TRY(key_of(person));
            if (!grant || grant->is_disabled || is_dead(*grant, clock_.now())) continue;
            const base::MicroUsd spent = spending_of(person, *grant, days_ago);
            TRY(spend(*grant, mixes[i % std::size(mixes)], spent));
            sum.value += spent.value;
        }
        if (days_ago > 0) note_week(sum);
        return {};
    }

    base::Result<void> spend(const Grant& grant, const Mix& mix, base::MicroUsd amount) {
        base::MicroUsd left = amount;
        for (const Share& share : mix) {
            const bool is_last = &share == &mix.back();
            const base::MicroUsd part = is_last ? left : base::MicroUsd{amount.value / 100 * share.percent};
            left.value -= part.value;
            if (part.value <= 0) continue;
            TRY(provider_.spend(grant.delete_handle, share.model, part));
        }
        return {};
    }

    void note_week(base::MicroUsd spent) {
        week_.push_back(spent);
        spent_in_week_.value += spent.value;
        if (week_.size() <= 7) return;
        spent_in_week_.value -= week_.front().value;
        week_.pop_front();
    }

    // What the service's jobs do by themselves, once a day.
    base::Result<void> end_day(int days_ago) {
        step_to(days_ago, days_ago > 0 ? night : minutes_per_day);
        TRY(read_figures());
        return done(reconciler_.run(base::Deadline::after(std::chrono::minutes{1}), {}));
    }

    base::Result<void> read_figures() {
        const std::string problems = statistics_.run_once({});
        return problems.empty() ? base::Result<void>{} : base::fail(base::Errc::internal, problems);
    }

    base::Result<void> act_all(int days_ago) {
        for (const Event& event : events) {
            if (event.days_ago != days_ago) continue;
            step_to(days_ago, event.minute);
            TRY(act(event));
        }
        return {};
    }

    base::Result<void> act(const Event& event) {
        if (event.act == Act::revoke_workshop) return revoke_workshop(event);
        const Person& person = person_with(event.person);
        switch (event.act) {
            case Act::give_back:
                return give_back(person);
            case Act::replace:
                return replace(person, KeyOutcome::created);
            case Act::wait_in_queue:
                keep_failing(person, R"("status":429,"headers":{"Retry-After":"60"},)"
                                     R"("body":"{\"error\":{\"code\":429,\"message\":\"Rate limit exceeded\"}}")");
                return replace(person, KeyOutcome::queued);
            case Act::stay_in_doubt:
                keep_failing(person, R"("drop":"before")");
                return replace(person, KeyOutcome::ambiguous);
            case Act::make_token:
                return make_token(person, event);
            case Act::hold:
            case Act::lift_hold:
                return services_.keys.administration.set_hold({person.id}, hold_of(event), organizer);
            default:
                break;
        }
        const auto key = TRY(the_key_of(person));
        return act_on_key(person, key, event);
    }

    base::Result<void> act_on_key(const Person& person, const Grant& key, const Event& event) {
        Administration& administration = services_.keys.administration;
        const base::Deadline soon = base::Deadline::after(config_.upstream_timeout);
        switch (event.act) {
            case Act::disable:
            case Act::enable:
                return done(
                    administration.change(key.id, {event.act == Act::disable, std::nullopt}, event.reason, organizer));
            case Act::set_cap: {
                const base::MicroUsd cap{services_.terms.daily_limit.value * event.value / 100};
                return done(administration.change(key.id, {std::nullopt, cap}, event.reason, organizer));
            }
            case Act::reveal:
                return done(administration.reveal(key.id, event.reason, organizer));
            case Act::revoke:
                return done(services_.keys.revocation.revoke(key.id, organizer, event.reason, hold_of(event), soon));
            case Act::lose_upstream:
                TRY(read_figures());  // as it does every few minutes: what the key has spent is known by then
                return services_.provider().revoke(key.delete_handle, soon);
            default:
                return tl::unexpected(gone_wrong(person, "this cannot happen to a key"));
        }
    }

    template <class Value>
    static base::Result<void> done(const base::Result<Value>& outcome) {
        return outcome ? base::Result<void>{} : tl::unexpected(outcome.error());
    }

    base::Result<void> make_token(const Person& person, const Event& event) {
        ApiTokens tokens(*services_.stores.tokens, *services_.stores.audit, clock_);
        return done(tokens.create({person.id}, event.reason, {Scope::read}, event.value, organizer));
    }

    std::optional<Hold> hold_of(const Event& event) const {
        if (event.value == 0) return std::nullopt;
        if (event.value == for_good) return Hold{std::nullopt, event.reason};
        return Hold{clock_.now() + days{event.value}, event.reason};
    }

    base::Result<void> give_back(const Person& person) {
        const auto outcome = TRY(services_.keys.own_key.give_back({{person.id}, person.login}, "", "127.0.0.1"));
        if (outcome == KeyOutcome::given_back) return {};
        return tl::unexpected(gone_wrong(person, "the key is not given back"));
    }

    base::Result<void> replace(const Person& person, KeyOutcome expected) {
        const IssueAnswer answer =
            services_.keys.own_key.rotate(terms_for(person), {{person.id}, person.login}, "", "127.0.0.1");
        if (answer.status == expected) return {};
        return tl::unexpected(gone_wrong(person, "the key is not replaced: " + answer.error.detail));
    }

    base::Result<void> revoke_workshop(const Event& event) {
        TRY(services_.bulk_revoker.begin("q=-workshop", organizer, event.reason, std::nullopt));
        do {
            const std::string problems = services_.bulk_revoker.run_once({});
            if (!problems.empty()) return base::fail(base::Errc::internal, problems);
        } while (services_.bulk_revoker.is_busy());
        return {};
    }

    // The look-alike never makes a key for this person again, so that their state lasts.
    void keep_failing(const Person& person, const std::string& how) {
        const std::string body = R"({"method":"POST","path":"/keys","times":1000000000,"request_has":"/gh-)" +
                                 std::to_string(person.id) + "/\"," + how + "}";
        net::Request request;
        request.method = "POST";
        request.target = request.path = "/sandbox/faults";
        request.body = body;
        (void)provider_.handle(request);
    }

    const config::Config& config_;
    KeyServices& services_;
    sandbox::OpenRouterLookalike& provider_;
    sandbox::SkewedClock& clock_;
    const base::Timestamp started_at_;
    const sys_days today_;
    Statistics statistics_;
    Reconciler reconciler_;
    std::deque<base::MicroUsd> week_;  // of the last seven days, each by itself
    base::MicroUsd spent_in_week_;     // their sum
};

}  // namespace

base::Result<void> live_through_thirty_days(const config::Config& config, sandbox::OpenRouterLookalike& provider,
                                            sandbox::SkewedClock& clock, Progress& progress) {
    KeyServices* opened = nullptr;
    // As in the service: failures of single keys are for the console.
    const auto note_failure = [&](const std::string& message) {
        (void)opened->stores.statistics->record_failure(message, clock.now());
    };
    const auto services = TRY(KeyServices::open(config, clock, note_failure));
    opened = services.get();
    const auto lived = History(config, *services, provider, clock).live_through(progress);
    clock.set_skew(base::Seconds{0});
    return lived;
}

}  // namespace llmapikey::cli
