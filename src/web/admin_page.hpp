#pragma once

#include <string>

#include "web/context.hpp"
#include "web/views/admin_views.hpp"

// What the pages of the console have in common.
namespace llmapikey::web {

std::string date_text(base::Timestamp time);    // "2027-02-22"
std::string minute_text(base::Timestamp time);  // "2027-02-22 14:05 UTC"
// "2.50": two digits at least after the point.
std::string dollars_text(base::MicroUsd amount);
views::KeyRow key_row(const domain::Grant& grant, base::Timestamp now);

// What an action came to, in the page's address (?result=...), as a sentence.
struct ResultText {
    std::string_view result, text;
    bool is_good;
};
// Nullptr: no such result.
const ResultText* result_text(std::string_view result);
// Shows the result that the page's address names.
void show_result(const Context& context, std::string& notice_good, std::string& notice_bad);

// {"status", "message"}, for programs that post to the console.
net::Response status_answer(int status, std::string_view word, std::string_view message);

}  // namespace llmapikey::web
