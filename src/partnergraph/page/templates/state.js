// The page's one state. Everything that shows something listens to it; nothing else keeps a copy. Its fields hold plain
// values and lists, so that a part of the page can compare it as JSON.
const NOTHING = {
  body: null, // number of the selected body
  claims: null, // numbers of the selected claims: one, or all of a line
  fold: null, // number of a dot that stands for several bodies, when its members are listed
  to: null, // number of the body to which routes are shown
};
const START = {
  ...NOTHING,
  everything: Boolean(DATA.whole && NETWORK.radial), // the map of everything in place of the opening map
  unfolded: false,
  question: null, // the question that is answered on the map: a short text code
  ...Object.fromEntries(FILTERS.map((filter) => [filter.name, filter.start])),
  step: null, // number of the step of the story
  question: null, // what is asked: the name of a question and, after a dot, what was chosen
  focus: null, // number of the body that is drawn with its neighbours, in place of the map
  camera: null, // where a person has moved the map to: x, y, scale
};
const state = { ...START };
const listeners = [];
let activeFilters = [];

// `control` names the control whose run of changes is one step back (see address.js); null: the change is a step of its own.
function change(values, control = null) {
  if (["focus", "everything"].some((name) => name in values && values[name] !== state[name])) state.camera = null;
  Object.assign(state, values);
  if (state.body === null) state.steps = 0;
  activeFilters = FILTERS.filter((filter) => filter.isActive(state[filter.name]));
  nearby = routeOnMap = unsure = onMap = null;
  forward = undefined;
  for (const listener of listeners) listener(state, control);
}

function select(values) {
  const next = { ...NOTHING, ...values, step: values.step ?? null };
  // A step of the story shows itself; a body or a claim is looked at beside the answer to a question.
  change({ ...next, ...(next.step === null ? {} : { question: null }), focus: centreOf(next.body, next.claims, state.focus) });
}

// The opening map where there is one, until everything is asked for, or groups unfolded.
const baseView = () => (isOpeningOn() ? "radial" : phone.matches ? "tall" : state.unfolded ? "unfolded" : "wide");
const view = () => ((state.to === null ? state.focus === null : isRouteOnMap()) ? baseView() : "focus");

// The day of the page: the chosen date; else the day of which the page is, or on which it is read.
const AS_OF = /^\d{4}(-\d\d){0,2}$/.test(DATA.as_of) ? DATA.as_of : null;
const READ = daysOf(AS_OF ?? today());
const daysNow = () => (state.date ? daysOf(state.date) : READ);
const statusOn = (claim, days) => statusOf(CLAIMS.start[claim], CLAIMS.end[claim], days);
// That one body became another is an event: it has a date, and no status.
const SUCCESSION = DATA.kinds.findIndex((kind) => kind.code === "succession");
const isEvent = (claim) => CLAIMS.kind[claim] === SUCCESSION;
const EVENTS = CLAIMS.kind.filter((kind) => kind === SUCCESSION).length;
const DERIVED = new Set(DATA.derived);
const eventInWords = (claim, days) => (!CLAIMS.start[claim] ? "date not stated" : (statusOn(claim, days) === "ahead" ? "ahead, from " : "happened ") + boundsInWords(CLAIMS.start[claim]));
const wordsOn = (claim, days) => (isEvent(claim) ? eventInWords(claim, days) : statusInWords(CLAIMS.start[claim], CLAIMS.end[claim], CLAIMS.confirmed[claim], days));
const statusNow = (claim) => wordsOn(claim, daysNow());

// Whether a claim held in a month: "yes", "no" or "unknown". An end that is not stated is unknown, not open.
const HELD = { current: "yes", "not known": "unknown", ended: "no", ahead: "no" };
const holds = (claim, month) => HELD[statusOn(claim, daysOf(month))];

// What has ended by the day on which the page is read is pale: a claim, and a body that has ended itself or all of whose
// relationships have; that another succeeded it goes on.
const OVER = CLAIMS.from.map((_, claim) => statusOn(claim, READ) === "ended");
const claimOver = (claim) => !state.date && OVER[claim];
let overBodies = null;
const bodyEnded = (body) => (overBodies ??= AROUND.map((claims, body) => {
  if (statusOf(null, BODIES.end?.[body], READ) === "ended") return true;
  const own = claims.filter((claim) => !isEvent(claim));
  return own.length > 0 && own.every((claim) => OVER[claim]);
}))[body];
const bodyOver = (body) => !state.date && bodyEnded(body);

