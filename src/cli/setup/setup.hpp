#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "cli/setup/env_file.hpp"
#include "cli/setup/setup_words.hpp"
#include "cli/setup/terminal.hpp"
#include "config/config.hpp"

namespace llmapikey::cli {

inline constexpr const char* env_file_path = ".env";
inline constexpr const char* public_address = "PUBLIC_URL";
inline constexpr const char* client_id = "GITHUB_OAUTH_CLIENT_ID";
inline constexpr const char* client_secret = "GITHUB_OAUTH_CLIENT_SECRET";

// One answer, and how it is asked for.
struct Question {
    std::string_view variable;
    std::string words;
    std::string_view missing;  // what to answer, to whoever answers nothing
    Echo echo = Echo::shown;
    std::string proposal = {};       // what an empty answer means; empty: nothing
    bool is_empty_way_back = false;  // an empty answer means the question before
    bool is_asked_if_known = false;  // a value that is there is what is proposed
};

// One run of `llmapikey setup`. setup.cpp has what happens around the questions, setup_answers.cpp
// asks them and tries the answers.
class Setup {
public:
    Setup(config::Environment environment, config::Lookup given, std::optional<std::string> text)
        : environment_(std::move(environment)), given_(std::move(given)), text_(std::move(text)) {}
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    // Returns the exit status.
    int run(const SetupChoice& choice);

private:
    // What is wrong with an answer; nullopt: nothing.
    using Tried = std::optional<Fault>;
    using Attempt = Tried (Setup::*)();
    enum class Answered { yes, back, nobody };

    std::string value(std::string_view name) const { return lookup_(name).value_or(""); }
    // Whether a file of a secret has the value, which must then stand nowhere else.
    bool is_in_secret_file(std::string_view name) const {
        return environment_.lookup(name).value_or("").empty() && !given_(name).value_or("").empty();
    }
    bool is_awaited(std::string_view name) const;
    void make_secrets();
    bool is_secret_new();
    Assignments assignments() const;
    void keep_what_the_environment_says();
    bool is_rest_sound();
    int ask_and_finish(const SetupChoice& choice, const std::string& management_key);
    void set_up_listening();
    int finish(const SetupChoice& choice);

    void show(Finding finding) const;
    void introduce(const SetupChoice& choice) const;
    void introduce_app();
    void introduce_management_key(const std::string& management_key);
    std::string proposed_address() const;
    bool answer_app();
    Answered answer(const Question& question, Attempt attempt);
    Tried try_public_url();
    Tried try_client_id();
    Tried try_client_secret();
    Tried try_management_key();
    Tried try_by(std::initializer_list<Check> checks, std::string_view variable, CheckContext& context);

    config::Environment environment_;
    config::Lookup given_;                                    // the environment, `.env` and files of secrets
    std::optional<std::string> text_;                         // of `.env`; nullopt: there is none
    std::map<std::string, std::string, std::less<>> values_;  // to be written
    // Everything that is known by now.
    config::Lookup lookup_ = [this](std::string_view name) -> std::optional<std::string> {
        const auto found = values_.find(name);
        return found == values_.end() ? given_(name) : found->second;
    };
    // The same with stand-ins for what is still to come.
    config::Lookup whole_ = [this](std::string_view name) -> std::optional<std::string> {
        auto known = lookup_(name);
        if (known && !known->empty()) return known;
        return is_awaited(name) ? std::optional(stand_in()) : known;
    };
    static std::string stand_in();
    std::vector<std::string_view> awaited_;
    std::optional<base::MicroUsd> credits_left_;
    std::optional<Finding> credits_warning_;  // repeated at the end
};

}  // namespace llmapikey::cli
