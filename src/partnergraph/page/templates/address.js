// The address says what is shown, so that a link to exactly this view can be sent: #body&date=2014-06&kind=funding ...
const BODY_AT = new Map(BODIES.key.map((key, body) => [key, body]));
const CLAIM_AT = new Map(CLAIMS.key.map((key, claim) => [key, claim]));
const MOST_CLAIMS = 200; // that one address names

function addressOf() {
  const key = state.body !== null ? BODIES.key[state.body] : state.claims?.length ? CLAIMS.key[state.claims[0]] : "";
  const parts = [
    ["question", state.question],
    ["also", state.body === null && state.claims?.slice(1, MOST_CLAIMS).map((claim) => CLAIMS.key[claim]).join(",")],
    ["open", state.fold !== null && BODIES.key[(nodeOf(state.fold) ?? DOTS.get(state.fold))?.members?.[0]]],
    ["to", state.to !== null && BODIES.key[state.to]],
    ["step", state.step !== null && state.step + 1],
    ["focus", state.focus !== centreOf(state.body, state.claims, null) && (state.focus === null ? "no" : BODIES.key[state.focus])],
    ...FILTERS.map((filter) => [filter.inAddress ?? filter.name, filter.write(state[filter.name])]),
    ["map", OPENINGS && state.everything !== START.everything && (state.everything ? "everything" : "partners")],
    ["groups", state.unfolded && "unfolded"],
    [whole?.on ? "all" : OPENINGS && drawing() ? "zoom" : "at", state.camera?.map((number) => Number(number.toFixed(whole?.on ? 4 : 2))).join(",")],
  ].filter(([, value]) => value);
  const rest = parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return !key && state.question ? rest : key + (rest ? "&" + rest : "");
}

function readAddress(text) {
  const rest = text.replace(/^#/, "").split("&"), first = rest[0].includes("=") ? "" : rest.shift();
  const parameters = new Map(rest.map((part) => part.split("=")).map(([name, value]) => [name, decode(value ?? "")]));
  const bodyAt = (name) => BODY_AT.get(parameters.get(name)) ?? null;
  const key = decode(first);
  const step = wholeNumber(parameters.get("step"), DATA.story.length);
  const also = (parameters.get("also") ?? "").split(",").filter((other) => CLAIM_AT.has(other) && other !== key);
  const body = BODY_AT.get(key) ?? null, claims = CLAIM_AT.has(key) ? [key, ...new Set(also)].slice(0, MOST_CLAIMS).map((each) => CLAIM_AT.get(each)) : null;
  const at = cameraAt(parameters.get("at")), unfolded = parameters.get("groups") === "unfolded";
  // An address without a "map" in which the map has been moved is older than the opening map.
  const asked = { everything: true, partners: false }[parameters.get("map")] ?? (START.everything || Boolean(at && !unfolded));
  const base = { everything: Boolean(OPENINGS) && asked, unfolded };
  Object.assign(state, base); // what the map itself shows depends on it
  const focus = parameters.get("focus") === "no" ? null : centreOf(body, claims, bodyAt("focus")), to = bodyAt("to");
  return {
    ...START,
    body,
    claims,
    fold: foldOf(bodyAt("open")),
    focus,
    to,
    step: step ? step - 1 : null,
    question: answerTo(parameters.get("question")) ? parameters.get("question") : null,
    ...Object.fromEntries(FILTERS.map((filter) => [filter.name, filter.read(parameters.get(filter.inAddress ?? filter.name))])),
    ...base,
    camera: whole && !isOpeningOn() && (focus === null || to !== null) ? cameraAt(parameters.get("all")) : (cameraAt(parameters.get("zoom")) ?? at),
  };
}

function cameraAt(text = "") {
  const camera = text.split(",").map(Number);
  return camera.length === 3 && camera.every(Number.isFinite) && camera[2] > 0 ? camera : null;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// The counted symbol of the present map in which a body is; null: it has one of its own.
function foldOf(body) {
  const fold = body === null ? undefined : (isOpeningOn() ? opening.counted : FOLDED).get(body);
  return fold !== undefined && (isOpeningOn() ? opening.nodes : DOTS).get(fold).members.length > 1 ? fold : null;
}

// A choice is a step that "back" undoes. A run of changes with one control (a slider that is dragged, a date that is typed, the
// years that are played) is one step, and moving the map is none. A jump to a part of the page keeps what is shown in its entry.
const BACK = "back"; // what is shown comes from the address
let running = null; // the control whose run of changes goes on
const endRun = () => (running = null);

function startAddress() {
  let shown = null;
  listeners.push((state, control) => {
    const address = addressOf(), { camera, ...choices } = state, current = JSON.stringify(choices), run = control !== null && control === running;
    const isStep = current !== shown && shown !== null && control !== BACK && !run;
    if (current !== shown) running = control;
    shown = current;
    if (location.hash === (address && "#" + address) || (control === BACK && partOf(location.hash))) return;
    try {
      history[isStep ? "pushState" : "replaceState"](null, "", address ? "#" + address : location.pathname + location.search);
    } catch {
      // In a frame without an origin of its own, as in a notebook, there is no address to keep.
    }
  });
  addEventListener("popstate", () => {
    const earlier = history.state?.view;
    if (!partOf(location.hash)) {
      fromAddress();
      toMap();
    } else if (earlier === undefined) noteView();
    else change(readAddress(earlier), BACK);
  });
}

// The part of the page to which an address leads, when it names none of what the map shows.
function partOf(hash) {
  const key = decode(hash.slice(1).split("&")[0]);
  return key && !BODY_AT.has(key) && !CLAIM_AT.has(key) ? byId(key) : null;
}

function noteView() {
  try {
    history.replaceState({ view: addressOf() }, "");
  } catch {
    // As above.
  }
}

const fromAddress = () => change(readAddress(location.hash), BACK);
// The browser jumps to the row that an address names; what it means is on the map.
function toMap() {
  if (state.body !== null || state.claims || state.question) requestAnimationFrame(bringIntoSight);
}
