#include "spending/day_chart.hpp"

#include <algorithm>

#include "base/code_points.hpp"
#include "grant/grant.hpp"
#include "http/answers/shown_values.hpp"
#include "languages/catalog.hpp"
#include "languages/locale_text.hpp"

namespace llmapikey {
namespace {

constexpr int bar_min = 2;  // a day with anything at all can be seen
constexpr int days_between_dates = 7;
constexpr int letter_width = 7;  // of the values that hover above the bars

// Returns how many Latin letters are as wide as a text of UTF-8: those of Japanese and Chinese are
// wider.
int letters_of(std::string_view text) {
    constexpr std::uint32_t first_wide = 0x2e80;
    int letters = 0;
    while (!text.empty())
        letters += take_code_point(text) < first_wide ? 1 : 2;
    return letters;
}

// Where the lines begin: right of what they stand for.
int left_of(const ChartWords& words, std::int64_t top) {
    constexpr int usual = 48, gap = 8;
    const int letters = std::max(letters_of(words.axis_text(top)), letters_of(words.axis_text(top / 2)));
    return std::max(usual, letters * letter_width + gap);
}

ChartDrawing empty_drawing(int width, int height, int left) {
    ChartDrawing drawing;
    drawing.width = width;
    drawing.height = height;
    drawing.left = left;
    drawing.right = width - 8;
    drawing.top = 18;
    drawing.bottom = height - 24;
    return drawing;
}

// Where values and days lie in a drawing.
struct Scale {
    const ChartDrawing& drawing;
    std::int64_t top;
    std::size_t days;

