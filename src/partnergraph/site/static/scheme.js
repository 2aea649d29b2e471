// Light or dark: as the system has it, unless the reader chose. Runs before the page is drawn.
"use strict";
(() => {
  const KEY = "partnergraph.scheme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem(KEY); } catch { /* a browser that keeps nothing */ }
  const scheme = () => (["light", "dark"].includes(chosen) ? chosen : dark.matches ? "dark" : "light");
  const rules = [];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule.media && rule.media.mediaText.includes("prefers-color-scheme: dark")) rules.push(rule);
    }
  }
  const apply = () => {
    document.documentElement.dataset.scheme = scheme();
    for (const rule of rules) rule.media.mediaText = scheme() === "dark" ? "screen" : "not all";
    const button = document.getElementById("scheme");
    if (!button) return;
    button.textContent = scheme() === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `${button.textContent} colours`);
  };
  document.documentElement.classList.add("js");
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.createElement("button");
    button.id = "scheme";
    button.type = "button";
    button.addEventListener("click", () => {
      chosen = scheme() === "dark" ? "light" : "dark";
      try { localStorage.setItem(KEY, chosen); } catch { /* then it is forgotten with the page */ }
      apply();
    });
    document.querySelector(".top > div").append(button);
    apply();
  });
})();
