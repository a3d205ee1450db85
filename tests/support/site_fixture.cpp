#include "support/site_fixture.hpp"

#include <boost/json/parse.hpp>

#include "activity/store_activity.hpp"
#include "app/route_table.hpp"
#include "app/settings.hpp"
#include "base/encoding.hpp"
#include "bulk/changes/store_bulk_change.hpp"
#include "bulk/store_bulk.hpp"
#include "insight/store_statistics.hpp"
#include "net/body_stream.hpp"
#include "people/store/store_people.hpp"
#include "providers/openrouter/openrouter_traits.hpp"
#include "roster/store_roster.hpp"
#include "site/site.hpp"
#include "site/store_answers.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "support/memory_attempt_history.hpp"
#include "support/sqlite_database.hpp"
#include "tokens/store_tokens.hpp"
#include "trial/trials.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

const base::Secret secret(std::string(32, 's'));

// Repeats the question.
class Parrot final : public ChatProvider {
public:
    tl::expected<ChatEnd, ChatFailure> ask(const base::Secret&, const ChatRequest& request, ChatListener& listener,
                                           base::Deadline) override {
        (void)listener.take(request.message);
        return ChatEnd{};
    }
};

class AnyEndpoint final : public WebhookTransport {
public:
    base::Result<void> check(const std::string&) const override { return {}; }
    base::Result<WebhookAnswer> post(const WebhookCall&, base::Deadline, const std::stop_token&) override {
        return WebhookAnswer{200};
    }
};

void read_head(std::string_view head, SiteAnswer& answer) {
    // Each header is one line after the status line, such as "HTTP/1.1 200 OK".
    for (std::size_t end; (end = head.find("\r\n")) != std::string_view::npos; head.remove_prefix(end + 2)) {
        const std::string_view line = head.substr(0, end);
        const auto colon = line.find(": ");
        if (line.starts_with("HTTP/")) {
            answer.status = std::stoi(std::string(line.substr(line.find(' ') + 1, 3)));
        } else if (colon != std::string_view::npos) {
            answer.headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
        }
    }
}

}  // namespace

std::string SiteAnswer::header(std::string_view name) const {
    for (const net::Header& each : headers)
        if (base::equal_ignoring_case(each.name, name)) return each.value;
    return "";
}

boost::json::value SiteAnswer::json() const {
    boost::system::error_code error;
    auto value = boost::json::parse(body, error);
    return error ? boost::json::value() : value;
}

