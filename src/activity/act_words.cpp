#include "activity/act_words.hpp"

#include <algorithm>
#include <utility>

#include "audit/audited.hpp"
#include "identity/initiator.hpp"

namespace llmapikey {
namespace {

// How an action is told. `rest` follows the account's login, or stands for itself where there is
// none. `own` is said where people do it with their own key.
struct ActionWords {
    std::string_view action, past, base, rest, own;
};
constexpr ActionWords action_words[] = {
    {"key.mint", "made a key for", "make a key for", "", ""},
    {"key.replace", "replaced", "replace", "'s key", "their key"},
    {"key.revoke", "revoked", "revoke", "'s key", "their key"},
    {"key.change", "changed", "change", "'s key", ""},
    {"key.reveal", "looked at", "look at", "'s key", ""},
    {"hold.set", "put", "put", " on hold", ""},
    {"hold.lift", "lifted the hold on", "lift the hold on", "", ""},
    {"keys.revoke", "revoked several keys", "revoke several keys", "", ""},
    {"keys.revoke.stop", "stopped a bulk revocation", "stop a bulk revocation", "", ""},
    {"keys.disable", "switched several keys off", "switch several keys off", "", ""},
    {"keys.enable", "switched several keys on", "switch several keys on", "", ""},
    {"keys.cap", "changed the caps of several keys", "change the caps of several keys", "", ""},
    {"keys.replace", "replaced several keys", "replace several keys", "", ""},
    {"keys.change.stop", "stopped a bulk change", "stop a bulk change", "", ""},
    {"keys.change.retry", "tried a bulk change again", "try a bulk change again", "", ""},
    {"people.add", "added people to the list", "add people to the list", "", ""},
    {"people.remove", "removed", "remove", " from the list", ""},
    {"setting.change", "changed a setting", "change a setting", "", ""},
    {"minting.pause", "paused new keys", "pause new keys", "", ""},
    {"minting.resume", "resumed new keys", "resume new keys", "", ""},
    {"admin.first", "became the first admin", "become the first admin", "", ""},
    {"admin.remove", "took the console away from", "take the console away from", "", ""},
    {"token.create", "created an API token", "create an API token", "", ""},
    {"token.reveal", "got an API token shown again", "get an API token shown again", "", ""},
    {"token.revoke", "revoked an API token", "revoke an API token", "", ""},
    {"webhook.add", "added a webhook", "add a webhook", "", ""},
    {"webhook.remove", "removed a webhook", "remove a webhook", "", ""},
    {"webhook.rotate", "changed the secret of a webhook", "change the secret of a webhook", "", ""},
    {"webhook.reveal", "got a webhook's secret shown again", "get a webhook's secret shown again", "", ""},
    {"reconcile.orphan", "found and ended an unknown key of", "end an unknown key of", "", ""},
    {"reconcile.missing", "found that somebody deleted", "note that somebody deleted", "'s key", ""},
    {"reconcile.drift", "put right what differed at", "put right what differs at", "'s key", ""},
};

// How a change of a key begins, as Administration records it.
struct ChangeWords {
    std::string_view detail, past, base;
};
constexpr ChangeWords change_words[] = {
    {"switch off", "switched off", "switch off"},
    {"switch on", "switched on", "switch on"},
};

const ActionWords* find_words(std::string_view action) {
    const auto* const found = std::ranges::find(action_words, action, &ActionWords::action);
    return found == std::end(action_words) ? nullptr : found;
}

// The value behind `name` up to the next space: "1001" for "account:" in "account:1001 grant:...".
std::string value_of(std::string_view text, std::string_view name) {
    for (std::size_t place = text.find(name); place != std::string_view::npos; place = text.find(name, place + 1)) {
        if (place != 0 && text[place - 1] != ' ') continue;
        const std::string_view value = text.substr(place + name.size());
        return std::string(value.substr(0, value.find(' ')));
    }
    return "";
}

std::string name_of(const std::string& account, const ActNames& names) {
    const auto found = names.logins.find(account);
    return found == names.logins.end() ? "account " + account : found->second;
}

std::string verb_of(const Act& act, std::string_view past, std::string_view base) {
    if (act.outcome == "failed") return "could not " + std::string(base);
    if (act.outcome == "begun") return "began to " + std::string(base);
    return std::string(past);
}

// "cap $15.00 a day: Writes the report" is what was done, and why.
void tell_change(const Act& act, std::string& intent, ActSentence& sentence) {
    const auto colon = intent.find(": ");
    const std::string what = intent.substr(0, colon);
    intent = colon == std::string::npos ? "" : intent.substr(colon + 2);
    for (const ChangeWords& each : change_words)
        if (what == each.detail) sentence.verb = verb_of(act, each.past, each.base);
    const auto cap = what.find("cap ");
    if (cap == std::string::npos) return;
    sentence.verb = verb_of(act, "set the cap of", "set the cap of");
    sentence.rest += " to " + what.substr(cap + 4);
    if (cap > 0) sentence.rest += " (" + what.substr(0, what.find(',')) + ")";
}

void tell_ending(const Act& act, std::string& intent, ActSentence& sentence) {
    if (sentence.whom.empty() && intent == "given back") {
        sentence.verb = verb_of(act, "gave back", "give back");
        intent.clear();
    } else if (act.actor == "system" && intent == "expired") {
        sentence.verb = verb_of(act, "ended", "end");
        intent = "it had expired";
    }
}

// What the log has as details that a sentence says already.
bool is_said(std::string_view action, std::string_view detail) {
    return (action == "key.mint" && detail == "created") || (action == "key.replace" && detail == "rotated");
}

}  // namespace

std::string account_in(std::string_view subject) {
    return value_of(subject, "account:");
}

std::string grant_in(std::string_view subject) {
    return value_of(subject, "grant:");
}

std::string account_of_actor(std::string_view actor) {
    const std::string organizer = value_of(actor, "github:");
    return organizer.empty() ? value_of(actor, recipient_prefix) : organizer;
}

std::string who_did(const std::string& actor, const ActNames& names) {
    const std::string account = account_of_actor(actor);
    if (!account.empty())
        return name_of(account, names) + (actor.find(" token:") == std::string::npos ? "" : " (by an API token)");
    if (actor == "system") return "The service";
    if (actor.starts_with("cli:")) return actor.substr(4) + " (on the command line)";
    return actor;
}

ActSentence sentence_of(const Act& act, const ActNames& names) {
    ActSentence sentence;
    sentence.who_id = account_of_actor(act.actor);
    sentence.who = who_did(act.actor, names);
    sentence.is_open = act.outcome == "begun";
    sentence.has_failed = act.outcome == "failed";
    const ActionWords* const words = find_words(act.action);
    const std::string account = account_in(act.subject);
    const bool is_own =
        is_recipient(act.actor) && account == sentence.who_id && words != nullptr && !words->own.empty();
    if (!account.empty() && !is_own) {
        sentence.whom_id = account;
        sentence.whom = name_of(account, names);
    }
    sentence.verb = words != nullptr ? verb_of(act, words->past, words->base) : act.action + ":";
    if (words != nullptr) sentence.rest = is_own ? " " + std::string(words->own) : std::string(words->rest);
    std::string intent = act.intent.empty() && !sentence.has_failed ? act.detail : act.intent;
    if (act.action == "people.remove") sentence.whom = std::exchange(intent, "");
    if (act.action == "key.mint") intent.clear();
    const bool is_of_key = act.action.starts_with("key.");
    if (const auto bulk = bulk_mark_of(intent); is_of_key && bulk != std::string::npos) intent.erase(bulk);
    if (act.action == "key.change") tell_change(act, intent, sentence);
    if (act.action == "key.revoke") tell_ending(act, intent, sentence);
    const auto hint = names.hints.find(grant_in(act.subject));
    if (hint != names.hints.end() && is_of_key) sentence.rest += " …" + hint->second;
    if (is_said(act.action, intent)) intent.clear();
    const bool is_ours = act.actor == "system" && !intent.empty();
    if (is_ours) sentence.rest += ": " + intent;
    if (!is_ours) sentence.reason = intent;
    const bool has_result = !act.intent.empty() && act.detail != act.intent && !is_said(act.action, act.detail);
    if (sentence.has_failed) sentence.problem = act.detail;
    if (!sentence.has_failed && has_result) sentence.result = act.detail;
    return sentence;
}

const std::vector<ActKind>& act_kinds() {
    static const std::vector<ActKind> all = {
        {"keys", "Keys made or replaced", {"key.mint", "key.replace", "keys.replace"}},
        {"revoked", "Keys revoked", {"key.revoke", "keys.revoke", "keys.revoke.stop", "reconcile.orphan"}},
        {"changed",
         "Keys changed",
         {"key.change", "keys.disable", "keys.enable", "keys.cap", "keys.change.stop", "keys.change.retry",
          "reconcile.drift", "reconcile.missing"}},
        {"revealed", "Keys looked at", {"key.reveal"}},
        {"holds", "Holds", {"hold.set", "hold.lift"}},
        {"people", "List of people", {"people.add", "people.remove"}},
        {"settings", "Settings", {"setting.change", "minting.pause", "minting.resume"}},
        {"access",
         "Admins, tokens and webhooks",
         {"admin.first", "admin.remove", "token.create", "token.reveal", "token.revoke", "webhook.add",
          "webhook.remove", "webhook.rotate", "webhook.reveal"}},
    };
    return all;
}

}  // namespace llmapikey
