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
// Of evidence a name and a hash are sent, and the file stays here.
for (const chosen of document.querySelectorAll("input[data-fingerprint]")) {
  chosen.addEventListener("change", async () => {
    const made = [];
    for (const file of chosen.files) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      made.push([file.name, [...digest].map((one) => one.toString(16).padStart(2, "0")).join("")]);
    }
    for (const old of chosen.parentElement.querySelectorAll("input[type=hidden]")) old.remove();
    for (const [name, hash] of made) {
      for (const [field, value] of [["document_name", name], ["document_sha256", hash]]) {
        const hidden = document.createElement("input");
        Object.assign(hidden, { type: "hidden", name: field, value });
        chosen.parentElement.append(hidden);
      }
    }
    chosen.removeAttribute("name");
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
