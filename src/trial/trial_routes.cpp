#include "trial/trial_routes.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "base/encoding.hpp"
#include "http/answers/error_response.hpp"
#include "http/request_fields.hpp"
#include "languages/catalog.hpp"
#include "net/body_stream.hpp"
#include "ops/log.hpp"
#include "spending/known_usage.hpp"
#include "trial/trial_views.hpp"
#include "trial/trial_words.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t message_characters_max = 2000;
constexpr std::size_t model_bytes_max = 120;

// Browsers send each line end of a form as CR LF, and count it as one character.
std::string with_plain_line_ends(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') plain += text[i];
        if (text[i] == '\r' && text.substr(i + 1, 1) != "\n") plain += '\n';
    }
    return plain;
}

bool is_message(const std::string& text) {
    const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    const auto characters = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_start));
    const bool says_something = text.find_first_not_of(" \t\n") != std::string::npos;
    return says_something && characters <= message_characters_max && base::is_text(text);
}

bool is_model(std::string_view text) {
    constexpr std::string_view others = "._:/-";
    const auto is_allowed = [&](char c) {
        const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return is_alphanumeric || others.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= model_bytes_max && std::all_of(text.begin(), text.end(), is_allowed);
}

// The typed model counts where none of the list is chosen: what was typed before somebody chose
// from the list again is hidden.
std::string model_of(const RequestFields& fields) {
    const std::string chosen = fields.text("model");
    return chosen.empty() || chosen == "other" ? std::string(base::trim(fields.text("other_model"))) : chosen;
}

bool wants_events(const net::Request& request) {
    return base::to_lower(request.header("accept")).find("text/event-stream") != std::string::npos;
}

// The log must not contain the question or the answer.
void note_failure(const ChatFailure& failure, const std::string& request_id) {
    ops::log(ops::LogLevel::info, "a key was tried without success: " + failure.detail, {{"request_id", request_id}});
}

// Returns figures that say only to whom they are told, and about which model.
TrialUsage reader_of(const Context& context, std::string model) {
    TrialUsage figures;
    figures.model = std::move(model);
    figures.provider = context.shared.settings.provider.name;
    figures.language = context.language();
    return figures;
}

// The cached spending of the key is outdated now. Where the words name what is left, it is what was
// left before without the cost of this answer, because the provider books an answer a little later;
// if it was not known, or the failure is about money, it is read at once.
TrialUsage figures_after(const tl::expected<ChatEnd, ChatFailure>& asked, UsageCache& usage, const Grant& grant,
                         const base::Clock& clock, TrialUsage figures) {
    using enum ChatCause;
    const auto before = usage.peek(grant.delete_handle);
    usage.forget(grant.delete_handle);
    const bool is_about_money = !asked && (asked.error().cause == no_credits || asked.error().cause == key_limit ||
                                           asked.error().cause == answer_too_dear);
    figures.cap = limit_at(grant, clock.now());
    figures.now = clock.now();
    if (asked && asked->cost && before && before->remaining) {
        figures.left = base::MicroUsd{before->remaining->value - asked->cost->value};
    } else if (asked || is_about_money) {
        usage.refresh(grant);
        const auto known = usage.peek(grant.delete_handle);
        if (known) figures.left = known->remaining;
    }
    return figures;
}

std::string event(std::string_view name, const boost::json::value& data) {
    return "event: " + std::string(name) + "\ndata: " + boost::json::serialize(data) + "\n\n";
}

class EventListener final : public ChatListener {
public:
    explicit EventListener(net::BodyWriter& writer) : writer_(writer) {}
    bool take(std::string_view text) override {
        return writer_.write(event("text", boost::json::string(text.data(), text.size())));
    }
    bool is_wanted() const override { return writer_.is_wanted(); }

private:
    net::BodyWriter& writer_;
};

class CollectingListener final : public ChatListener {
public:
    bool take(std::string_view text) override {
        answer += text;
        return true;
    }
    bool is_wanted() const override { return true; }

    std::string answer;
};

net::Response streamed_answer(const TrialRoutes& self, Trials::Trial trial, ChatRequest question,
                              const Context& context) {
    net::Response response = uncached_response(200, "text/event-stream", "");
    response.set("X-Accel-Buffering", "no");  // else nginx would hold the pieces back
    // The trial is moved out of this pointer, so that its place is free before the last event is
    // sent.
    auto held = std::make_shared<Trials::Trial>(std::move(trial));
    response.producer = [&trials = self.trials, &usage = self.usage, &clock = self.clock, held,
                         reader = reader_of(context, question.model), question = std::move(question),
                         request_id = context.request_id](net::BodyWriter& writer) {
        EventListener listener(writer);
        const Grant grant = held->grant;
        const auto asked = trials.ask(std::move(*held), question, listener);
        const TrialUsage figures = figures_after(asked, usage, grant, clock, reader);
        if (!asked) note_failure(asked.error(), request_id);
        const std::string words =
            asked ? words_of(*asked, figures.language) : words_of(asked.error(), figures).sentence();
        boost::json::object said;
        if (!words.empty()) said["message"] = words;
        if (asked) said["cost"] = cost_words(*asked, figures);
        return writer.write(event(asked ? "done" : "error", said)) ? net::BodyEnd::whole : net::BodyEnd::broken;
    };
    return response;
}

net::Response whole_answer(const TrialRoutes& self, const Context& context, Trials::Trial trial,
                           const ChatRequest& question) {
    CollectingListener listener;
    const Grant grant = trial.grant;
    const auto asked = self.trials.ask(std::move(trial), question, listener);
    const TrialUsage figures = figures_after(asked, self.usage, grant, self.clock, reader_of(context, question.model));
    known_usage(self.usage, self.background_queue,
                grant);  // starts a refresh, so that the dashboard shows the new spending
    if (!asked) note_failure(asked.error(), context.request_id);
    if (!asked && listener.answer.empty()) {
        const TrialWords words = words_of(asked.error(), figures);
        return error_response(context, words.status, asked.error().retry_after, words.text);
    }
    TryView view{make_frame(context),
                 question.model,
                 question.message,
                 listener.answer,
                 asked ? words_of(*asked, figures.language) : words_of(asked.error(), figures).sentence(),
                 asked ? cost_words(*asked, figures) : ""};
    return html_response(200, render(view));
}

net::Response refuse_field(const Context& context, std::string title, std::string why) {
    return error_response(context, 400, {},
                          {std::move(title), std::move(why), in_catalog("Go back and change it."), "/dashboard",
                           in_catalog("To your key")});
}

}  // namespace

net::Response TrialRoutes::ask(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, fields.error());
    ChatRequest question{model_of(*fields), with_plain_line_ends(fields->text("message"))};
    if (question.model.empty()) question.model = context.shared.settings.example_model;
    if (!is_message(question.message))
        return refuse_field(context, in_catalog("Message not accepted"),
                            in_catalog("Your message must have between 1 and 2000 characters."));
    if (!is_model(question.model))
        return refuse_field(context, in_catalog("Model not accepted"), in_catalog("This is not the name of a model."));
    auto trial = trials.begin(Seat{context.session->recipient.id});
    if (!trial) {
        const TrialWords words = words_of(trial.error());
        return error_response(context, words.status, {}, words.text);
    }
    if (!wants_events(context.request)) return whole_answer(*this, context, std::move(*trial), question);
    return streamed_answer(*this, std::move(*trial), std::move(question), context);
}

}  // namespace llmapikey
