#include <algorithm>
#include <boost/json/array.hpp>
#include <cstdio>
#include <vector>

#include "app/upstreams.hpp"
#include "base/system/core_dump.hpp"
#include "cli/commands.hpp"
#include "cli/configuration.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "cli/printing.hpp"
#include "cli/progress.hpp"

namespace llmapikey::cli {
namespace {

std::ptrdiff_t count(const std::vector<Finding>& findings, Verdict verdict) {
    return std::count_if(findings.begin(), findings.end(),
                         [&](const Finding& each) { return each.verdict == verdict; });
}

std::string counted(std::ptrdiff_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

// Folds the findings of a group that are ok into one, at the position of the first of them.
std::vector<Finding> folded(const std::vector<Finding>& findings) {
    std::vector<Finding> lines;
    for (const Finding& finding : findings) {
        const bool is_of_group = finding.verdict == Verdict::ok && !finding.group.empty();
        const auto line = std::find_if(lines.begin(), lines.end(), [&](const Finding& each) {
            return is_of_group && each.verdict == Verdict::ok && each.what == finding.group;
        });
        if (line != lines.end())
            line->note += ", " + finding.what;
        else
            lines.push_back(is_of_group ? Finding{finding.group, Verdict::ok, finding.what} : finding);
    }
    return lines;
}

void print_line(const Finding& finding) {
    std::printf("%-8s %-28s %s\n", word_of(finding.verdict), finding.what.c_str(), finding.note.c_str());
}

void print_text(const std::vector<Finding>& findings) {
    for (const Finding& finding : folded(findings))
        print_line(finding);
    const auto problems = count(findings, Verdict::problem);
    const auto warnings = count(findings, Verdict::warning);
    if (problems + warnings == 0)
        std::puts("All is well.");
    else
        std::printf("%s, %s\n", counted(problems, "problem").c_str(), counted(warnings, "warning").c_str());
}

void print_json(const std::vector<Finding>& findings) {
    boost::json::array list;
    for (const Finding& finding : findings) {
        list.push_back({{"check", finding.what},
                        {"ok", finding.verdict != Verdict::problem},
                        {"warning", finding.verdict == Verdict::warning},
                        {"note", finding.note}});
    }
    cli::print_json(list);
}

// How long a check takes depends on who does not answer, so nobody can tell when the last is done.
std::vector<Finding> run_checks(CheckContext& context) {
    Progress progress;
    std::vector<Finding> findings;
    std::size_t number = 0;
    for (const Check check : checks()) {
        progress.begin("Check " + std::to_string(++number) + " of " + std::to_string(checks().size()));
        for (Finding& finding : check(context))
            findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace

int run_doctor(Output output) {
    base::exclude_from_core_dumps();  // before any secret is read
    const auto lookup = config::environment();
    if (!lookup) {
        explain(lookup.error());
        return 2;
    }
    CheckContext context = context_of(*lookup);
    const auto http = context.config ? app::make_http_client(*context.config) : nullptr;
    context.http = http.get();
    std::vector<Finding> findings = run_checks(context);
    if (!context.config)
        findings.push_back(
            left_out("GitHub and " + std::string(app::traits_of(context.sound).name), "not asked", context.problems));
    // The worst findings come first; equal ones keep the order of the checks.
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& left, const Finding& right) { return left.verdict > right.verdict; });
    output == Output::json ? print_json(findings) : print_text(findings);
    return count(findings, Verdict::problem) > 0 ? 1 : 0;
}

}  // namespace llmapikey::cli
