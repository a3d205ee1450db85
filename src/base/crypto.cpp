#include "base/crypto.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "base/encoding.hpp"

namespace llmapikey::base {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::string_view format = "v1";

const unsigned char* in(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* out(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

std::string blake2b(std::string_view message, std::size_t length) {
    std::string digest(length, '\0');
    crypto_generichash(out(digest), length, in(message), message.size(), nullptr, 0);
    return digest;
}

}  // namespace

void Secret::wipe() noexcept {
    // The wipe covers the bytes inside a short string and the capacity beyond the end.
    value_.resize(value_.capacity());
    sodium_memzero(value_.data(), value_.size());
    value_.clear();
}

void initialize_crypto() {
    if (sodium_init() < 0) throw std::runtime_error("the system gives no randomness: libsodium cannot start");
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), count);
    return bytes;
}

std::string random_token(std::size_t bytes) {
    return to_base64url(random_bytes(bytes));
}

std::string random_uuid() {
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    std::string text = to_hex(bytes);
    for (const std::size_t place : {20u, 16u, 12u, 8u})
        text.insert(place, "-");
    return text;
}

std::string sha256(std::string_view data) {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256(out(digest), in(data), data.size());
    return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, in(key), key.size());
    crypto_auth_hmacsha256_update(&state, in(message), message.size());
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_final(&state, out(mac));
    sodium_memzero(&state, sizeof state);
    return mac;
}

bool equal_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

Sealer::Key::Key(const Secret& secret, std::string_view purpose)
    : bytes(hmac_sha256(secret.reveal(), "llmapikey seal: " + std::string(purpose))),
      id(to_hex(blake2b(bytes.reveal(), crypto_generichash_BYTES_MIN)).substr(0, 8)) {
    static_assert(key_bytes == crypto_auth_hmacsha256_BYTES);
}

Sealer::Sealer(const Secret& secret, std::string_view purpose, const Secret& other) : key_(secret, purpose) {
    if (!other.empty()) other_.emplace(other, purpose);
}

const Sealer::Key* Sealer::key_named(std::string_view id) const {
    if (id == key_.id) return &key_;
    return other_ && id == other_->id ? &*other_ : nullptr;
}

std::string Sealer::prefix() const {
    return std::string(format) + "." + key_.id + ".";
}

std::string Sealer::seal(std::string_view plain, std::string_view bound_to) const {
    const std::string begin = prefix();
    const std::string bound = begin + std::string(bound_to);
    const std::string nonce = random_bytes(nonce_bytes);
    std::string sealed(plain.size() + tag_bytes, '\0');
    unsigned long long length = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(out(sealed), &length, in(plain), plain.size(), in(bound), bound.size(),
                                               nullptr, in(nonce), in(key_.bytes.reveal()));
    return begin + to_base64url(nonce + sealed);
}

Result<Secret> Sealer::open(std::string_view sealed, std::string_view bound_to) const {
    const auto parts = split(sealed, '.');
    if (parts.size() != 3 || parts[0] != format) return fail(Errc::invalid_input, "not a sealed text");
    const Key* const key = key_named(parts[1]);
    if (key == nullptr) {
        return fail(Errc::invalid_input, "sealed with another key: " + to_printable(parts[1], 8) + ", not " + key_.id);
    }
    const auto bytes = from_base64url(parts[2]);
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes) return fail(Errc::invalid_input, "a damaged sealed text");
    const std::string bound = std::string(format) + "." + key->id + "." + std::string(bound_to);
    const std::string_view text = std::string_view(*bytes).substr(nonce_bytes);
    std::string plain(text.size() - tag_bytes, '\0');
    unsigned long long length = 0;
    const int status =
        crypto_aead_xchacha20poly1305_ietf_decrypt(out(plain), &length, nullptr, in(text), text.size(), in(bound),
                                                   bound.size(), in(*bytes), in(key->bytes.reveal()));
    if (status != 0) return fail(Errc::invalid_input, "a sealed text that is damaged or belongs elsewhere");
    return Secret(std::move(plain));
}

}  // namespace llmapikey::base
