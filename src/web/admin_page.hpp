#pragma once

#include <string>

#include "web/context.hpp"
#include "web/form.hpp"
#include "web/shown_values.hpp"
#include "web/views/admin_views.hpp"

// What the pages of the console have in common.
namespace llmapikey::web {

// The list of keys as `fields` ask for it, with a problem that they have nothing to do with; empty: none.
net::Response show_list(const Services& services, const Context& context, const Form& fields, std::string problem);

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

}  // namespace llmapikey::web
