// Searches the contents of the documents; without JavaScript they are a list. Keeps the choice of a
// tab in all tabs of the page; without JavaScript each is chosen alone.
"use strict";

// The scripts of a page share their names; these stay in here.
{
  const contents = document.querySelector(".contents");
  const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

  // Shows the headings that fit, and the documents that have one or fit themselves.
  const search = (typed) => {
    const words = wordsOf(typed);
    let found = 0;
    for (const group of contents.querySelectorAll("details > div:not([id])")) {
      let shown = 0;
      for (const entry of group.querySelectorAll(":scope > ul > li")) {
        const [link, inner] = entry.children;
        const title = link.textContent.toLowerCase();
        const fits = (text) => words.every((word) => text.includes(word));
        let inside = 0;
        for (const heading of inner?.children ?? []) {
          const text = heading.textContent.toLowerCase();
          const isFound = fits(`${title} ${text}`) && words.some((word) => text.includes(word));
          heading.hidden = words.length > 0 && !isFound;
          if (isFound) inside += 1;
        }
        if (inner) inner.hidden = words.length > 0 ? inside === 0 : !link.hasAttribute("aria-current");
        const isFound = fits(title) || inside > 0;
        entry.hidden = !isFound;
        if (isFound) shown += 1;
      }
      group.hidden = shown === 0;
      found += shown;
    }
    const status = document.getElementById("found");
    const says = document.getElementById("find").dataset;
    if (words.length === 0) status.textContent = "";
    else status.textContent = found === 0 ? says.none : found === 1 ? says.one : says.many.replace("{count}", found);
  };

  // Those above the one that was pressed may become longer: it stays where it is on the screen.
  document.addEventListener("change", ({ target }) => {
    if (!target.matches(".switch > .tabs input")) return;
    const { top } = target.parentElement.getBoundingClientRect();
    for (const label of document.querySelectorAll(".switch > .tabs > label"))
      if (label.textContent === target.parentElement.textContent) label.firstElementChild.checked = true;
    scrollBy(0, target.parentElement.getBoundingClientRect().top - top);
  });

  if (contents) {
    const field = document.getElementById("find-document");
    document.getElementById("find").hidden = false;
    field.addEventListener("input", () => search(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") search((field.value = ""));
      if (event.key !== "Enter" || field.value.trim() === "") return;
      // The first that is shown: a heading before its document, if only the heading fits.
      const links = [...contents.querySelectorAll("li a")].filter((link) => !link.closest("[hidden]"));
      const words = wordsOf(field.value);
      const best = links.find((link) => words.every((word) => link.textContent.toLowerCase().includes(word)));
      (best ?? links[0])?.click();
    });
  }
}
