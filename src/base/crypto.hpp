#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

// This header hides libsodium. All functions are thread-safe after initialize_crypto().
namespace llmapikey::base {

// Initializes libsodium; must be called before anything else here. Throws std::runtime_error if the
// system provides no randomness.
void initialize_crypto();

std::string random_bytes(std::size_t count);
// Returns `bytes` random bytes as base64url without padding: unguessable, and safe in URLs, cookies
// and names.
std::string random_token(std::size_t bytes);
// Returns a random UUID, version 4 (RFC 9562), in lower case.
std::string random_uuid();

std::string sha256(std::string_view data);                                // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 raw bytes
bool equal_constant_time(std::string_view left, std::string_view right);

// Authenticated encryption (XChaCha20-Poly1305) with a key derived from a secret. A sealed text
// reads `v1.<key id>.<base64url of nonce and ciphertext>`. It opens only with the same secret,
// purpose and `bound_to`.
class Sealer {
public:
    // `purpose` separates keys that are derived from the same secret. `other` is a second secret
    // whose sealed texts open too; an empty `other` means none.
    Sealer(const Secret& secret, std::string_view purpose, const Secret& other = Secret());

    // `bound_to` is authenticated but not stored, so a sealed text does not open after it was moved
    // to another row.
    std::string seal(std::string_view plain, std::string_view bound_to) const;
    // Errc::invalid_input: the text was not sealed with these keys, is bound to something else, or
    // is damaged.
    Result<Secret> open(std::string_view sealed, std::string_view bound_to) const;
    // The name of the current key: eight hexadecimal characters.
    const std::string& key_id() const { return key_.id; }
    // The twelve characters "v1.<key id>." with which every text begins that this object seals.
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
