#include <cstdio>

#include "app/upstreams.hpp"
#include "base/encoding.hpp"
#include "cli/setup/setup.hpp"
#include "cli/setup/setup_address.hpp"

namespace llmapikey::cli {
namespace {

std::string_view management_key_variable(const CheckContext& context) {
    return app::traits_of(context.sound).variables.management_key;
}

// Returns what stands between the question and the answer.
std::string hint_of(const Question& question, const std::string& proposal, bool is_kept) {
    std::vector<std::string> notes;
    if (question.echo == Echo::hidden) notes.emplace_back("not shown");
    if (is_kept)
        notes.emplace_back("Enter: the same again");
    else if (question.is_empty_way_back)
        notes.emplace_back("Enter: back to the client id");
    std::string text;
    for (const std::string& note : notes)
        text += (text.empty() ? " (" : "; ") + note;
    if (!text.empty()) text += ")";
    const bool is_proposal_shown = !proposal.empty() && question.echo == Echo::shown;
    return is_proposal_shown ? text + " [" + proposal + "]" : text;
}

}  // namespace

// Names what was asked for, and not its variable.
void Setup::show(Finding finding) const {
    const ProviderVariables& provider =
        app::traits_of(config::load(given_, config::Need::database).value_or(config::Config{})).variables;
    const AskedName names[] = {{public_address, "public address"},
                               {client_id, "client id"},
                               {client_secret, "client secret"},
                               {provider.management_key, "management key"}};
    for (const AskedName& name : names)
        if (finding.what == name.variable) finding.what = name.words;
    std::vector<std::string_view> unset;
    for (const std::string_view url :
         {std::string_view("GITHUB_URL"), std::string_view("GITHUB_API_URL"), provider.url})
        if (value(url).empty()) unset.push_back(url);
    tell("  " + std::string(word_of(finding.verdict)) + ": " + finding.what + ": " +
         in_words_of_questions(finding.note, names, unset, value(public_address)));
}

// Runs the checks, and shows what they find. `variable`: the answer that they are about. That
// credits are missing is a warning: they can be bought later.
Setup::Tried Setup::try_by(std::initializer_list<Check> checks, std::string_view variable, CheckContext& context) {
    for (const config::Problem& problem : context.problems)
        if (problem.variable == variable) show({problem.variable, Verdict::problem, problem.message});
    if (!context.config) return Fault::values;
    const auto http = app::make_http_client(*context.config);
    context.http = http.get();
    Tried fault;
    for (const Check check : checks) {
        for (Finding& finding : check(context)) {
            if (finding.fault == Fault::credits) {
                finding.verdict = Verdict::warning;
                credits_warning_ = finding;
            }
            show(finding);
            if (finding.verdict == Verdict::problem && !fault) fault = finding.fault;
        }
    }
    return fault;
}

std::string Setup::proposed_address() const {
    const std::string listen = value("LISTEN");
    const std::string usual = origin_on_this_machine(listen);
    const bool is_usual_good = !listen.empty() || why_not_listening(listen_address_of(usual)).empty();
    return is_usual_good ? usual : "http://" + free_address_like(listen_address_of(usual));
}

Setup::Tried Setup::try_public_url() {
    const std::string typed = value(public_address);
    const std::string meant = with_scheme(typed);
    if (meant != typed) tell("  Read as " + meant);
    const auto url = config::parse_public_url(meant);
    if (!url) {
        show({public_address, Verdict::problem, url.error().detail});
        return Fault::values;
    }
    const bool is_loopback = is_loopback_origin(*url);
    if (!is_loopback && !url->starts_with("https://")) {
        show({public_address, Verdict::problem,
              "must begin with https://, because sign-ins and keys pass there; http:// is only for this machine, such "
              "as http://127.0.0.1:3000"});
        return Fault::values;
    }
    const std::string set = value("LISTEN");
    const std::string by_default = is_loopback ? listen_address_of(*url) : "127.0.0.1:3000";
    const std::string listen = set.empty() ? by_default : set;
    const std::string why_not = why_not_listening(listen);
    const bool is_port_answered = is_loopback && set.empty();
    if (!why_not.empty() && is_port_answered) {
        show({public_address, Verdict::problem,
              why_not + ": stop that program, or answer with another port, such as http://" +
                  free_address_like(listen)});
        return Fault::values;
    }
    values_[public_address] = *url;
    if (is_loopback) {
        show({public_address, Verdict::ok, *url + ": only this machine can open it"});
    } else if (const std::string why_not_served = why_not_served_at(*url); why_not_served.empty()) {
        show({public_address, Verdict::ok, *url + " leads to llmapikey"});
    } else {
        show({public_address, Verdict::warning,
              *url + " does not lead to llmapikey yet (" + why_not_served +
                  "): have a reverse proxy with TLS send it to http://" + listen +
                  "; docs/deploy has nginx, Caddy, HAProxy and Apache"});
    }
    if (!why_not.empty()) {
        show({"address to listen on", Verdict::warning,
              why_not +
                  ", so `llmapikey serve` cannot start: stop that program, or set LISTEN=" + free_address_like(listen) +
                  " in " + env_file_path + (is_loopback ? "" : " and in the reverse proxy")});
    }
    return std::nullopt;
}

Setup::Tried Setup::try_client_id() {
    CheckContext context = context_of(whole_);
    return try_by({check_app}, client_id, context);
}

Setup::Tried Setup::try_client_secret() {
    CheckContext context = context_of(whole_);
    return try_by({check_github, check_callback}, client_secret, context);
}

// Too few credits are said, but the key is right all the same.
Setup::Tried Setup::try_management_key() {
    CheckContext context = context_of(whole_);
    const auto variable = management_key_variable(context);
    credits_warning_.reset();
    const Tried fault = try_by({check_key_provider}, variable, context);
    credits_left_ = context.credits_left;
    if (!context.is_key_accepted) return fault.value_or(Fault::values);
    return try_by({check_management_rights}, variable, context);
}

// Asks until the answer is right. An answer that is not what is wrong is kept, and Enter tries it
// again. One that is wrong is forgotten.
Setup::Answered Setup::answer(const Question& question, Attempt attempt) {
    const std::string name(question.variable);
    bool is_kept = question.is_asked_if_known;
    const auto try_it = [&]() -> Tried {
        const Tried fault = (this->*attempt)();
        is_kept = fault && *fault != Fault::values;
        if (fault && !is_kept && !is_in_secret_file(name)) values_[name] = "";
        return fault;
    };
    const auto leads_back = [&](const Tried& fault) {
        return question.is_empty_way_back && fault && *fault == Fault::callback;
    };
    if (!value(name).empty() && !question.is_asked_if_known) {
        tell(question.words + ": given");
        const Tried fault = try_it();
        if (!fault) return Answered::yes;
        if (leads_back(fault)) return Answered::back;
        if (is_in_secret_file(name)) {
            std::fprintf(stderr, "llmapikey: mend the file that has %s, and run this again; nothing was written\n",
                         name.c_str());
            return Answered::nobody;
        }
    }
    while (true) {
        const std::string proposal = is_kept ? value(name) : question.proposal;
        const auto typed = ask(question.words + hint_of(question, proposal, is_kept), question.echo);
        if (!typed) {
            std::fprintf(stderr, "llmapikey: there is no further answer, so nothing was written\n");
            return Answered::nobody;
        }
        if (typed->empty() && proposal.empty()) {
            if (question.is_empty_way_back) return Answered::back;
            tell("  " + std::string(question.missing) + " Ctrl+C stops.");
            continue;
        }
        values_[name] = typed->empty() ? proposal : *typed;
        const Tried fault = try_it();
        if (!fault) return Answered::yes;
        if (leads_back(fault)) return Answered::back;
    }
}

// Client id and client secret belong together, so the second leads back to the first. With the same
// client id, a secret that GitHub has accepted stays.
bool Setup::answer_app() {
    Question id{client_id, "2. Client ID", "The client id stands on the OAuth App's page at GitHub."};
    const Question secret{.variable = client_secret,
                          .words = "3. Client secret",
                          .missing = {},
                          .echo = Echo::hidden,
                          .is_empty_way_back = true};
    while (true) {
        const std::string former = value(client_id);
        if (answer(id, &Setup::try_client_id) != Answered::yes) return false;
        const bool is_other_app = !former.empty() && value(client_id) != former;
        if (is_other_app && !is_in_secret_file(client_secret)) values_[client_secret] = "";
        const Answered answered = answer(secret, &Setup::try_client_secret);
        if (answered != Answered::back) return answered == Answered::yes;
        id.is_asked_if_known = true;
    }
}

}  // namespace llmapikey::cli
