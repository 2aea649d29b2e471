"use strict";
// The map is drawn first: the tables are laid out once it stands (see load.js). Not where the browser is about to go to a place of the page.
if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") document.documentElement.classList.add("starting");
