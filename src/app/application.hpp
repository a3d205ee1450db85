#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "storage/sqlite/sqlite_key_store.hpp"

namespace llmapikey::app {

enum class Setting { production, sandbox };

// What raw keys are sealed for (base::Sealer).
inline constexpr std::string_view key_sealing_purpose = "raw keys";

// The running service: everything that `serve` needs, built in the order of its dependencies and torn down in reverse.
class Application {
public:
    // Opens and migrates the database. Errors say what to do: store_unavailable, invalid_input (LISTEN,
    // TRUSTED_PROXIES).
    static base::Result<std::unique_ptr<Application>> create(const config::Config& config, Setting setting,
                                                             const base::Clock& clock);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    // Binds and serves. invalid_input: the address cannot be bound.
    base::Result<void> start();
    std::uint16_t port() const;
    // Not ready for new work, then stops accepting, then finishes what is in flight for up to `grace`.
    void stop(base::Millis grace);

private:
    struct Parts;
    explicit Application(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

// Path of the embedded database.
std::string database_path(const config::Config& config);
// The database as commands use it, its folder created if need be. store_unavailable, with what to do.
base::Result<std::unique_ptr<storage::sqlite::Connection>> open_database(const config::Config& config);
// The grants in a database that has its schema already.
base::Result<std::unique_ptr<service::KeyStore>> open_store(const config::Config& config);

}  // namespace llmapikey::app
