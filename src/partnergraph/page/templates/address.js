// The address says what is shown, so that a link to exactly this view can be sent: #body&date=2014-06&kind=funding ...
const BODY_AT = new Map(BODIES.key.map((key, body) => [key, body]));
const CLAIM_AT = new Map(CLAIMS.key.map((key, claim) => [key, claim]));
const codes = (list) => new Map(list.map((entry, number) => [entry.code ?? entry, number]));
const FAMILY_AT = codes(DATA.families), KIND_AT = codes(DATA.kinds), SOURCE_AT = codes(DATA.source_keys);
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

function addressOf() {
  const key = state.body !== null ? BODIES.key[state.body] : state.claims?.length ? CLAIMS.key[state.claims[0]] : "";
  const parts = [
    ["to", state.to !== null && BODIES.key[state.to]],
    ["step", state.step !== null && state.step + 1],
    ["focus", state.focus !== centreOf(state.body, state.claims, null) && (state.focus === null ? "no" : BODIES.key[state.focus])],
    ["steps", state.steps],
    ["date", state.date],
    ["since", state.since],
    ["kind", state.kind !== null && DATA.kinds[state.kind].code],
    ["source", state.source !== null && DATA.source_keys[state.source]],
    ["standing", state.standing],
    ["inferred", !state.inferred && "no"],
    ["hide", [...state.hidden].sort((a, b) => a - b).map((family) => DATA.families[family].code).join(",")],
    ["groups", state.unfolded && "unfolded"],
    [whole?.on ? "all" : "at", state.camera?.map((number) => Number(number.toFixed(whole?.on ? 4 : 2))).join(",")],
  ].filter(([, value]) => value);
  const rest = parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return key + (rest ? "&" + rest : "");
}

function readAddress(text) {
  const [first, ...rest] = text.replace(/^#/, "").split("&");
  const given = new Map(rest.map((part) => part.split("=")).map(([name, value]) => [name, decode(value ?? "")]));
  const at = (map, name) => map.get(given.get(name)) ?? null;
  const key = decode(first);
  const number = (name, most) => Math.min(most, Math.max(0, Math.trunc(Number(given.get(name)) || 0)));
  const body = BODY_AT.get(key) ?? null, claims = CLAIM_AT.has(key) ? [CLAIM_AT.get(key)] : null;
  state.unfolded = given.get("groups") === "unfolded"; // what the map itself shows depends on it
  const focus = given.get("focus") === "no" ? null : centreOf(body, claims, at(BODY_AT, "focus")), to = at(BODY_AT, "to");
  const camera = (given.get(whole && (focus === null || to !== null) ? "all" : "at") ?? "").split(",").map(Number);
  return {
    ...START,
    body,
    claims,
    focus,
    to,
    step: number("step", DATA.story.length) ? number("step", DATA.story.length) - 1 : null,
    steps: number("steps", 3),
    date: MONTH.test(given.get("date")) ? given.get("date") : null,
    since: MONTH.test(given.get("since")) ? given.get("since") : null,
    kind: at(KIND_AT, "kind"),
    source: at(SOURCE_AT, "source"),
    standing: DATA.standings.includes(given.get("standing")) ? given.get("standing") : null,
    inferred: given.get("inferred") !== "no",
    hidden: new Set((given.get("hide") ?? "").split(",").map((code) => FAMILY_AT.get(code)).filter((family) => family !== undefined)),
    unfolded: given.get("groups") === "unfolded",
    camera: camera.length === 3 && camera.every(Number.isFinite) && camera[2] > 0 ? camera : null,
  };
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
  let chosen = "";
  listeners.push(() => {
    const address = addressOf(), now = [address.split("&")[0], state.to, state.focus].join("&");
    if (location.hash === (address && "#" + address)) {
      chosen = now;
      return;
    }
    try {
      const url = address ? "#" + address : location.pathname + location.search;
      if (now === chosen) history.replaceState(null, "", url);
      else history.pushState(null, "", url);
    } catch {
      // In a frame without an origin of its own, as in a notebook, there is no address to keep.
    }
    chosen = now;
  });
}
