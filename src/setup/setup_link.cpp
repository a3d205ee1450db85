#include "setup/setup_link.hpp"

#include "base/crypto.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t token_bytes = 32;

}  // namespace

std::string SetupLink::make() {
    std::string token = base::random_token(token_bytes);
    const std::lock_guard lock(mutex_);
    hash_ = base::sha256(token);
    made_at_ = clock_.now();
    return token;
}

bool SetupLink::is_good(std::string_view token) const {
    const std::string hash = base::sha256(token);
    const std::lock_guard lock(mutex_);
    return !hash_.empty() && base::equal_constant_time(hash, hash_) && clock_.now() < made_at_ + lifetime;
}

void SetupLink::end() {
    const std::lock_guard lock(mutex_);
    hash_.clear();
}

}  // namespace llmapikey
