#include "http/answers/result_text.hpp"

#include <algorithm>

#include "http/answers/shown_values.hpp"
#include "http/form.hpp"

namespace llmapikey {

void show_result(const Context& context, std::span<const ResultText> results, std::string& notice_good,
                 std::string& notice_bad) {
    const std::string result = Form(context.request.query).value("result");
    const auto found =
        std::find_if(results.begin(), results.end(), [&](const ResultText& each) { return each.result == result; });
    if (found == results.end()) return;
    (found->is_good ? notice_good : notice_bad) = with_provider(found->text, context.shared.settings.provider.name);
}

}  // namespace llmapikey
