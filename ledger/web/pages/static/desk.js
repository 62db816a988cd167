// Comforts only: every page works without this file.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form that was sent once is not sent again by a nervous second click.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) {
      setTimeout(() => { button.disabled = true; }, 0);
    }
  });
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button")) {
    button.disabled = false;
  }
});

// "/" leads to the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const box = document.querySelector("form[role=search] input[name=q]");
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
  }
  // A menu that hangs over the page goes away again.
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll(".top details[open]")) { menu.open = false; }
  }
});
