#pragma once

#include <string>
#include <vector>

#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"

// Writes grants for people and spreadsheets. The output never contains a raw key, sealed or not.
namespace llmapikey::cli {

// Writes CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in
// front.
std::string csv_header();
std::string csv_row(const Grant& grant);

// Says in a sentence what became of making a key for somebody. `provider` is the provider's name.
std::string sentence_of(const IssueAnswer& answer, std::string_view provider);

}  // namespace llmapikey::cli
