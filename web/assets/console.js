// Makes the console nicer; every page of it works without.
"use strict";

// "/" leads to the search field, as on GitHub, unless somebody types.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.activeElement?.closest("input, textarea, select")) return;
  const field = document.querySelector("[role=search] input[name=q]");
  if (!field) return;
  event.preventDefault();
  field.focus();
});

// In the list of people a tick in the head chooses the page, and the bar says how many are chosen.
const countChosen = () => {
  const head = document.getElementById("choose-page");
  if (!head) return;
  const ticks = [...document.querySelectorAll("#people [name=ids]")];
  const chosen = ticks.filter((tick) => tick.checked).length;
  head.hidden = false;
  head.checked = chosen === ticks.length;
  head.indeterminate = chosen > 0 && chosen < ticks.length;
  document.getElementById("chosen").textContent = chosen === 1 ? "1 person is chosen:" : `${chosen} people are chosen:`;
};
document.addEventListener("change", (event) => {
  if (!event.target.closest("#people")) return;
  if (event.target.id === "choose-page")
    for (const tick of document.querySelectorAll("#people [name=ids]")) tick.checked = event.target.checked;
  countChosen();
});

// What is typed there is searched for a moment later. Anything like a key, whole or shortened, is
// left to the form, which sends it by POST: a key belongs in no address.
const searchPause = 250;
const likeKey = /sk-|[0-9a-f]{32}|…|[.*]{2}/i;
const search = document.querySelector("form#search");
const addressOf = (form) => {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const isUsual = name === "csrf_token" || (name === "sort" && value === "today");
    if (!isUsual && value.trim()) fields.append(name, value.trim());
  }
  const query = String(fields);
  return `/admin/people${query && "?"}${query}`;
};
let searching = null;
const searchPeople = async () => {
  if (likeKey.test(search.elements.q.value)) return;
  const address = addressOf(search);
  searching?.abort();
  searching = new AbortController();
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: searching.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["people", "export"]) document.getElementById(id).replaceWith(page.getElementById(id));
    history.replaceState(null, "", address);
    countChosen();
    showChosenChip();
    document.getElementById("announce").textContent = document.getElementById("place")?.textContent ?? "Nobody matches";
  } catch {
    /* another search has begun, or offline: the button is there */
  }
};
let typing;
search?.addEventListener("input", (event) => {
  // Nothing is done with a list that no longer is what the fields say.
  document.getElementById("people").inert = true;
  // Each order has a direction of its own.
  if (event.target.name === "sort") search.querySelector("[name=dir]")?.remove();
  clearTimeout(typing);
  typing = setTimeout(searchPeople, searchPause);
});
// Where the chips are one line, the chosen one is in sight.
const showChosenChip = () => {
  for (const line of document.querySelectorAll(".line-of")) {
    const chip = line.querySelector("[aria-current]");
    if (chip) line.scrollLeft += chip.getBoundingClientRect().right - line.getBoundingClientRect().right + 8;
  }
};
showChosenChip();
// Who comes back with the browser's button finds the old ticks.
addEventListener("pageshow", countChosen);
countChosen();
