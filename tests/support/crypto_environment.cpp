#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace {

class CryptoEnvironment final : public testing::Environment {
public:
    void SetUp() override { llmapikey::base::initialize_crypto(); }
};

}  // namespace

namespace llmapikey::test {

// Initializes the crypto library before any test runs.
testing::Environment* const crypto_environment = testing::AddGlobalTestEnvironment(new CryptoEnvironment);

}  // namespace llmapikey::test
