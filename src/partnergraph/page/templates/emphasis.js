// What is brought forward: what the choosing filters choose, or a question answers, with the shortest paths that join it to the
// focus of the graph. Without a focus there are no paths.
let forward; // of the present state; undefined: not computed yet

// Null: nothing is chosen. Else sets of numbers: `listed` (claims that are chosen: those of the tables), `claims` (those of them
// that the map brings forward: of a type alone only the ones between its bodies and those that join them to the focus), `paths`
// (claims of shortest paths to the focus), `own` (bodies chosen), `bodies` (all at the ends of `claims` and `paths`, and the
// focus); and counts of the bodies chosen, for words.
const brought = () => (forward === undefined ? (forward = bringForward()) : forward);
// The same, where the rest fades; null where nothing fades.
const emphasis = () => (state.mode === "highlight" ? brought() : null);

function bringForward() {
  const asked = state.question === null ? null : (globalThis.questionClaims?.() ?? null);
  const choosing = activeFilters.filter((filter) => filter.chooses);
  if (!asked && !choosing.length) return null;
  const isOwn = (body) => (!state.types.length || state.types.includes(BODIES.family[body])) && bodyRemains(body) && bodyExists(body);
  const chosen = (claim) => stays(claim) && (isOwn(CLAIMS.from[claim]) || isOwn(CLAIMS.to[claim])) && choosing.every((filter) => filter.passes?.(claim, state[filter.name]) ?? true);
  const listed = new Set((asked ?? CLAIMS.from.map((_, claim) => claim)).filter(chosen));
  const own = new Set([...listed].flatMap((claim) => [CLAIMS.from[claim], CLAIMS.to[claim]]).filter(isOwn));
  const ofTypes = !asked && choosing.every((filter) => filter.name === "types");
  if (ofTypes) BODIES.family.forEach((_, body) => isOwn(body) && own.add(body)); // also those without a relationship
  const away = distances(DATA.focus), paths = new Set();
  const nearer = (claim) => ((away[CLAIMS.from[claim]] ?? Infinity) <= (away[CLAIMS.to[claim]] ?? Infinity) ? CLAIMS.from[claim] : CLAIMS.to[claim]);
  const open = state.types.length ? [...own] : [...listed].map(nearer), reached = new Set();
  for (let body = open.pop(); body !== undefined; body = open.pop()) {
    if (reached.has(body) || !away[body]) continue; // the focus itself, or not joined to it
    reached.add(body);
    for (const claim of AROUND[body]) {
      if (away[other(claim, body)] !== away[body] - 1 || !stays(claim)) continue;
      if (!listed.has(claim)) paths.add(claim);
      open.push(other(claim, body));
    }
  }
  const within = (body) => own.has(body) || reached.has(body) || body === DATA.focus;
  const claims = ofTypes ? new Set([...listed].filter((claim) => within(CLAIMS.from[claim]) && within(CLAIMS.to[claim]))) : listed;
  const bodies = new Set([...claims, ...paths].flatMap((claim) => [CLAIMS.from[claim], CLAIMS.to[claim]]).concat([...own]));
  // What the map is about, and what was selected or found, never fades.
  for (const body of [DATA.focus, state.body, state.focus, state.to]) if (body !== null) bodies.add(body);
  const count = (test) => [...own].filter((body) => body !== DATA.focus && test(away[body])).length;
  return {
    listed, claims, paths, own, bodies,
    direct: count((steps) => steps === 1), farther: count((steps) => steps > 1), apart: count((steps) => steps === undefined),
    between: [...reached].filter((body) => !own.has(body)).length,
  };
}

// The steps from a body to every other, over the claims that are not left out; undefined where no way leads.
function distances(from) {
  const away = [];
  if (from === null) return away;
  away[from] = 0;
  for (let edge = [from], step = 1; edge.length; step++) {
    edge = edge.flatMap((body) => AROUND[body].filter(stays).map((claim) => other(claim, body))).filter((body) => away[body] === undefined && ((away[body] = step), true));
  }
  return away;
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const inSeries = (parts) => (parts.length > 1 ? parts.slice(0, -1).join(", ") + " and " + parts.at(-1) : parts.join(""));

// How many relationships there are among some claims, and how often one body became another.
function relationshipCount(claims) {
  const events = claims.filter(isEvent).length, times = events === 1 ? "once one body became another" : `${events} times one body became another`;
  return inSeries([events < claims.length || !events ? counted(claims.length - events, "relationship") : "", events ? times : ""].filter(Boolean));
}
function relationshipShare(claims) {
  const events = claims.filter(isEvent).length, all = CLAIMS.from.length - EVENTS;
  return `${claims.length - events} of ${counted(all, "relationship")}${events ? `, ${events} of ${EVENTS === 1 ? "1 time" : EVENTS + " times"} that one body became another` : ""}`;
}

// What is brought forward, in words, with the numbers that the tables list.
function emphasisInWords() {
  const listed = CLAIMS.from.map((_, claim) => claim).filter(claimListed);
  const related = listed.filter((claim) => !isEvent(claim));
  let text = `${relationshipShare(related.length ? related : listed)}, ${BODIES.key.filter((_, body) => bodyListed(body)).length} of ${BODIES.key.length} bodies.`;
  if (state.since) return `${text} ${comparisonInWords(listed)}`;
  if (!state.ended && isOpeningOn() && !brought()) {
    const drawn = new Set(shownInOpening().flatMap((node) => (node.members ? membersShown(node) : [node.id]))).size;
    text += ` The map of our partners draws ${drawn} of these bodies, the tables list all.`;
  }
  const open = state.date ? listed.filter((claim) => status(claim) === "unknown").length : 0;
  if (open && state.status === null) text += ` Whether ${open} of these relationships held ${onDate(state.date)} is not known.`;
  const found = brought(), name = DATA.focus !== null && nameOf(DATA.focus);
  if (!found || !name || !(found.direct || found.farther || found.apart)) return text;
  const { direct, farther, apart, between } = found, are = (number) => (number === 1 ? "is" : "are");
  const ways = [
    direct && `${direct} ${are(direct)} joined to ${name} directly`,
    farther && `${farther} ${direct ? "" : are(farther) + " joined to " + name + " "}through ${between ? (between === 1 ? "another body" : `${between} others`) : "others of them"}`,
    apart && `${apart} ${are(apart)} not joined to ${direct || farther ? "it" : name}`,
  ].filter(Boolean);
  return `${text} Of these bodies ${inSeries(ways)}.`;
}
