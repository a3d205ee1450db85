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
// The tab keeps the ticks of a search while its pages are turned, until they are used. No more ids
// than that fit into an address.
const chosenMax = 300;
const keptName = () => {
  const fields = new URLSearchParams(location.search);
  for (const name of ["page", "before", "sort", "dir", "result"]) fields.delete(name);
  fields.sort();
  return `chosen ${fields}`;
};
const keptIds = () => new Set(JSON.parse(sessionStorage.getItem(keptName())));
const ticksOfPage = () => [...document.querySelectorAll("#people tbody [name=ids]")];
const keepTicks = () => {
  const ids = keptIds();
  for (const { checked, value } of ticksOfPage()) ids[checked ? "add" : "delete"](value);
  sessionStorage.setItem(keptName(), JSON.stringify([...ids]));
};
const showTicks = () => {
  const head = document.getElementById("choose-page");
  if (!head) return;
  const ids = keptIds();
  const ticks = ticksOfPage();
  const total = ids.size;
  for (const tick of ticks) tick.checked = ids.delete(tick.value);
  const chosen = total - ids.size;
  head.hidden = false;
  head.checked = chosen === ticks.length;
  head.indeterminate = chosen > 0 && chosen < ticks.length;
  const bar = document.getElementById("chosen");
  const others = ids.size ? `, ${ids.size} of them on other pages` : "";
  const many = total > chosenMax ? ` (at most ${chosenMax} at once)` : "";
  bar.textContent = `${total} ${total === 1 ? "person is" : "people are"} chosen${others}${many}:`;
  for (const button of document.querySelectorAll(".bulk button")) button.disabled = total > chosenMax;
  document.getElementById("clear-chosen").hidden = false;
  for (const field of document.querySelectorAll(".kept")) field.remove();
  for (const value of ids)
    bar.after(
      Object.assign(document.createElement("input"), { type: "hidden", name: "ids", value, className: "kept" }),
    );
};
document.addEventListener("change", (event) => {
  if (!event.target.closest("#people")) return;
  if (event.target.id === "choose-page") for (const tick of ticksOfPage()) tick.checked = event.target.checked;
  keepTicks();
  showTicks();
});
document.addEventListener("click", (event) => {
  if (event.target.id !== "clear-chosen") return;
  event.preventDefault();
  sessionStorage.removeItem(keptName());
  showTicks();
  document.getElementById("choose-page").focus();
});
document.addEventListener("submit", (event) => {
  if (/[/]admin[/](changes|revocations)$/.test(event.target.action)) sessionStorage.clear();
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
    showTicks();
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
addEventListener("pageshow", showTicks);
showTicks();
