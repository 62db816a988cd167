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
