// The page's one state. Everything that shows something listens to it; nothing else keeps a copy.
const NOTHING = {
  body: null, // number of the selected body
  claims: null, // numbers of the selected claims: one, or all of a line
  fold: null, // number of a dot that stands for several bodies, when its members are listed
  to: null, // number of the body to which routes are shown
};
const START = {
  ...NOTHING,
  unfolded: false,
  ...Object.fromEntries(FILTERS.map((filter) => [filter.name, filter.start])),
  step: null, // number of the step of the story
  question: null, // what is asked: the name of a question and, after a dot, what was chosen
  focus: null, // number of the body that is drawn with its neighbours, in place of the map
  camera: null, // where a person has moved the map to: x, y, scale
};
const state = { ...START };
const listeners = [];
let activeFilters = [];

function change(values) {
  if ("focus" in values && values.focus !== state.focus) state.camera = null;
  Object.assign(state, values);
  if (state.body === null) state.steps = 0;
  activeFilters = FILTERS.filter((filter) => filter.isActive(state[filter.name]));
  nearby = null;
  for (const listener of listeners) listener(state);
}

function select(values) {
  const next = { ...NOTHING, ...values, step: values.step ?? null };
  // A step of the story shows itself; a body or a claim is looked at beside the answer to a question.
  change({ ...next, ...(next.step === null ? {} : { question: null }), focus: centreOf(next.body, next.claims, state.focus) });
}

const baseView = () => (phone.matches ? "tall" : state.unfolded ? "unfolded" : "wide");
const view = () => (state.focus === null || state.to !== null ? baseView() : "focus");

// Whether a claim held in a month: "yes", "no" or "unknown". An end that is not stated is unknown, not open.
const HELD = { current: "yes", "not known": "unknown", ended: "no", ahead: "no" };
const holds = (claim, month) => HELD[statusOf(CLAIMS.start[claim], CLAIMS.end[claim], daysOf(month))];

// What a claim is at the chosen date; else on the day of which the page is, or on which it is read.
const AS_OF = /^\d{4}(-\d\d){0,2}$/.test(DATA.as_of) ? DATA.as_of : null;
const READ = daysOf(AS_OF ?? today());
const daysNow = () => (state.date ? daysOf(state.date) : READ);
const statusNow = (claim) => statusInWords(CLAIMS.start[claim], CLAIMS.end[claim], CLAIMS.confirmed[claim], daysNow());
// What is over by the day on which the page is read is grey, and a body all of whose relationships are; that another
// succeeded it goes on.
const OVER = CLAIMS.from.map((_, claim) => statusOf(CLAIMS.start[claim], CLAIMS.end[claim], READ) === "ended");
const claimOver = (claim) => !state.date && OVER[claim];
const SUCCESSION = DATA.kinds.findIndex((kind) => kind.code === "succession");
let overBodies = null;
const bodyOver = (body) => !state.date && (overBodies ??= AROUND.map((claims) => {
  const own = claims.filter((claim) => CLAIMS.kind[claim] !== SUCCESSION);
  return own.length > 0 && own.every((claim) => OVER[claim]);
}))[body];

// What a claim is at the chosen date: "yes", "unknown" or "no"; compared with an earlier month also "new" or "ended".
function status(claim) {
  if (!state.date) return CLAIMS.change?.[claim] || "yes";
  const now = holds(claim, state.date);
  if (!state.since) return now;
  const before = holds(claim, state.since);
  if (before === "no" && now !== "no") return "new";
  return before !== "no" && now === "no" ? "ended" : now;
}

// Whether a claim passes the filters that do not look at what is around a body.
const passes = (claim) => activeFilters.every((filter) => filter.passes?.(claim, state[filter.name]) ?? true);

// The claims of each body.
const AROUND = BODIES.key.map(() => []);
CLAIMS.from.forEach((from, claim) => {
  AROUND[from].push(claim);
  if (CLAIMS.to[claim] !== from) AROUND[CLAIMS.to[claim]].push(claim);
});
const STANDINGS = DATA.filters.find((filter) => filter.name === "standing").codes;
const standingOf = (claim) => STANDINGS[CLAIMS.standing[claim]];
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

const bodyShown = (body) => activeFilters.every((filter) => filter.passesBody?.(body, state[filter.name]) ?? true);
const claimShown = (claim) => passes(claim) && bodyShown(CLAIMS.from[claim]) && bodyShown(CLAIMS.to[claim]);

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}
