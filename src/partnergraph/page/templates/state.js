"use strict";
// The page's one state. Everything that shows something listens to it; nothing else keeps a copy.
const DATA = JSON.parse(document.getElementById("data").textContent);
const NETWORK = JSON.parse(document.getElementById("network").textContent);
const BODIES = DATA.bodies, CLAIMS = DATA.claims;
const byId = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 760px)");
const dark = matchMedia("(prefers-color-scheme: dark)");

const state = {
  body: null, // number of the selected body
  claims: null, // numbers of the selected claims: one, or all of a line
  fold: null, // number of a dot that stands for several bodies, when its members are listed
  unfolded: false,
  hidden: new Set(), // families
  kind: null,
  inferred: true,
};
const listeners = [];

function change(values) {
  Object.assign(state, values);
  for (const listener of listeners) listener(state);
}

const view = () => (phone.matches ? "tall" : state.unfolded ? "unfolded" : "wide");

function claimShown(claim) {
  return (
    (state.kind === null || CLAIMS.kind[claim] === state.kind) &&
    (state.inferred || !CLAIMS.inferred[claim]) &&
    !state.hidden.has(BODIES.family[CLAIMS.from[claim]]) &&
    !state.hidden.has(BODIES.family[CLAIMS.to[claim]])
  );
}

function bodyShown(body) {
  return !state.hidden.has(BODIES.family[body]);
}

const KEYS = new Map([
  ...BODIES.key.map((key, body) => [key, { body, claims: null }]),
  ...CLAIMS.key.map((key, claim) => [key, { body: null, claims: [claim] }]),
]);

// The address says what is selected, so that a link can be sent; it also lets the browser's own "back" work.
function select(values) {
  const chosen = { body: null, claims: null, fold: null, ...values };
  const key = chosen.body !== null ? BODIES.key[chosen.body] : chosen.claims ? CLAIMS.key[chosen.claims[0]] : "";
  if (location.hash !== (key ? "#" + key : "")) {
    try {
      history.pushState(null, "", key ? "#" + key : location.pathname + location.search);
    } catch {
      // In a frame without an origin of its own, as in a notebook, there is no address to keep.
    }
  }
  change(chosen);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
