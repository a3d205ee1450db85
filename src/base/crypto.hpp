#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

// libsodium lives behind this header. All functions are thread-safe after initialize_crypto().
namespace llmapikey::base {

// Must run once before anything else here; throws std::runtime_error if the system gives no
// randomness.
void initialize_crypto();

std::string random_bytes(std::size_t count);
// `bytes` random bytes as base64url without padding: unguessable and safe in URLs, cookies and
// names.
std::string random_token(std::size_t bytes);
// Random UUID, version 4 (RFC 9562), lower case.
std::string random_uuid();

std::string sha256(std::string_view data);                                // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 raw bytes
bool equal_constant_time(std::string_view left, std::string_view right);

// Authenticated encryption under a key derived from a secret (XChaCha20-Poly1305). A sealed text
// reads `v1.<key id>.<base64url of nonce and ciphertext>`; it opens only with the same secret,
// purpose and `bound_to`.
class Sealer {
public:
    // `purpose` separates keys derived from the same secret. What `other` has sealed is opened too;
    // empty: there is none.
    Sealer(const Secret& secret, std::string_view purpose, const Secret& other = Secret());

    // `bound_to` is authenticated but not stored: a sealed text moved to another row does not open
    // there.
    std::string seal(std::string_view plain, std::string_view bound_to) const;
    // Errc::invalid_input: not sealed by this key, bound to something else, or damaged.
    Result<Secret> open(std::string_view sealed, std::string_view bound_to) const;
    // Eight hex characters that name the key.
    const std::string& key_id() const { return key_.id; }
    // The twelve characters "v1.<key id>." with which everything begins that it seals.
    std::string prefix() const;

private:
    struct Key {
        Key(const Secret& secret, std::string_view purpose);
        Secret bytes;
        std::string id;
    };
    const Key* key_named(std::string_view id) const;

    Key key_;
    std::optional<Key> other_;
};

}  // namespace llmapikey::base
