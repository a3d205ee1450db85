// Makes the pages nicer; every one of them works without.
"use strict";

const announce = (text) => {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
};

// The words of this page's language, by their names in foot.html; none on pages that need none.
const words = document.getElementById("words")?.dataset ?? {};

const select = (element) => {
  const closed = element.closest("details:not([open])");
  if (closed) closed.open = true;
  const selection = getSelection();
  selection.selectAllChildren(element);
};

// The whole key: of this page, or of the page that shows it; null if there is none.
const wholeKey = async () => {
  const shown = document.getElementById("key");
  const link = document.getElementById("show-key");
  if (shown || !link) return shown;
  const answer = await fetch(link.href);
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("key");
};

// What a copy of an element is: its text, with the whole key in the place of the masked one.
const textOf = async (element) => {
  const masked = document.getElementById("masked");
  const text = element.textContent;
  if (!("withKey" in element.dataset) || !masked) return text;
  const key = await wholeKey();
  return key ? text.replaceAll(masked.textContent, key.textContent) : text;
};

// Copies an element; where the browser refuses, selects it for the person to copy.
const copy = async (button, source) => {
  const label = button.dataset.label || (button.dataset.label = button.textContent);
  try {
    await navigator.clipboard.writeText(await textOf(source));
    button.textContent = words.copied;
    announce(words.copied);
  } catch {
    if ("withKey" in source.dataset) source.textContent = await textOf(source).catch(() => source.textContent);
    select(source);
    button.textContent = words.selected;
    announce(words.selected);
  }
  setTimeout(() => {
    button.textContent = label;
  }, 2500);
};

const addCopyButton = (snippet) => {
  const code = snippet.querySelector("code");
  if (!code || snippet.querySelector(".copy")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = "withKey" in code.dataset ? words.copyWithKey : words.copy;
  const name = snippet.querySelector("h3")?.textContent ?? code.parentElement.getAttribute("aria-label");
  if (name) button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  button.addEventListener("click", () => copy(button, code));
  snippet.append(button);
};

// Times stand in UTC; here they become the reader's own, where that is another, in about as many
// letters, so that no line breaks anew. The title keeps UTC.
const forms = {
  date: { dateStyle: "long" },
  time: { hour: "2-digit", minute: "2-digit" },
  minute: { dateStyle: "long", timeStyle: "short" },
};
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const localize = (root) => {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const [kind, at] = [time.dataset.local, new Date(time.dateTime)];
    if (at.getTimezoneOffset() === 0) continue;
    const text = new Intl.DateTimeFormat(language, forms[kind]).format(at);
    time.textContent = kind === "time" ? words.yourTime.replace("{time}", text) : text;
    delete time.dataset.local;
  }
};

const equip = () => {
  for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
  for (const snippet of document.querySelectorAll(".snippet")) addCopyButton(snippet);
  localize(document);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button, document.getElementById(button.dataset.copy));
});

