#include "app/application.hpp"

#include "app/composition.hpp"
#include "ops/log.hpp"

namespace llmapikey::app {

Application::Application(std::unique_ptr<Composition> parts) : parts_(std::move(parts)) {}
Application::~Application() {
    stop(base::Millis{0});
}

base::Result<std::unique_ptr<Application>> Application::create(const config::Config& config, Setting setting,
                                                               const base::Clock& clock,
                                                               const PutInFront& put_in_front) {
    const auto listen = net::ListenAddress::parse(config.listen);
    if (!listen) return base::fail(base::Errc::invalid_input, "LISTEN: " + listen.error().detail);
    auto proxies = TRY(parse_proxies(config));
    auto stores = TRY(open_migrated_stores(config, clock));
    const base::Clock& time = stores.time_or(clock);
    return std::unique_ptr<Application>(new Application(std::make_unique<Composition>(
        Given{config, setting, time, std::move(stores), *listen, std::move(proxies), put_in_front})));
}

base::Result<void> Application::start(std::optional<int> listening_socket) {
    TRY(parts_->server.start(listening_socket));
    parts_->jobs.start();
    return {};
}

std::string Application::address() const {
    return parts_->server.address().text();
}

bool Application::hands_out_keys() const {
    return parts_->settings.known().is_enabled;
}

base::Result<std::string> Application::make_setup_link() {
    if (parts_->admins.is_any_configured()) return std::string();
    // Made before it is read, so that whoever becomes admin from here on ends it.
    const std::string token = parts_->setup_link.make();
    const auto state = TRY(parts_->settings.read());
    if (!state.first_admin()) return std::string(setup_path) + "?token=" + token;
    parts_->setup_link.end();
    return std::string();
}

bool Application::responds(base::Deadline deadline) {
    return parts_->server.responds(deadline);
}

void Application::announce_stop() {
    parts_->readiness.is_draining = true;
}

bool Application::is_watched() const {
    const auto asked_at = parts_->readiness.last_asked_at.load();
    return asked_at != base::Timestamp{} && parts_->time.now() - asked_at <= std::chrono::minutes{1};
}

void Application::stop(base::Millis grace) {
    parts_->readiness.is_draining = true;
    parts_->server.stop(grace);
    // What jobs ask for now is made up for later: none of it may hold up the end.
    parts_->provider->hurry();
    parts_->http->end_calls_by(base::Deadline::after(last_calls));
    parts_->jobs.stop();
    // Calls to endpoints that hang are cut off, and made again after the next start.
    parts_->webhook_courier.stop();
    parts_->webhook_queue.abandon();
    parts_->leases.give_back();
    for (base::WorkQueue* queue : {&parts_->upstream_queue, &parts_->identity_queue, &parts_->mint_queue,
                                   &parts_->minting_queue, &parts_->streaming_pool})
        queue->stop();
    // Asking for usage, settling, handing tokens back: each is made up for later, so none of it may
    // hold up the end.
    parts_->background_queue.abandon();
    parts_->database_queue.stop();
    ops::finish_logging();
}

}  // namespace llmapikey::app
