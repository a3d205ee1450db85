#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace llmapikey::base {
namespace {

TEST(SealerTest, OpensWhatItSealedForTheSameRowOnly) {
    const Sealer sealer(Secret(std::string(32, 'a')), "raw keys");
    const std::string sealed = sealer.seal("sk-or-v1-secret", "row-1");
    EXPECT_EQ(sealer.open(sealed, "row-1")->reveal(), "sk-or-v1-secret");
    EXPECT_NE(sealed, sealer.seal("sk-or-v1-secret", "row-1")) << "a nonce is never used twice";
    EXPECT_EQ(sealed.find("secret"), std::string::npos);
    EXPECT_FALSE(sealer.open(sealed, "row-2"));
    EXPECT_FALSE(Sealer(Secret(std::string(32, 'b')), "raw keys").open(sealed, "row-1"));
    EXPECT_FALSE(Sealer(Secret(std::string(32, 'a')), "other").open(sealed, "row-1"));
}

TEST(SealerTest, EveryDamagedByteIsNoticed) {
    const Sealer sealer(Secret(std::string(32, 'a')), "raw keys");
    const std::string sealed = sealer.seal("x", "row");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string damaged = sealed;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(sealer.open(damaged, "row")) << i;
    }
    for (const char* text : {"", "v1", "v1.x.y", "v1...", "v2.a.b"})
        EXPECT_FALSE(sealer.open(text, "row"));
}

TEST(CryptoTest, KnownAnswers) {
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(random_uuid().size(), 36u);
    EXPECT_EQ(random_uuid()[14], '4');
    EXPECT_FALSE(equal_constant_time("a", "ab"));
}

}  // namespace
}  // namespace llmapikey::base
