#pragma once

#include <array>
#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "net/http_server.hpp"

// Limits that all connections of an HTTP server share; private to net/. Thread-safe.
namespace llmapikey::net {

// Identifies a client: by its address, or by its /64 for IPv6, because a subscriber owns a whole
// /64.
using ClientId = std::array<unsigned char, 16>;
ClientId client_of(const boost::asio::ip::address& address);

// Counts the connections of all I/O threads. With `client` nullopt a connection counts only in the
// total.
class ConnectionLimits {
public:
    enum class Verdict {
        admitted,
        all_taken,          // the total limit is reached
        client_has_enough,  // the limit of this client is reached
    };

    // `per_client` 0 means no limit.
    ConnectionLimits(std::size_t in_all, std::size_t per_client) : in_all_(in_all), per_client_(per_client) {}

    Verdict enter(const std::optional<ClientId>& client);
    // Admits a client after all_taken when another connection was told to close. The count exceeds
    // the limit by one until that connection has gone.
    void enter_instead_of_another(const std::optional<ClientId>& client);
    void leave(const std::optional<ClientId>& client);
    bool wait_for_none(base::Millis timeout);

    // `verdict` says why the connection was refused.
    void count_refusal(Verdict verdict) { ++(verdict == Verdict::all_taken ? refused_in_all_ : refused_of_client_); }
    void count_displaced() { ++displaced_; }
    ConnectionStatistics figures();

private:
    void add(const std::optional<ClientId>& client);

    const std::size_t in_all_, per_client_;
    std::mutex mutex_;
    std::condition_variable none_left_;
    std::size_t count_ = 0;
    std::map<ClientId, std::size_t> of_client_;
    std::atomic<std::uint64_t> refused_in_all_{0}, refused_of_client_{0}, displaced_{0};
};

// The memory that bodies may take while they are received and answered.
class BodyBudget {
public:
    // A part of the budget. The destructor gives it back.
    class Share {
    public:
        Share() = default;
        Share(BodyBudget* from, std::uint64_t bytes) : from_(from), bytes_(bytes) {}
        Share(Share&& other) noexcept : from_(std::exchange(other.from_, nullptr)), bytes_(other.bytes_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Share() {
            if (from_ != nullptr) from_->left_ += static_cast<std::int64_t>(bytes_);
        }

    private:
        BodyBudget* from_ = nullptr;
        std::uint64_t bytes_ = 0;
    };

    explicit BodyBudget(std::uint64_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}
    // Returns nullopt if less than `bytes` is left. The budget must outlive the share.
    std::optional<Share> take(std::uint64_t bytes);

private:
    std::atomic<std::int64_t> left_;
};

}  // namespace llmapikey::net
