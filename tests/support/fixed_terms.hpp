#pragma once

#include "keys/terms.hpp"

namespace llmapikey::test {

// Terms that stay as they are.
struct FixedTerms final : TermsSource {
    FixedTerms() = default;
    explicit FixedTerms(Terms given) : terms(given) {}
    Terms known() const override { return terms; }
    Terms terms;
};

}  // namespace llmapikey::test