// At a chosen date: the bodies of which no relationship surely held then.
let unsure = null;
const bodyUnsure = (body) => Boolean(state.date) && (unsure ??= AROUND.map((claims) => !claims.some((claim) => passes(claim) && status(claim) !== "unknown")))[body];
// Whether a body can have existed at the chosen date: that it surely did not leaves it out, where neither a comparison nor what
// has ended or lies ahead is asked for.
const bodyExists = (body) => !state.date || state.since !== null || state.status !== null || body === DATA.focus || !["ended", "ahead"].includes(statusOf(BODIES.start?.[body], BODIES.end?.[body], daysNow()));
const bodyPale = (body) => bodyOver(body) || bodyUnsure(body);

// What a claim is on the map: at the chosen date "yes", "unknown" or "no"; compared with an earlier month, or with another
// graph, "new", "ended", "gone" or "changed". Compared with a month: "new" had surely not begun before and may hold now,
// "ended" is surely over now and was not surely over before.
function status(claim) {
  if (!state.date && !state.since) return CLAIMS.change?.[claim] || "yes";
  const now = statusOn(claim, daysNow());
  if (state.since && !(state.date && state.date.slice(0, 7) <= state.since)) {
    const [after] = daysOf(state.since);
    if (now === "ended" && CLAIMS.end[claim][1] >= after) return "ended";
    if (CLAIMS.start[claim]?.[0] >= after && now !== "ahead") return "new";
  }
  if (isEvent(claim) && now !== "ahead") return "yes";
  return state.date ? HELD[now] : "yes"; // what is not known of today is no reason to dot half of the lines
}

// What a line is that stands for several claims: new or ended only if all of them are, "changed" if some are.
const CHANGED = ["new", "ended", "gone", "changed"];
function lineStatus(edge) {
  const statuses = new Set(edge.claims.filter(claimShown).map(status));
  if (statuses.size === 1) return [...statuses][0];
  return CHANGED.some((each) => statuses.has(each)) ? "changed" : statuses.has("yes") ? "yes" : "unknown";
}

// The claims of each body.
const AROUND = BODIES.key.map(() => []);
CLAIMS.from.forEach((from, claim) => {
  AROUND[from].push(claim);
  if (CLAIMS.to[claim] !== from) AROUND[CLAIMS.to[claim]].push(claim);
});
const STANDINGS = DATA.filters.find((filter) => filter.name === "standing").codes;
const standingOf = (claim) => STANDINGS[CLAIMS.standing[claim]];
const other = (claim, body) => (CLAIMS.from[claim] === body ? CLAIMS.to[claim] : CLAIMS.from[claim]);

// Filters of two kinds: those that leave out (the date, what is inferred, what has ended, steps around a body), and those that
// choose (types, kind, source, standing, status). What is chosen is brought forward and the rest fades; in the mode "hide" the
// rest is left out as well, but for the paths that join what is chosen to the focus.
const stays = (claim) => activeFilters.every((filter) => filter.chooses || (filter.passes?.(claim, state[filter.name]) ?? true));
const passes = (claim) => stays(claim) && (state.mode !== "hide" || !brought() || brought().claims.has(claim) || brought().paths.has(claim));

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

const bodyStays = (body) => activeFilters.every((filter) => filter.passesBody?.(body, state[filter.name]) ?? true);
// What the map draws, in full or faded.
const bodyShown = (body) => bodyStays(body) && (state.mode !== "hide" || !brought() || brought().bodies.has(body));
const claimShown = (claim) => passes(claim) && bodyShown(CLAIMS.from[claim]) && bodyShown(CLAIMS.to[claim]);
// What the tables list, whether the rest fades or is hidden: what is not left out, and chosen where something is.
const bodyListed = (body) => bodyStays(body) && (!brought() || brought().own.has(body));
const claimListed = (claim) => stays(claim) && bodyStays(CLAIMS.from[claim]) && bodyStays(CLAIMS.to[claim]) && (!brought() || brought().listed.has(claim));

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}
