// Makes the pages nicer; every one of them works without.
"use strict";

const announce = (text) => {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
};

const select = (element) => {
  const closed = element.closest("details:not([open])");
  if (closed) closed.open = true;
  const selection = getSelection();
  selection.selectAllChildren(element);
};

// Copies the text of an element; where the browser refuses, selects it for the person to copy.
const copy = async (button, source) => {
  const label = button.dataset.label || (button.dataset.label = button.textContent);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
    announce("Copied to the clipboard");
  } catch {
    select(source);
    button.textContent = "Selected: press Ctrl+C";
    announce("The text is selected. Press Control C to copy it.");
  }
  setTimeout(() => {
    button.textContent = label;
  }, 2500);
};

const equip = () => {
  for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
  for (const snippet of document.querySelectorAll(".snippet")) {
    const code = snippet.querySelector("code");
    if (!code || snippet.querySelector(".copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet copy";
    button.textContent = "Copy";
    const heading = snippet.querySelector("h3");
    button.setAttribute("aria-label", "Copy " + (heading ? heading.textContent : "the command"));
    button.addEventListener("click", () => copy(button, code));
    snippet.append(button);
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button, document.getElementById(button.dataset.copy));
});

document.addEventListener("submit", (event) => {
  const text = event.target.dataset.busy;
  const button = text && event.target.querySelector("button");
  if (!button) return;
  button.dataset.label = button.textContent;
  button.textContent = text;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  announce(text);
});

// The answer of a model, piece by piece. Without JavaScript the form leads to a page with the whole
// of it.
let asking = null;
const readEvents = async (body, take) => {
  let text = "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (let isDone = false; !isDone; ) {
    const { done, value } = await reader.read();
    isDone = done;
    text += decoder.decode(value, { stream: !done });
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(event) || [];
      if (name) take(name, JSON.parse(data));
    }
  }
};

const fetchPage = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  return answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
};

// A try has made the figures old: they are shown anew, as soon as they are known.
const renewFigures = async (times) => {
  try {
    const [mine, fresh] = [document, await fetchPage()].map((each) => each && each.querySelector("#limits"));
    if (mine && fresh) mine.replaceWith(fresh);
    if (fresh && fresh.querySelector("time")) return;
  } catch {
    /* offline for a moment */
  }
  if (times > 1) setTimeout(renewFigures, 1000, times - 1);
};

const ask = async (form) => {
  const [answer, problem, button] = ["answer", "problem", "send"].map((name) => document.getElementById("try-" + name));
  const fields = new URLSearchParams(new FormData(form));
  let complaint = "The answer broke off. Try again.";
  const take = (name, data) => {
    if (name === "text") answer.append(data);
    else complaint = data.message ?? "";
  };
  asking = new AbortController();
  answer.textContent = "";
  answer.hidden = false;
  problem.hidden = true;
  answer.setAttribute("aria-busy", "true");
  button.textContent = "Stop";
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: fields,
      signal: asking.signal,
      headers: { Accept: "text/event-stream, application/json" },
    });
    if (response.ok) await readEvents(response.body, take);
    else complaint = (await response.json()).detail;
  } catch {
    if (asking.signal.aborted) complaint = "";
  }
  asking = null;
  button.textContent = "Send";
  answer.removeAttribute("aria-busy");
  answer.hidden = !answer.textContent;
  problem.textContent = complaint;
  problem.hidden = !complaint;
  renewFigures(20);
};

document.addEventListener("submit", (event) => {
  if (event.target.id !== "try-form") return;
  event.preventDefault();
  if (asking) asking.abort();
  else ask(event.target);
});

// Back from another page: the browser may show this one as it was left.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.textContent = button.dataset.label;
  }
});

// Puts a newer `main` in the place of the one that is shown, and the focus where it was.
const show = (next, main) => {
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const isOpen = main.querySelector("details[open]");
  // What was typed and answered stays.
  const [mine, fresh] = [main, next].map((each) => each.querySelector("#try"));
  if (mine && fresh) fresh.replaceWith(mine);
  main.replaceWith(next);
  if (isOpen && next.querySelector("details")) next.querySelector("details").open = true;
  equip();
  const heading = next.querySelector("h2");
  if (heading && !main.querySelector("#key")) announce(heading.textContent);
  if (!focused) return;
  const same = (focused.id && document.getElementById(focused.id)) || heading || next;
  if (same === heading || same === next) same.tabIndex = -1;
  same.focus({ preventScroll: true });
};

// A page that waits for something asks for itself again, and shows what has changed. After two
// minutes it asks less often.
const eagerRefreshes = 60;
const refresh = (count) => {
  const main = document.querySelector("main[data-refresh-after]");
  if (!main) return;
  setTimeout(
    async () => {
      // Nobody who types is disturbed.
      if (document.activeElement?.closest("#try")) return refresh(count);
      try {
        const page = await fetchPage();
        const next = page && page.querySelector("main");
        if (next && next.innerHTML !== main.innerHTML) show(next, main);
      } catch {
        /* offline for a moment: the next round asks again */
      }
      refresh(count + 1);
    },
    Number(main.dataset.refreshAfter) * (count < eagerRefreshes ? 1 : 15),
  );
};

// How old the figures are, also while the page stays open, in the words of the server's age_text().
const ageUnits = [
  [1, "second", 120],
  [60, "minute", 7200],
  [3600, "hour", 172800],
  [86400, "day", Infinity],
];
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    const [size, unit] = ageUnits.find(([, , most]) => seconds < most);
    const count = Math.floor(seconds / size);
    time.textContent = seconds < 1 ? "just now" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
}, 5000);

equip();
refresh(0);
