#include <cstdio>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "config/config.hpp"

// Prints the functions that complete words in shells, and makes the manual page from the commands
// themselves, so that they never differ.
namespace llmapikey::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
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

void add_shell_commands(CLI::App& app, OptionValues& values, int& status) {
    auto* completion = app.add_subcommand("completion", "Print completions for a shell");
    auto* shell = values.only(completion->add_option("shell", "bash, zsh or fish")->required(), shell_words());
    completion->callback([&status, shell] {
        const std::string_view script = completion_script(*shell_named(text_of(shell)));
        std::fwrite(script.data(), 1, script.size(), stdout);
        status = 0;
    });
    app.add_subcommand("man", "Print the manual page: llmapikey man | man -l -")->callback([&app, &status] {
        status = print_manual(app);
    });
}

}  // namespace llmapikey::cli
