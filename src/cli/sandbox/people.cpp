#include "cli/sandbox/people.hpp"

#include <algorithm>

namespace llmapikey::cli {
namespace {

using enum sandbox::Habit;

constexpr const char* begin = "To begin with";
constexpr const char* has_key = "People with a key";
constexpr const char* is_waiting = "People who wait for a key";
constexpr const char* works_not = "People whose key does not work";
constexpr const char* has_none = "People who had a key";

constexpr Person everybody[] = {
    {1001, "ada-newcomer", begin, "has no key yet: sign in, press the button, try it", 0, 0, never, 0, 0, false},
    {organizer_id, organizer_login, begin, "is the organizer: the console is at /admin", 0, 0, never, 0, 0, false},

    {1002, "grace-returning", has_key, "uses it most days, and has spent a little today", 30, 0, weekdays, 35, 23,
     false},
    {1004, "alan-at-the-limit", has_key, "has spent today's cap", 30, 0, weekdays, 85, 100, false},
    {1006, "nora-near-the-cap", has_key, "has spent most of today's cap", 28, 0, weekdays, 60, 87, false},
    {1021, "hugo-higher-cap", has_key, "has a higher cap than the others", 30, 0, weekdays, 80, as_usual, false},
    {1019, "paul-replaced", has_key, "replaced it today: what the old key spent counts", 26, 0, every_day, 30, 31,
     false},
    {1020, "mara-looked-at", has_key, "sees that the organizer has looked at it, and why", 25, 0, weekdays, 25,
     as_usual, false},
    {1010, "tara-expires-soon", has_key, "has to renew it within days", 29, 31, weekdays, 25, as_usual, false},
    {1007, "felix-never-used", has_key, "has never used it", 12, 0, never, 0, 0, false},
    {1008, "ivy-long-ago", has_key, "used it once, weeks ago", 29, 0, once, 6, 0, false},
    {1022, "pia-at-weekends", has_key, "works at weekends", 23, 0, weekends, 45, as_usual, false},
    {1023, "aylin-now-and-then", has_key, "uses it now and then, with a lower cap", 22, 27, now_and_then, 20, as_usual,
     false},
    {1005, "a-login-name-of-thirty-nine-characters1", has_key, "has the longest name that GitHub allows", 29, 0,
     every_day, 15, as_usual, false},

    {1016, "yuki-in-doubt", is_waiting, "waits to hear whether a key was made: the answer is lost each time", 10, 0,
     weekdays, 20, as_usual, false},
    {1017, "emil-waiting", is_waiting, "is in the queue: no key can be made for now", 18, 0, weekdays, 18, as_usual,
     false},
    {1018, "jana-waiting", is_waiting, "is in the queue, too", 9, 0, every_day, 22, as_usual, false},

    {1009, "oskar-switched-off", works_not, "has a key that the organizer has switched off", 27, 0, weekdays, 45, 0,
     false},
    {1024, "noah-missing", works_not, "has a key that was deleted upstream, behind the service's back", 21, 0, weekdays,
     20, 0, false},

    {1011, "bruno-expired", has_none, "had one that has expired; can get another one", 29, 14, weekdays, 20, 0, false},
    {1012, "lena-gave-back", has_none, "gave it back today; can get another one tomorrow", 24, 0, every_day, 12, 9,
     false},
    {1013, "timo-leaked", has_none, "is told why it was revoked; cannot get another one for days", 28, 0, weekdays, 40,
     0, false},
    {1014, "rosa-revoked", has_none, "is told that it was revoked; can get another one", 27, 0, weekdays, 30, 0, false},
    {1015, "kurt-blocked", has_none, "is blocked for good, and told why", 30, 0, every_day, 90, 0, false},
    {1025, "kai-workshop", has_none, "lost it when all keys of a workshop were revoked", 17, 0, every_day, 12, 0, true},
    {1026, "lin-workshop", has_none, "lost it when all keys of a workshop were revoked", 17, 0, every_day, 9, 0, true},
};

constexpr Expected expected[] = {
    {1001, "Ada Newcomer"}, {1002, "Grace Returning"}, {1004, "Alan Turner"},  {1006, "Nora Nilsen"},
    {1007, "Felix Brandt"}, {1009, "Oskar Lind"},      {1010, "Tara Kapoor"},  {1011, "Bruno Costa"},
    {1017, "Emil Novak"},   {1020, "Mara Rossi"},      {1021, "Hugo Laurent"}, {1023, "Aylin Demir"},
};

}  // namespace

std::span<const Expected> expected_people() {
    return expected;
}

std::span<const Person> people() {
    return everybody;
}

const Person& person_with(std::int64_t id) {
    return *std::find_if(std::begin(everybody), std::end(everybody),
                         [id](const Person& person) { return person.id == id; });
}

std::vector<sandbox::Persona> personas_with_history() {
    std::vector<sandbox::Persona> personas;
    for (const Person& person : everybody)
        personas.push_back({person.id, person.login, person.about, person.group});
    return personas;
}

std::vector<sandbox::Persona> personas_without_history() {
    std::vector<sandbox::Persona> personas;
    for (const std::int64_t id : {1001, 1002, 1003, 1004, 1005}) {
        const Person& person = person_with(id);
        const bool is_admin = id == organizer_id;
        personas.push_back({id, person.login, is_admin ? person.about : "has no key yet", begin});
    }
    return personas;
}

}  // namespace llmapikey::cli
