#include "upstream/chat_client.hpp"

#include <optional>

#include "net/retry_after.hpp"
#include "upstream/chat_wire.hpp"
#include "upstream/event_stream.hpp"

namespace llmapikey::upstream {
namespace {

base::Error down(const std::string& why) {
    return {base::Errc::upstream_down, "OpenRouter's chat: " + why, {}};
}

// Hands the text of a stream to the listener, and notes how it ended.
class Conversation final : public net::AnswerSink {
public:
    explicit Conversation(service::ChatListener& listener) : listener_(listener) {}

    bool begin(const net::ClientResponse& head) override {
        if (head.status == 200) return true;
        // Such a body may name the account's owner: it is not even read.
        error_ = chat_error(head.status, net::retry_after_of(head));
        return false;
    }
    bool take(std::string_view piece) override {
        const auto state = events_.feed(piece);
        if (state == EventStream::State::too_long) error_ = down("an event is too long");
        return state == EventStream::State::open;
    }
    bool is_wanted() const override { return listener_.is_wanted(); }

    base::Result<void> result(const net::ClientResponse& transfer) const {
        if (error_) return tl::unexpected(*error_);
        if (has_ended_ || !is_listening_ || !listener_.is_wanted()) return {};
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
            error_ = down("an event cannot be read");
            return false;
        }
        if (!chunk->text.empty()) is_listening_ = listener_.take(chunk->text);
        if (chunk->failed_as) error_ = chat_error(*chunk->failed_as, {});
        has_ended_ = has_ended_ || chunk->has_ended;
        return is_listening_ && !error_;
    }

    service::ChatListener& listener_;
    EventStream events_{[this](std::string_view data) { return take_event(data); }};
    std::optional<base::Error> error_;
    bool is_listening_ = true;
    bool has_ended_ = false;
};

}  // namespace

base::Result<void> ChatClient::ask(const base::Secret& key, const service::ChatRequest& request,
                                   service::ChatListener& listener, base::Deadline deadline) {
    net::ClientRequest call{"POST", options_.base_url + "/chat/completions", {}, {}};
    call.headers.push_back({"Authorization", "Bearer " + key.reveal()});
    call.headers.push_back({"Content-Type", "application/json"});
    call.headers.push_back({"Accept", "text/event-stream"});
    call.body = to_chat_body(request, options_.max_tokens);
    Conversation conversation(listener);
    return conversation.result(http_.stream(call, conversation, {deadline, options_.idle}));
}

}  // namespace llmapikey::upstream
