#include "net/redacting_client.hpp"

#include "base/encoding.hpp"

namespace llmapikey::net {
namespace {

// Shorter values are not secrets, and might be any word of a response.
constexpr std::size_t secret_min = 8;

void hide(std::string_view secret, std::string& text) {
    static constexpr std::string_view mask = "***";
    if (secret.size() < secret_min) return;
    for (auto place = text.find(secret); place != std::string::npos; place = text.find(secret, place + mask.size()))
        text.replace(place, secret.size(), mask);
}

class RedactingClient final : public HttpClient {
public:
    RedactingClient(std::unique_ptr<HttpClient> client, const std::vector<base::Secret>& secrets)
        : client_(std::move(client)) {
        for (const base::Secret& secret : secrets) {
            spellings_.push_back(secret);
            spellings_.emplace_back(base::to_percent_encoded(secret.reveal()));
        }
    }

    ClientResponse send(const ClientRequest& request, base::Deadline deadline) override {
        ClientResponse response = client_->send(request, deadline);
        for (const base::Secret& spelling : spellings_)
            hide(spelling.reveal(), response.body);
        for (const Header& header : request.headers) {
            if (!base::equal_ignoring_case(header.name, "authorization")) continue;
            const std::string_view value = header.value;  // "Bearer ..."
            hide(value.substr(value.find(' ') + 1), response.body);
        }
        return response;
    }

    ClientResponse stream(const ClientRequest& request, AnswerSink& sink, const StreamLimits& limits) override {
        return client_->stream(request, sink, limits);
    }

    void end_calls_by(base::Deadline deadline) override { client_->end_calls_by(deadline); }

private:
    const std::unique_ptr<HttpClient> client_;
    std::vector<base::Secret> spellings_;
};

}  // namespace

std::unique_ptr<HttpClient> make_redacting(std::unique_ptr<HttpClient> client,
                                           const std::vector<base::Secret>& secrets) {
    return std::make_unique<RedactingClient>(std::move(client), secrets);
}

}  // namespace llmapikey::net
