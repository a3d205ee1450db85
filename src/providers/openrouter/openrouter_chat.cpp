#include "providers/openrouter/openrouter_chat.hpp"

#include <optional>

#include "base/encoding.hpp"
#include "net/retry_after.hpp"
#include "providers/event_stream.hpp"
#include "providers/openrouter/openrouter_chat_wire.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t error_bytes_max = 16 * 1024;
constexpr std::size_t answer_bytes_max = 256 * 1024;
constexpr std::size_t refusal_bytes_max = 1000;

// Ignores parameters, as in "application/json; charset=utf-8".
bool is_json(std::string_view content_type) {
    return base::equal_ignoring_case(base::trim(content_type.substr(0, content_type.find(';'))), "application/json");
}

ChatFailure down(const std::string& why) {
    ChatFailure failure;
    failure.detail = "OpenRouter's chat: " + why;
    return failure;
}

// Passes the text of a stream to the listener, and records how the stream ended.
class Conversation final : public net::AnswerSink {
public:
    explicit Conversation(ChatListener& listener) : listener_(listener) {}

    bool begin(const net::ClientResponse& head) override {
        is_one_piece_ = is_json(head.header("content-type"));
        if (head.status == 200) return true;
        refused_with_ = head.status;
        retry_after_ = net::retry_after_of(head);
        return true;
    }
    bool take(std::string_view piece) override {
        if (refused_with_ != 0) {
            // The body may name the account's owner. It is only searched for the cause, and never
            // passed on.
            refusal_body_.append(piece.substr(0, error_bytes_max - refusal_body_.size()));
            return refusal_body_.size() < error_bytes_max;
        }
        if (is_one_piece_) {
            whole_.append(piece.substr(0, answer_bytes_max - whole_.size()));
            return whole_.size() < answer_bytes_max;
        }
        const auto state = events_.feed(piece);
        if (state == EventStream::State::too_long) failure_ = down("an event is too long");
        return state == EventStream::State::open;
    }
    bool is_wanted() const override { return listener_.is_wanted(); }

    tl::expected<ChatEnd, ChatFailure> result(const net::ClientResponse& transfer) {
        if (refused_with_ != 0) return tl::unexpected(chat_failure(refused_with_, refusal_body_, retry_after_));
        if (is_one_piece_ && transfer.transfer == net::TransferStatus::answered) take_event(whole_);
        if (failure_) return tl::unexpected(*failure_);
        if (has_ended_ || !is_listening_ || !listener_.is_wanted()) return end();
        const bool is_whole = transfer.transfer == net::TransferStatus::answered;
        return tl::unexpected(down(is_whole ? "the answer has no end" : transfer.failure));
    }

private:
    bool take_event(std::string_view data) {
        if (data == "[DONE]") {
            has_ended_ = true;
            return false;
        }
        const auto chunk = parse_chat_chunk(data);
        if (!chunk) {
            failure_ = down("an event cannot be read");
            return false;
        }
        if (!chunk->text.empty()) {
            end_.has_text = true;
            is_listening_ = listener_.take(chunk->text);
        }
        if (end_.refusal.size() + chunk->refusal.size() <= refusal_bytes_max) end_.refusal += chunk->refusal;
        if (chunk->cost) end_.cost = chunk->cost;
        if (chunk->failure) failure_ = chunk->failure;
        if (chunk->has_ended) end_.reason = chunk->reason;
        has_ended_ = has_ended_ || chunk->has_ended;
        return is_listening_ && !failure_;
    }
    ChatEnd end() {
        if (!end_.refusal.empty()) end_.reason = ChatEnd::Reason::refusal;
        if (!base::is_text(end_.refusal)) end_.refusal.clear();
        return end_;
    }

    ChatListener& listener_;
    EventStream events_{[this](std::string_view data) { return take_event(data); }};
    bool is_one_piece_ = false;  // the answer is not streamed, although the request asked for that
    std::string whole_;          // the body of an answer that is not streamed
    int refused_with_ = 0;       // the status of a refusal; 0: none
    base::Seconds retry_after_{0};
    std::string refusal_body_;
    std::optional<ChatFailure> failure_;
    ChatEnd end_;
    bool is_listening_ = true;
    bool has_ended_ = false;
};

}  // namespace

tl::expected<ChatEnd, ChatFailure> OpenRouterChat::ask(const base::Secret& key, const ChatRequest& request,
                                                       ChatListener& listener, base::Deadline deadline) {
    net::ClientRequest call{"POST", options_.base_url + "/chat/completions", {}, {}};
    call.headers.push_back({"Authorization", "Bearer " + key.reveal()});
    call.headers.push_back({"Content-Type", "application/json"});
    call.headers.push_back({"Accept", "text/event-stream"});
    call.body = to_chat_body(request, options_.max_tokens);
    Conversation conversation(listener);
    return conversation.result(http_.stream(call, conversation, {deadline, options_.idle}));
}

}  // namespace llmapikey
