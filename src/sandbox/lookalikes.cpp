#include "sandbox/lookalikes.hpp"

namespace llmapikey::sandbox {
namespace {

net::HttpServerOptions options_for(const net::ListenAddress& listen) {
    net::HttpServerOptions options;
    options.listen = listen;
    options.body_bytes_max = 16 * 1024 * 1024;  // room for the names of 100,000 keys
    return options;
}

std::string url_of(const net::ListenAddress& listen, std::uint16_t port) {
    net::ListenAddress bound = listen;
    bound.port = port;
    return "http://" + bound.text();
}

}  // namespace

Lookalikes::Lookalikes(Options options, const base::Clock& clock)
    : options_(std::move(options)),
      github_({options_.client_id, options_.client_secret, options_.registered_callback, options_.personas,
               options_.advice},
              clock),
      openrouter_(options_.management_key, clock),
      github_server_(options_for(options_.github), github_, {no_queue_, no_queue_, no_queue_, no_queue_, no_queue_}),
      openrouter_server_(options_for(options_.openrouter), openrouter_,
                         {no_queue_, no_queue_, no_queue_, no_queue_, no_queue_}) {}

base::Result<void> Lookalikes::start() {
    const auto started = github_server_.start();
    return started ? openrouter_server_.start() : started;
}

void Lookalikes::stop() {
    github_server_.stop(base::Millis{200});
    openrouter_server_.stop(base::Millis{200});
}

std::string Lookalikes::github_url() const {
    return url_of(options_.github, github_server_.port());
}

std::string Lookalikes::openrouter_url() const {
    return url_of(options_.openrouter, openrouter_server_.port()) + "/api/v1";
}

}  // namespace llmapikey::sandbox
