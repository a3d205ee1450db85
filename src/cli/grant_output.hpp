#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "service/admin_store.hpp"

// How grants are written for people, programs and spreadsheets. No raw key, sealed or not, is ever among it.
namespace llmapikey::cli {

boost::json::object to_json(const domain::Grant& grant);
boost::json::object to_json(const service::LedgerEntry& entry);

std::string table_header();
std::string table_row(const domain::Grant& grant);

// RFC 4180; a text that a spreadsheet would take for a formula has an apostrophe in front.
std::string csv_header();
std::string csv_row(const domain::Grant& grant);

}  // namespace llmapikey::cli
