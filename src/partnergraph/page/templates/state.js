"use strict";
// The page's one state. Everything that shows something listens to it; nothing else keeps a copy.
const byId = (id) => document.getElementById(id);
const UNPACKED = globalThis.UNPACKED ?? null; // of a large page: everything, its rows as text
const DATA = UNPACKED?.data ?? JSON.parse(byId("data").textContent);
const NETWORK = UNPACKED?.network ?? JSON.parse(byId("network").textContent);
const BODIES = DATA.bodies, CLAIMS = DATA.claims;
let whole = null; // the map of every body, where a page was made with one and the machine draws it
const PARSER = document.createElement("template");

// The rows of a table by number: those that stand in the page, or, of a large page, made when one is asked for.
function shelf(table, texts) {
  const made = texts ? new Map() : [...byId(table).tBodies[0].rows];
  const row = (number) => {
    if (!texts) return made[number];
    if (!made.has(number)) {
      PARSER.innerHTML = texts[number];
      made.set(number, PARSER.content.firstChild);
    }
    return made.get(number);
  };
  return { row, texts, made: texts ? null : made };
}
const ROWS = { bodies: shelf("bodies", UNPACKED?.bodies), claims: shelf("claims", UNPACKED?.claims) };
const bodyRow = ROWS.bodies.row, claimRow = ROWS.claims.row;
if (!UNPACKED) {
  BODIES.key = ROWS.bodies.made.map((row) => row.id);
  BODIES.label = ROWS.bodies.made.map((row) => row.cells[0].firstChild.textContent.trim());
  CLAIMS.key = ROWS.claims.made.map((row) => row.id);
}
const phone = matchMedia("(max-width: 760px)");
const dark = matchMedia("(prefers-color-scheme: dark)");

const NOTHING = {
  body: null, // number of the selected body
  claims: null, // numbers of the selected claims: one, or all of a line
  fold: null, // number of a dot that stands for several bodies, when its members are listed
  to: null, // number of the body to which routes are shown
};
const START = {
  ...NOTHING,
  unfolded: false,
  hidden: new Set(), // families
  kind: null,
  source: null,
  standing: null,
  inferred: true,
  date: null, // a month, such as 2014-06
  since: null, // the month to compare with
  steps: 0, // how far from the selected body; 0: everywhere
  step: null, // number of the step of the story
  focus: null, // number of the body that is drawn with its neighbours, in place of the map
  camera: null, // where a person has moved the map to: x, y, scale
};
const state = { ...START };
const listeners = [];

function change(values) {
  if ("focus" in values && values.focus !== state.focus) state.camera = null;
  Object.assign(state, values);
  if (state.body === null) state.steps = 0;
  nearby = null;
  for (const listener of listeners) listener(state);
}

function select(values) {
  const next = { ...NOTHING, ...values, step: values.step ?? null };
  change({ ...next, focus: centreOf(next.body, next.claims, state.focus) });
}

const baseView = () => (phone.matches ? "tall" : state.unfolded ? "unfolded" : "wide");
const view = () => (state.focus === null || state.to !== null ? baseView() : "focus");

// Whether a claim held in a month: "yes", "no" or "unknown". An end that is not stated is unknown, not open. A bound
// that is not known is null, which no comparison holds for.
function holds(claim, month) {
  const start = CLAIMS.start[claim], end = CLAIMS.end[claim], first = month + "-01", last = month + "-31";
  if ((start && start[0] > last) || (end && end[1] && end[1] < first) || (start && end && end[1] && start[0] > end[1])) return "no";
  return start && end && start[1] && start[1] <= last && end[0] >= first ? "yes" : "unknown";
}

// What a claim is at the chosen date: "yes", "unknown" or "no"; compared with an earlier month also "new" or "ended".
function status(claim) {
  if (!state.date) return CLAIMS.change?.[claim] || "yes";
  const now = holds(claim, state.date);
  if (!state.since) return now;
  const before = holds(claim, state.since);
  if (before === "no" && now !== "no") return "new";
  return before !== "no" && now === "no" ? "ended" : now;
}

function passes(claim) {
  return (
    (state.kind === null || CLAIMS.kind[claim] === state.kind) &&
    (state.source === null || CLAIMS.sources[claim].includes(state.source)) &&
    (state.standing === null || standingOf(claim) === state.standing) &&
    (state.inferred || !CLAIMS.inferred[claim]) &&
    !state.hidden.has(BODIES.family[CLAIMS.from[claim]]) &&
    !state.hidden.has(BODIES.family[CLAIMS.to[claim]]) &&
    status(claim) !== "no"
  );
}

// The claims of each body.
const AROUND = BODIES.key.map(() => []);
CLAIMS.from.forEach((from, claim) => {
  AROUND[from].push(claim);
  if (CLAIMS.to[claim] !== from) AROUND[CLAIMS.to[claim]].push(claim);
});
const standingOf = (claim) => DATA.standings[CLAIMS.standing[claim]];
const other = (claim, body) => (CLAIMS.from[claim] === body ? CLAIMS.to[claim] : CLAIMS.from[claim]);

// The bodies within the chosen number of steps of the selected one, over claims that pass the filters.
let nearby = null;
function near() {
  if (nearby) return nearby;
  nearby = new Set([state.body]);
  let edge = [state.body];
  for (let step = 0; step < state.steps; step++) {
    edge = edge.flatMap((body) => AROUND[body].filter(passes).map((claim) => other(claim, body))).filter((body) => !nearby.has(body) && nearby.add(body));
  }
  return nearby;
}

const claimShown = (claim) => passes(claim) && (!state.steps || (near().has(CLAIMS.from[claim]) && near().has(CLAIMS.to[claim])));
const bodyShown = (body) => !state.hidden.has(BODIES.family[body]) && (!state.steps || near().has(body));

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
