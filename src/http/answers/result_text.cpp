#include "http/answers/result_text.hpp"

#include <algorithm>

#include "http/answers/shown_values.hpp"
#include "http/form.hpp"

namespace llmapikey {

const ResultText* find_result(std::span<const ResultText> results, std::string_view result) {
    const auto found =
        std::find_if(results.begin(), results.end(), [&](const ResultText& each) { return each.result == result; });
    return found == results.end() ? nullptr : &*found;
}

void show_result(const Context& context, std::span<const ResultText> results, std::string& notice_good,
                 std::string& notice_bad) {
    const ResultText* const found = find_result(results, Form(context.request.query).value("result"));
    if (found != nullptr)
        (found->is_good ? notice_good : notice_bad) = with_provider(found->text, context.shared.settings.provider.name);
}

}  // namespace llmapikey
