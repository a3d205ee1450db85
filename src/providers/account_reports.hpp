#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"

// What only some providers tell of the account that pays for all keys.
namespace llmapikey {

struct Credits {
    base::MicroUsd total;
    base::MicroUsd used;
};

// Reads the credits of the account that pays for all keys. Blocking; thread-safe; fails as
// KeyProvider does.
class CreditsReader {
public:
    virtual ~CreditsReader() = default;
    virtual base::Result<Credits> credits(base::Deadline deadline) = 0;
};

// What was spent with one model.
struct ModelSpending {
    std::string model;  // "openai/gpt-4o-mini"
    base::MicroUsd spent;
    std::int64_t requests = 0;
    friend bool operator==(const ModelSpending&, const ModelSpending&) = default;
};

// Reads what the account spent with each model over the last thirty finished days of UTC; in the
// configured workspace if there is one. The most expensive model comes first. Blocking;
// thread-safe; fails as KeyProvider does.
class ActivityReader {
public:
    virtual ~ActivityReader() = default;
    virtual base::Result<std::vector<ModelSpending>> activity(base::Deadline deadline) = 0;
};

}  // namespace llmapikey
