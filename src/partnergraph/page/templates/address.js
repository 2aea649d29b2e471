// The address says what is shown, so that a link to exactly this view can be sent: #body&date=2014-06&kind=funding ...
const BODY_AT = new Map(BODIES.key.map((key, body) => [key, body]));
const CLAIM_AT = new Map(CLAIMS.key.map((key, claim) => [key, claim]));

function addressOf() {
  const key = state.body !== null ? BODIES.key[state.body] : state.claims?.length ? CLAIMS.key[state.claims[0]] : "";
  const parts = [
    ["question", state.question],
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
  const body = BODY_AT.get(key) ?? null, claims = CLAIM_AT.has(key) ? [CLAIM_AT.get(key)] : null;
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

// Choosing something else is a step that "back" undoes; filters and zoom only change the address of where one is.
function startAddress() {
  let selection = "";
  listeners.push(() => {
    const address = addressOf(), current = [address.split("&")[0], state.to, state.focus, state.everything, state.question].join("&");
    if (location.hash === (address && "#" + address)) {
      selection = current;
      return;
    }
    try {
      const url = address ? "#" + address : location.pathname + location.search;
      if (current === selection) history.replaceState(null, "", url);
      else history.pushState(null, "", url);
    } catch {
      // In a frame without an origin of its own, as in a notebook, there is no address to keep.
    }
    selection = current;
  });
}
