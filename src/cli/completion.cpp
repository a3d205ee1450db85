#include "cli/completion.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace llmapikey::cli {
namespace {

constexpr std::pair<std::string_view, Shell> shells[] = {
    {"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};

// What the words before the last one say.
struct Place {
    const CLI::App* command = nullptr;
    const CLI::Option* option = nullptr;  // the last word is its value
    std::set<const CLI::Option*> given = {};
    std::size_t arguments = 0;
    bool has_options_ended = false;  // by "--"
};

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

const CLI::App* subcommand(const CLI::App& app, const std::string& name) {
    const auto found = app.get_subcommands([&](const CLI::App* each) { return each->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

const CLI::Option* option_named(const CLI::App& app, std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& each : option->get_lnames())
            if (name == "--" + each) return option;
        for (const std::string& each : option->get_snames())
            if (name == "-" + each) return option;
    }
    return nullptr;
}

// Returns the argument in this position; null if there is none.
const CLI::Option* argument_at(const CLI::App& app, std::size_t position) {
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_positional()) continue;
        const auto most = static_cast<std::size_t>(std::max(option->get_items_expected_max(), 1));
        if (position < most) return option;
        position -= most;
    }
    return nullptr;
}

void step(const std::string& word, Place& place) {
    if (place.option != nullptr) {
        place.option = nullptr;
    } else if (word == "--") {
        place.has_options_ended = true;
    } else if (!place.has_options_ended && word.starts_with('-')) {
        const CLI::Option* const option = option_named(*place.command, word);
        if (option == nullptr) return;
        place.given.insert(option);
        if (takes_value(*option) && word.find('=') == std::string::npos) place.option = option;
    } else if (const CLI::App* const next = subcommand(*place.command, word)) {
        place = {next};
    } else {
        ++place.arguments;
    }
}

// bash makes words of their own of "=" and "@". Of "--state=act" readline replaces what stands
// behind the "=", of "@octo" all. Returns how much of the last word stands before that.
std::size_t join_pieces(std::vector<std::string>& words) {
    std::vector<std::string> whole;
    std::size_t before = 0;
    bool goes_on = false;
    for (const std::string& word : words) {
        const bool is_assignment = word == "=" && !whole.empty() && whole.back().starts_with("--");
        if (is_assignment || goes_on) {
            whole.back() += word;
            if (is_assignment) before = whole.back().size();
        } else {
            before = 0;
            whole.push_back(word);
        }
        goes_on = is_assignment || word == "@";
    }
    words = std::move(whole);
    return before;
}

class Completer {
public:
    Completer(const OptionValues& values, const StoredValues& stored, std::string typed)
        : values_(values), stored_(stored), typed_(std::move(typed)) {}

    Candidates at(const Place& place) {
        const bool is_option = !place.has_options_ended && place.option == nullptr && typed_.starts_with('-');
        const std::size_t equals = typed_.find('=');
        if (is_option && equals != std::string::npos) {
            add_assigned(option_named(*place.command, typed_), equals + 1);
        } else if (place.option != nullptr) {
            add_values(place.option);
        } else if (is_option) {
            add_options(place);
        } else {
            for (const CLI::App* command : place.command->get_subcommands([](const CLI::App*) { return true; }))
                add(command->get_name(), command->get_description());
            if (result_.list.empty()) add_values(argument_at(*place.command, place.arguments));
            const bool says_nothing = result_.list.empty() && !result_.are_files && typed_.empty();
            if (says_nothing && !place.has_options_ended) add_options(place);
        }
        return std::move(result_);
    }

private:
    void add(const std::string& value, const std::string& meaning = {}) {
        if (value.starts_with(typed_)) result_.list.push_back({value, meaning});
    }

    void add_options(const Place& place) {
        for (const CLI::Option* option : place.command->get_options()) {
            const auto excluded = option->get_excludes();
            const bool is_excluded =
                std::ranges::any_of(excluded, [&](const auto* other) { return place.given.contains(other); });
            if (place.given.contains(option) || is_excluded) continue;
            for (const std::string& name : option->get_lnames())
                add("--" + name, option->get_description());
        }
    }

    void add_values(const CLI::Option* option) {
        const OptionValue* const value = option == nullptr ? nullptr : values_.find(option);
        if (value == nullptr) return;
        if (value->kind == ValueKind::files) {
            result_.are_files = true;
        } else if (value->kind == ValueKind::words) {
            for (const std::string& word : value->words)
                add(word);
        } else {
            result_.list = stored_(value->kind, typed_);
        }
    }

    // The value in "--state=act".
    void add_assigned(const CLI::Option* option, std::size_t value_begin) {
        const std::string name = typed_.substr(0, value_begin);
        typed_.erase(0, value_begin);
        if (option == nullptr || !takes_value(*option)) return;
        add_values(option);
        for (Candidate& each : result_.list)
            each.value.insert(0, name);
    }

    const OptionValues& values_;
    const StoredValues& stored_;
    std::string typed_;
    Candidates result_;
};

bool is_harmless(std::string_view value) {
    return std::ranges::all_of(value, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

bool is_one_line(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

// `help` is followed by the words of a command.
Candidates topics(const CLI::App& app, std::vector<std::string> words) {
    const std::string typed = std::move(words.back());
    words.pop_back();
    const CLI::App* place = &app;
    for (const std::string& word : words) {
        place = subcommand(*place, word);
        if (place == nullptr) return {};
    }
    Candidates found;
    for (const CLI::App* command : place->get_subcommands([](const CLI::App*) { return true; }))
        if (command->get_name().starts_with(typed))
            found.list.push_back({command->get_name(), command->get_description()});
    constexpr std::string_view environment = "environment";
    if (words.empty() && environment.starts_with(typed))
        found.list.push_back({std::string(environment), "The variables that llmapikey reads"});
    return found;
}

}  // namespace

std::vector<std::string> shell_words() {
    std::vector<std::string> words;
    for (const auto& [name, shell] : shells)
        words.emplace_back(name);
    return words;
}

std::optional<Shell> shell_named(std::string_view name) {
    const auto* const found = std::ranges::find(shells, name, [](const auto& each) { return each.first; });
    return found == std::end(shells) ? std::nullopt : std::optional(found->second);
}

Candidates complete(const CLI::App& app, const OptionValues& values, Shell shell, std::vector<std::string> words,
                    const StoredValues& stored) {
    if (words.empty()) words.emplace_back();
    std::size_t before = shell == Shell::bash ? join_pieces(words) : 0;
    std::string typed = words.back();
    const bool is_quoted = shell == Shell::bash && (typed.starts_with('"') || typed.starts_with('\''));
    if (is_quoted) typed.erase(0, 1);
    Place place{&app};
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        step(words[i], place);
    if (words.size() > 1 && words.front() == "help" && !typed.starts_with('-')) {
        words.erase(words.begin());
        words.back() = typed;
        return topics(app, words);
    }
    Candidates found = Completer(values, stored, typed).at(place);
    if (is_quoted) std::erase_if(found.list, [](const Candidate& each) { return !is_harmless(each.value); });
    for (Candidate& each : found.list)
        each.value.erase(0, std::min(before, each.value.size()));
    return found;
}

std::string completion_text(const Candidates& candidates, Shell shell) {
    if (candidates.are_files) return ":files\n";
    std::string text;
    for (const Candidate& each : candidates.list) {
        if (each.value.empty() || !is_one_line(each.value)) continue;
        text += each.value;
        if (shell != Shell::bash && !each.meaning.empty() && is_one_line(each.meaning)) text += "\t" + each.meaning;
        text += "\n";
    }
    return text;
}

std::string_view completion_script(Shell shell) {
    switch (shell) {
        case Shell::bash:
            return R"(# bash completion for llmapikey: source <(llmapikey completion bash)
_llmapikey() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o default 2>/dev/null
            continue
        fi
        printf -v line %q "$line"
        COMPREPLY+=("$line")
    done < <("${COMP_WORDS[0]}" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _llmapikey llmapikey
)";
        case Shell::zsh:
            return R"(#compdef llmapikey
# zsh completion: llmapikey completion zsh >"${fpath[1]}/_llmapikey"
_llmapikey() {
    local line
    local -a values shown
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            _files
            return
        fi
        values+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done < <("${(Q)words[1]}" __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    compadd -l -d shown -a values
}
if [[ $funcstack[1] == _llmapikey ]]; then
    _llmapikey "$@"
else
    compdef _llmapikey llmapikey
fi
)";
        case Shell::fish:
            return R"(# fish completion: llmapikey completion fish | source
function __llmapikey_complete
    set -l words (commandline -opc)
    set -l typed (string unescape -- (commandline -ct))
    or set typed (commandline -ct)
    for line in (command $words[1] __complete fish $words[2..-1] "$typed" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$typed"
        else
            printf '%s\n' "$line"
        end
    end
end
complete -c llmapikey -f -a '(__llmapikey_complete)'
)";
    }
    return {};
}

}  // namespace llmapikey::cli