// In a chart the arrow keys lead from day to day.
document.addEventListener("keydown", (event) => {
  const day = event.target.closest?.(".days > g");
  if (!day || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const next = event.key === "ArrowLeft" ? day.previousElementSibling : day.nextElementSibling;
  if (!next) return;
  event.preventDefault();
  day.removeAttribute("tabindex");
  next.setAttribute("tabindex", "0");
  next.setAttribute("role", "img");
  next.setAttribute("aria-label", next.textContent);
  next.focus();
});

// The way to use the key that somebody chose last; on a phone it is to try it.
const remembered = "llmapikey-use";
const chooseUse = () => {
  try {
    const chosen = document.getElementById(localStorage.getItem(remembered) ?? "use-try");
    if (chosen) chosen.checked = true;
  } catch {
    /* no storage: the first one stays */
  }
};
document.addEventListener("change", (event) => {
  if (event.target.name !== "use") return;
  try {
    localStorage.setItem(remembered, event.target.id);
  } catch {
    /* no storage */
  }
});

// A notice tells of the last press: reloading the page, or sending its address on, does not repeat
// it.
const forgetNotice = () => {
  const url = new URL(location.href);
  if (!url.searchParams.has("result")) return;
  url.searchParams.delete("result");
  history.replaceState(null, "", url);
};

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

// With the notice of the last press, which forgetNotice() takes out of the address.
const address = location.href;
const fetchPage = async () => {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  return answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
};

// What somebody has opened stays open in the newer text.
const keepOpen = (old, fresh) => {
  const open = [...old.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
  for (const each of fresh.querySelectorAll("details")) each.open = open.includes(each.firstElementChild.textContent);
};

// Shows a newer text of the parts that move, unless somebody is at one of them. Until newer figures
// are known, those of a while ago stay: they say how old they are. Gives whether they are known.
const renew = (page) => {
  const hasFigures = (root) => root.querySelector("time[data-age]") !== null;
  if (!page || (hasFigures(document) && !hasFigures(page))) return false;
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || part.contains(document.activeElement)) continue;
    localize(fresh);
    keepOpen(part, fresh);
    if (fresh.innerHTML !== part.innerHTML) part.replaceWith(fresh);
  }
  return hasFigures(page);
};

// A try has made the figures old: they are shown anew, as soon as they are known.
const renewFigures = async (times) => {
  try {
    if (renew(await fetchPage())) return;
  } catch {
    /* offline for a moment */
  }
  if (times > 1) setTimeout(renewFigures, 1000, times - 1);
};

const paragraph = (className, text) => {
  const element = document.createElement("p");
  element.className = className;
  element.textContent = text;
  return element;
};

const ask = async (form) => {
  const [turns, problem, button] = ["turns", "problem", "send"].map((name) => document.getElementById("try-" + name));
  const fields = new URLSearchParams(new FormData(form));
  const turn = document.createElement("div");
  turn.className = "turn";
  const answer = paragraph("said", "");
  answer.setAttribute("aria-busy", "true");
  turn.append(paragraph("soft small", fields.get("message")), answer);
  let complaint = words.brokeOff;
  let cost = "";
  const take = (name, data) => {
    if (name === "text") return answer.append(data);
    complaint = data.message ?? "";
    cost = data.cost ?? "";
  };
  asking = new AbortController();
  turns.append(turn);
  problem.hidden = true;
  button.textContent = words.stop;
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
  button.textContent = words.send;
  answer.removeAttribute("aria-busy");
  if (!answer.textContent) answer.remove();
  if (cost) turn.append(paragraph("soft small cost", cost));
  if (!answer.textContent && !cost) turn.remove();
  problem.textContent = complaint;
  problem.hidden = !complaint;
  renewFigures(20);
};

// Ctrl+Enter sends, as in other programs.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target.id !== "try-message") return;
  event.preventDefault();
  if (!asking) event.target.form.requestSubmit();
});

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
  // What was typed and answered stays.
  const [mine, fresh] = [main, next].map((each) => each.querySelector("#pane-try"));
  if (mine && fresh) fresh.replaceWith(mine);
  keepOpen(main, next);
  main.replaceWith(next);
  equip();
  chooseUse();
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
      if (document.activeElement?.closest("#pane-try")) return refresh(count);
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
const ages = new Intl.RelativeTimeFormat(language);
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    const [size, unit] = ageUnits.find(([, , most]) => seconds < most);
    time.textContent = seconds < 1 ? words.justNow : ages.format(-Math.floor(seconds / size), unit);
  }
}, 5000);

// Figures that move are shown anew while somebody looks.
const liveEvery = 30_000;
setInterval(async () => {
  if (document.visibilityState !== "visible" || !document.querySelector("[data-live][id]")) return;
  try {
    renew(await fetchPage());
  } catch {
    /* offline for a moment: the next round asks again */
  }
}, liveEvery);

equip();
chooseUse();
forgetNotice();
refresh(0);
