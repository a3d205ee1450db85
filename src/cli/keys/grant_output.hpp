#pragma once

#include <string>
#include <vector>

#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"

// How grants are written for people and spreadsheets. No raw key, sealed or not, is ever among it.
namespace llmapikey::cli {

std::string table_header();
std::string table_row(const Grant& grant);

// RFC 4180; a text that a spreadsheet would take for a formula has an apostrophe in front.
std::string csv_header();
std::string csv_row(const Grant& grant);

// What became of making a key for somebody, as a sentence. `provider`: its name.
std::string sentence_of(const IssueAnswer& answer, std::string_view provider);

}  // namespace llmapikey::cli
