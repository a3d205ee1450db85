#include <cstdio>

#include "cli/command_line.hpp"
#include "config/config.hpp"

// Makes shell completions and the manual page from the commands themselves, so that they never
// differ.
namespace llmapikey::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

// A command such as "keys list", and all words that may follow it.
struct Place {
    std::string path;
    std::vector<std::string> words;
};

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
    Place place{path, {}};
    for (const CLI::App* command : commands_of(app))
        place.words.push_back(command->get_name());
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames())
            place.words.push_back("--" + name);
    places.push_back(std::move(place));
    for (const CLI::App* command : commands_of(app))
        collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), places);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

void print_bash(const std::vector<Place>& places) {
    std::puts("# bash completion for llmapikey: source <(llmapikey completion bash)");
    std::puts(
        "_llmapikey() {\n    local word place= candidates\n    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do");
    std::puts("        [[ $word == -* ]] || place=\"${place:+$place }$word\"\n    done\n    case $place in");
    for (const Place& place : places)
        std::printf("        '%s') candidates='%s' ;;\n", place.path.c_str(), joined(place.words).c_str());
    // After a command come its arguments, so only the command's options are offered.
    for (auto place = places.rbegin(); place != places.rend(); ++place)
        if (!place->path.empty())
            std::printf("        '%s '*) candidates='%s' ;;\n", place->path.c_str(), joined(place->words).c_str());
    std::puts("    esac\n    COMPREPLY=($(compgen -W \"$candidates\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}");
    std::puts("complete -o default -F _llmapikey llmapikey");
}

void print_zsh(const std::vector<Place>& places) {
    std::puts("#compdef llmapikey\n# zsh completion: llmapikey completion zsh >\"${fpath[1]}/_llmapikey\"");
    std::puts(
        "_llmapikey() {\n    local place word\n    place=\"\"\n    for word in \"${words[@]:1:$((CURRENT - 2))}\"; do");
    std::puts("        [[ $word == -* ]] || place=\"${place:+$place }$word\"\n    done\n    case $place in");
    for (const Place& place : places)
        std::printf("        ('%s') compadd -- %s ;;\n", place.path.c_str(), joined(place.words).c_str());
    std::puts("        (*) _files ;;\n    esac\n}\ncompdef _llmapikey llmapikey");
}

std::string quoted_for_fish(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text)
        quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return quoted + "'";
}

void print_fish_of(const CLI::App& app, const std::string& path) {
    std::string condition = "__fish_use_subcommand";
    if (!path.empty()) condition = "__fish_seen_subcommand_from " + app.get_name();
    for (const CLI::App* command : commands_of(app)) {
        std::printf("complete -c llmapikey -n %s -f -a %s -d %s\n", quoted_for_fish(condition).c_str(),
                    command->get_name().c_str(), quoted_for_fish(command->get_description()).c_str());
    }
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames())
            std::printf("complete -c llmapikey -n %s -l %s -d %s\n", quoted_for_fish(condition).c_str(), name.c_str(),
                        quoted_for_fish(option->get_description()).c_str());
    for (const CLI::App* command : commands_of(app))
        print_fish_of(*command, path + " " + command->get_name());
}

int print_completion(const CLI::App& app, const std::string& shell) {
    std::vector<Place> places;
    collect(app, "", places);
    if (shell == "bash") print_bash(places);
    if (shell == "zsh") print_zsh(places);
    if (shell == "fish") print_fish_of(app, "");
    return 0;
}

// In roff(7) a line must not begin with a dot or an apostrophe, and '-' is a hyphen unless escaped.
std::string roff(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        const bool is_first = escaped.empty() || escaped.back() == '\n';
        if (is_first && (c == '.' || c == '\'')) escaped += "\\&";
        if (c == '\\' || c == '-') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

void print_options(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        const std::string name = option->get_name(true, true);
        std::printf(".TP\n.B %s\n%s\n", roff(name).c_str(), roff(option->get_description()).c_str());
    }
}

void print_command(const CLI::App& app, const std::string& path) {
    for (const CLI::App* command : commands_of(app)) {
        const std::string name = path + command->get_name();
        std::printf(".SS %s\n%s.\n", roff(name).c_str(), roff(command->get_description()).c_str());
        print_options(*command);
        print_command(*command, name + " ");
    }
}

int print_manual(const CLI::App& app) {
    std::printf(".TH LLMAPIKEY 1 \"\" \"llmapikey %s\" \"User Commands\"\n", LLMAPIKEY_VERSION);
    std::puts(".SH NAME\nllmapikey \\- one capped LLM API key for each GitHub account");
    std::puts(".SH SYNOPSIS\n.B llmapikey\n.I command\n.RI [ option ...]");
    std::printf(".SH DESCRIPTION\n%s\n", roff(app.get_description()).c_str());
    std::puts(".SH COMMANDS");
    print_command(app, "");
    std::puts(
        ".SH ENVIRONMENT\nllmapikey reads these variables from the environment, or else from the file\n.I .env\nin the "
        "working "
        "directory. A secret can also be in a file, whose path is\n"
        ".IR NAME_FILE ,\nor be a credential of systemd.");
    for (const config::Variable& variable : config::variables()) {
        std::printf(".TP\n.B %s\n%s", std::string(variable.name).c_str(), roff(std::string(variable.meaning)).c_str());
        if (!variable.default_text.empty())
            std::printf(" (default: %s)", roff(std::string(variable.default_text)).c_str());
        std::puts("");
    }
    std::puts(".SH EXIT STATUS\n0: done. 1: failed. 2: wrong usage or configuration.");
    return 0;
}

}  // namespace

void add_shell_commands(CLI::App& app, int& status) {
    auto* completion = app.add_subcommand("completion", "Print completions for a shell");
    auto* shell =
        completion->add_option("shell", "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->callback([&app, &status, shell] { status = print_completion(app, text_of(shell)); });
    app.add_subcommand("man", "Print the manual page: llmapikey man | man -l -")->callback([&app, &status] {
        status = print_manual(app);
    });
}

}  // namespace llmapikey::cli