    int height_of(std::int64_t value) const {
        const double part = static_cast<double>(value) / static_cast<double>(top);
        return static_cast<int>(part * (drawing.bottom - drawing.top) + 0.5);
    }
    int y_of(std::int64_t value) const { return drawing.bottom - height_of(value); }
    int bar_of(std::int64_t value) const { return value <= 0 ? 0 : std::max(height_of(value), bar_min); }
    int x_of(std::size_t day) const {
        return drawing.left + static_cast<int>(day * static_cast<std::size_t>(drawing.right - drawing.left) / days);
    }
    int width_of(std::size_t day) const { return x_of(day + 1) - x_of(day); }
};

std::string path_of(const Scale& scale, const std::vector<DayValue>& days) {
    std::string path;
    for (std::size_t i = 0; i < days.size(); ++i) {
        const int height = scale.bar_of(days[i].value);
        if (height == 0) continue;
        const int gap = scale.width_of(i) > 6 ? 2 : 1;
        const std::string width = std::to_string(std::max(scale.width_of(i) - gap, 1));
        path += "M" + std::to_string(scale.x_of(i) + gap / 2) + " " + std::to_string(scale.drawing.bottom) + "v-" +
                std::to_string(height) + "h" + width + "v" + std::to_string(height) + "z";
    }
    return path;
}

// Every seventh day from today back, as far as they do not touch each other.
void add_dates(const Scale& scale, const std::vector<DayValue>& days, int step, Language language,
               ChartDrawing& drawing) {
    const int y = drawing.bottom + 18;
    for (int i = static_cast<int>(days.size()) - 1, ago = 0; i >= 0; i -= step, ago += step) {
        const auto place = static_cast<std::size_t>(i);
        const std::string date =
            ago == 0 ? std::string(translated(language, "today")) : short_date_text(days[place].day, language);
        const int half = std::max(20, letters_of(date) * letter_width / 2 - 4);
        const int middle = scale.x_of(place) + scale.width_of(place) / 2;
        drawing.dates.push_back({std::clamp(middle, drawing.left + half, drawing.right - half), y, date});
    }
}

void add_lines(const Scale& scale, const ChartWords& words, ChartDrawing& drawing) {
    for (const std::int64_t value : {std::int64_t{0}, scale.top / 2, scale.top})
        drawing.grid.push_back({drawing.left - 6, scale.y_of(value), words.axis_text(value)});
}

void add_days(const Scale& scale, const ChartWords& words, const std::vector<DayValue>& days, ChartDrawing& drawing) {
    for (std::size_t i = 0; i < days.size(); ++i) {
        ChartDrawing::Day day;
        day.x = scale.x_of(i);
        day.width = scale.width_of(i);
        day.label = short_date_text(days[i].day, words.language) + ": " + words.value_text(days[i].value);
        day.tip_width = 16 + letter_width * letters_of(day.label);
        const int middle = day.x + day.width / 2;
        day.tip_x = std::clamp(middle - day.tip_width / 2, drawing.left, drawing.right - day.tip_width);
        drawing.days.push_back(std::move(day));
    }
}

ChartDrawing draw(ChartDrawing drawing, const ChartWords& words, const std::vector<DayValue>& days, std::int64_t top) {
    const Scale scale{drawing, top, std::max<std::size_t>(days.size(), 1)};
    drawing.bars = path_of(scale, days);
    add_lines(scale, words, drawing);
    return drawing;
}

int date_step(std::size_t days, bool is_narrow) {
    if (days <= 7) return is_narrow ? 3 : 1;
    const int weeks = days > 31 ? 2 : 1;
    return days_between_dates * weeks * (is_narrow ? 2 : 1);
}

}  // namespace

std::vector<DayValue> last_days(const std::vector<SpendingDay>& spent, int count, base::Timestamp now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    std::vector<DayValue> days;
    for (int ago = count - 1; ago >= 0; --ago) {
        const auto day = today - std::chrono::days{ago};
        const std::string name = day_text(day);
        const auto found = std::ranges::find(spent, name, &SpendingDay::day);
        days.push_back({day, found == spent.end() ? 0 : found->spent.value});
    }
    return days;
}

base::MicroUsd sum_of(const std::vector<DayValue>& days) {
    base::MicroUsd sum;
    for (const DayValue& day : days)
        sum.value += day.value;
    return sum;
}

ChartCap daily_cap_line(base::MicroUsd cap, Language language) {
    const std::string text = localized_money(language, base::to_cap(cap));
    return {cap.value, translated(language, "daily cap {amount}", {{"amount", text}}),
            translated(language, "cap {amount}", {{"amount", text}})};
}

std::int64_t round_top(std::int64_t value) {
    for (std::int64_t power = 1;; power *= 10)
        for (const std::int64_t step : {1, 2, 4, 5})
            if (step * power >= value && step * power % 2 == 0) return step * power;
}

ChartWords money_words(std::string title, Language language) {
    const auto text = [language](std::int64_t micro) {
        return localized_money(language, base::to_money(base::MicroUsd{micro}));
    };
    const auto axis = [language](std::int64_t micro) {
        const std::string whole = base::to_money(base::MicroUsd{micro});
        return localized_money(language, whole.ends_with(".00") ? whole.substr(0, whole.size() - 3) : whole);
    };
    return {std::move(title), text, axis, language};
}

ChartWords count_words(std::string title) {
    const auto text = [](std::int64_t count) { return std::to_string(count); };
    return {std::move(title), text, text};
}

Chart day_chart(const ChartWords& words, const std::vector<DayValue>& days, const std::optional<ChartCap>& cap) {
    std::int64_t most = cap ? cap->value : 0;
    for (const DayValue& day : days)
        most = std::max(most, day.value);
    const std::int64_t top = round_top(most);
    Chart chart;
    chart.title = words.title;
    chart.wide = draw(empty_drawing(720, 190, left_of(words, top)), words, days, top);
    chart.narrow = draw(empty_drawing(340, 170, left_of(words, top)), words, days, top);
    for (ChartDrawing* drawing : {&chart.wide, &chart.narrow}) {
        const bool is_narrow = drawing == &chart.narrow;
        const Scale scale{*drawing, top, std::max<std::size_t>(days.size(), 1)};
        add_dates(scale, days, date_step(days.size(), is_narrow), words.language, *drawing);
        if (!is_narrow) add_days(scale, words, days, *drawing);
        if (!cap) continue;
        drawing->cap =
            ChartDrawing::Text{drawing->right, scale.y_of(cap->value), is_narrow ? cap->narrow_text : cap->wide_text};
    }
    for (const DayValue& day : days)
        chart.rows.push_back({date_text(base::Timestamp{day.day}), words.value_text(day.value)});
    return chart;
}

}  // namespace llmapikey
