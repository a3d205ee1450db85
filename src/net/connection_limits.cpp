#include "net/connection_limits.hpp"

#include <algorithm>

namespace llmapikey::net {

ClientId client_of(const boost::asio::ip::address& address) {
    namespace ip = boost::asio::ip;
    if (address.is_v4()) return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
    ClientId id = address.to_v6().to_bytes();
    constexpr std::size_t network_bytes = 8;
    if (!address.to_v6().is_v4_mapped()) std::fill(id.begin() + network_bytes, id.end(), std::uint8_t{0});
    return id;
}

ConnectionLimits::Verdict ConnectionLimits::enter(const std::optional<ClientId>& client) {
    const std::lock_guard lock(mutex_);
    if (client && per_client_ > 0) {
        const auto own = of_client_.find(*client);
        if (own != of_client_.end() && own->second >= per_client_) return Verdict::client_has_enough;
    }
    if (count_ >= in_all_) return Verdict::all_taken;
    add(client);
    return Verdict::admitted;
}

void ConnectionLimits::enter_instead_of_another(const std::optional<ClientId>& client) {
    const std::lock_guard lock(mutex_);
    add(client);
}

void ConnectionLimits::add(const std::optional<ClientId>& client) {
    ++count_;
    if (client) ++of_client_[*client];
}

void ConnectionLimits::leave(const std::optional<ClientId>& client) {
    const std::lock_guard lock(mutex_);
    if (client) {
        const auto own = of_client_.find(*client);
        if (--own->second == 0) of_client_.erase(own);
    }
    if (--count_ == 0) none_left_.notify_all();
}

bool ConnectionLimits::wait_for_none(base::Millis timeout) {
    std::unique_lock lock(mutex_);
    return none_left_.wait_for(lock, timeout, [this] { return count_ == 0; });
}

ConnectionStatistics ConnectionLimits::figures() {
    const std::lock_guard lock(mutex_);
    return {count_, in_all_, refused_in_all_, refused_of_client_, displaced_};
}

std::optional<BodyBudget::Share> BodyBudget::take(std::uint64_t bytes) {
    const auto wanted = static_cast<std::int64_t>(bytes);
    if ((left_ -= wanted) >= 0) return Share(this, bytes);
    left_ += wanted;
    return std::nullopt;
}

}  // namespace llmapikey::net