std::string SiteAnswer::json_text(std::string_view member) const {
    const auto value = json();
    const auto* object = value.if_object();
    const auto* found = object == nullptr ? nullptr : object->if_contains(member);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

struct SiteFixture::Database {
    TemporaryFolder folder;
    std::shared_ptr<SqlDatabase> sql = std::make_shared<sqlite::SqliteSql>(open_connections(folder.file()));
    SqlBulkStore bulks{sql};
    SqlBulkChangeStore changes{sql};
    SqlPeopleStore people{sql};
    SqlRosterStore roster{sql};
    SqlTokenStore tokens{sql};
    SqlStoredAnswers answers{sql};
    SqlActivityStore activity{sql};
    SqlStatisticsStore statistics{sql};
    SqlWebhookStore webhooks{sql};
};

// The members correspond to app::Composition. Their order is the order of lifetimes.
struct SiteFixture::Process {
    Process(SiteFixture& self, const Terms& given_terms, int rate_limit_per_minute)
        : store(self.store_),
          database(*self.database_),
          audit(self.audit_),
          clock(self.clock_),
          admins(self.configured_admins_),
          setup_link(self.setup_link_),
          terms(given_terms),
          settings(self.settings_, {terms, {}}, audit, clock,
                   [this](const SettingsState& now) {
                       admins.set_first(now.first_admin());
                       if (now.first_admin()) setup_link.end();
                       giveaway.show(app::shown_giveaway(now));
                       site.refresh_pages();
                   }),
          keys({.keys = store,
                .queue = store,
                .admin = store,
                .replacements = store,
                .spending = store,
                .audit = audit,
                .history = history,
                .provider = self.provider_,
                .background_provider = self.provider_,
                .identity = self.identity_,
                .sealer = sealer,
                .nonces = nonces,
                .limiter = limiter,
                .clock = clock,
                .call_timeout = base::Seconds{15},
                .log = [](const std::string&) {}}),
          bulk_revoker(database.bulks, store, keys.background_revocation, audit, clock, base::Seconds{15}),
          bulk_changer({.changes = database.changes,
                        .grants = store,
                        .keys = store,
                        .replacement = keys.background_replacement,
                        .provider = self.provider_,
                        .audit = audit,
                        .clock = clock,
                        .terms = terms,
                        .call_timeout = base::Seconds{15}}),
          roster(database.roster, self.identity_, audit, clock),
          tokens(database.tokens, audit, clock),
          webhooks(database.webhooks, endpoints, sealer, audit, clock),
          sign_in(self.identity_, attempt_sealer, clock),
          usage(self.provider_, store, clock, base::Seconds{15}),
          guardrail(self.provider_, clock, false, base::Seconds{15}),
          trials({}, store, keys.issuance, chat, clock),
          handlers(make_handlers()),
          site(handlers, {site_settings(), csrf, app::route_table(), giveaway},
               {clock, sessions, admins, tokens, &self.rate_limits_, database.answers, answer_sealer, metrics},
               OriginResolver(std::string(origin), {}), rate_limit_per_minute) {
        admins.set_first(settings.state()->first_admin());
    }

    static SiteSettings site_settings() {
        SiteSettings settings;
        settings.public_url = origin;
        settings.github_url = "https://github.example";
        settings.api_base_url = "https://openrouter.test/api/v1";
        settings.example_model = "openai/gpt-4o-mini";
        return settings;
    }

    Handlers make_handlers() {
        const PeoplePage people{clock, store, store, settings, database.people, roster, database.activity};
        return {.pages = {guardrail, store, keys.issuance},
                .documents = {guardrail},
                .dashboard = {usage, background_queue, clock, keys.issuance, store, guardrail, store, settings,
                              openrouter_traits.suggested_models},
                .own_key = {metrics, usage, clock, keys.issuance, keys.own_key, terms},
                .trial = {trials, usage, clock, background_queue},
                .sign_in = {sign_in, metrics, background_queue, store, sessions, clock},
                .people = people,
                .key_search = {store, keys.issuance},
                .activity_page = {audit, store, database.activity},
                .person = {people, database.roster, roster, store, store, clock, keys.administration, keys.revocation,
                           terms, store},
                .bulk_pages = {store, clock, bulk_revoker, people, database.bulks},
                .change_pages = {store, clock, bulk_changer, people, database.changes},
                .overview_page = {settings, database.statistics, database.roster, clock},
                .settings_page = {settings, store, clock},
                .setup = {setup_link, settings, admins},
                .tokens_page = {database.tokens, clock, tokens},
                .webhooks_page = {database.webhooks, clock, webhooks},
                .own_account = {usage, background_queue, store, clock, keys.issuance},
                .overview = {database.statistics, settings, clock},
                .keys = {store, store, clock, keys.administration, keys.revocation, terms},
                .people_api = {clock, database.people},
                .bulk = {bulk_revoker, database.bulks, store, clock},
                .changes = {bulk_changer, database.changes},
                .audit = {store, audit},
                .settings = {settings},
                .tokens = {database.tokens, tokens},
                .webhooks = {database.webhooks, webhooks, clock},
                .operators = {readiness, clock, store, metrics}};
    }

    MemoryKeyStore& store;
    MemoryAttemptHistory history{store};
    Database& database;
    AuditLog& audit;
    const base::Clock& clock;
    ops::Metrics metrics{app::route_table().labels()};
    const base::Sealer sealer{secret, "raw keys"}, attempt_sealer{secret, "sign-in attempts"},
        answer_sealer{secret, "stored answers"};
    const NonceMaker nonces{secret};
    const SessionTokens sessions{secret};
    const CsrfTokens csrf{secret};
    Admins admins;
    SetupLink& setup_link;
    Readiness readiness;
    ConcurrencyLimiter limiter{4, 50};
    Parrot chat;
    AnyEndpoint endpoints;
    const Terms terms;
    Settings settings;
    GiveawayBoard giveaway{app::shown_giveaway(*settings.state())};
    KeyParts keys;
    BulkRevoker bulk_revoker;
    BulkChanger bulk_changer;
    Roster roster;
    ApiTokens tokens;
    Webhooks webhooks;
    SignIn sign_in;
    UsageCache usage;
    GuardrailWatch guardrail;
    Trials trials;
    base::WorkQueue background_queue{"background", 1, 100};
    Handlers handlers;
    Site site;
};

SiteFixture::SiteFixture() : database_(std::make_unique<Database>()) {
    for (const Recipient& each : {ada, grace})
        identity_.add(each);
    restart(usual_terms());
}

SqlDatabase& SiteFixture::sql() {
    return *database_->sql;
}

SiteFixture::~SiteFixture() {
    process_->background_queue.stop();
}

Terms SiteFixture::usual_terms() {
    Terms terms;
    terms.is_enabled = true;
    terms.daily_limit = base::MicroUsd{2'500'000};
    return terms;
}

void SiteFixture::restart(const Terms& terms, int rate_limit_per_minute) {
    if (process_) process_->background_queue.stop();
    process_ = std::make_unique<Process>(*this, terms, rate_limit_per_minute);
}

IssueAnswer SiteFixture::issue_key(const Recipient& recipient) {
    return process_->keys.issuance.issue(process_->terms, recipient);
}

Issuance& SiteFixture::issuance() {
    return process_->keys.issuance;
}

std::string SiteFixture::session_of(const Recipient& recipient) const {
    return process_->sessions.issue(recipient, clock_.now());
}

std::string SiteFixture::csrf_token_of(const std::string& session) const {
    return process_->csrf.issue(session);
}

std::string SiteFixture::token_with(const std::set<Scope>& scopes) {
    const auto created = process_->tokens.create(grace.id, "a test", scopes, 30, {"github:1003", "127.0.0.1"});
    EXPECT_TRUE(created) << created.error().detail;
    return created->text.reveal();
}

std::vector<net::Header> SiteFixture::headers_of(const Sender& sender, bool is_post) const {
    std::vector<net::Header> headers = sender.more;
    headers.push_back({"Accept", sender.accept});
    if (!sender.session.empty()) headers.push_back({"Cookie", std::string(session_cookie_name) + "=" + sender.session});
    if (!sender.bearer.empty()) headers.push_back({"Authorization", "Bearer " + sender.bearer});
    if (is_post && !sender.site.empty()) headers.push_back({"Sec-Fetch-Site", sender.site});
    return headers;
}

SiteAnswer SiteFixture::get(const std::string& target, const Sender& sender) {
    return send("GET", target, headers_of(sender, false), "");
}

SiteAnswer SiteFixture::post_form(const std::string& target, const FormFields& fields, const Sender& sender) {
    std::string body;
    for (const auto& [name, value] : fields)
        body += (body.empty() ? "" : "&") + base::to_percent_encoded(name) + "=" + base::to_percent_encoded(value);
    auto headers = headers_of(sender, true);
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return send("POST", target, std::move(headers), body);
}

SiteAnswer SiteFixture::post_json(const std::string& target, const std::string& json, const Sender& sender) {
    auto headers = headers_of(sender, true);
    headers.push_back({"Content-Type", "application/json"});
    return send("POST", target, std::move(headers), json);
}

// Works like the server: cached responses are returned at once, and the site handles everything
// else.
SiteAnswer SiteFixture::send(const std::string& method, const std::string& target, std::vector<net::Header> headers,
                             const std::string& body) {
    headers.push_back({"Host", std::string(origin.substr(std::string_view("https://").size()))});
    std::vector<net::HeaderView> views;
    for (const net::Header& each : headers)
        views.push_back({each.name, each.value});
    const auto question = target.find('?');
    net::Request request;
    request.method = method;
    request.target = target;
    request.path = std::string_view(target).substr(0, question);
    if (question != std::string::npos) request.query = std::string_view(target).substr(question + 1);
    request.headers = views;
    request.body = body;
    request.peer_address = "203.0.113.7";
    request.received_at = std::chrono::steady_clock::now();

    SiteAnswer answer;
    if (const auto ready = process_->site.ready_answer(request)) {
        read_head(ready->head, answer);
        read_head(ready->own_headers(), answer);
        for (const std::string_view part : {ready->body, ready->own_body(), ready->body_end})
            answer.body += part;
        return answer;
    }
    net::Response response = process_->site.handle(request);
    answer.status = response.status;
    answer.headers = std::move(response.headers);
    answer.body = response.static_body.empty() ? std::move(response.body) : std::string(response.static_body);
    if (response.producer) {
        const auto stream =
            std::make_shared<net::BodyStream>(std::size_t{1} << 20, base::Deadline::after(base::Seconds{10}));
        net::BodyWriter writer(stream);
        if (response.producer(writer) == net::BodyEnd::whole) writer.finish();
        answer.body = stream->take().bytes;
    }
    return answer;
}

}  // namespace llmapikey::test
