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
