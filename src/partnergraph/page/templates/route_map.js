// How two bodies are connected, as a drawing of its own: for routes through bodies that the map does not show by themselves. The
// steps stand side by side, in a narrow window below one another; what joins a body to the one before it stands over its name.
let routeOnMap = null; // whether the map shows the routes; null: not computed yet

function isRouteOnMap() {
  if (routeOnMap === null) {
    const hops = routes(state.body, state.to).flat(), now = baseView(), beside = now === "radial" ? openingBeside() : null;
    const isDrawn = now === "radial"
      ? (hop) => beside.edges.some(({ from, to, claims }) => from >= 0 && to >= 0 && claims.includes(hop.claims[0]))
      : (hop) => [hop.from, hop.to].every((body) => DOTS.get(body)?.[now] || (now === "wide" && FOLDED.has(body) && !isOverview()));
    routeOnMap = Boolean(whole) || hops.every(isDrawn);
  }
  return routeOnMap;
}

// As many routes, the shortest first, as leave each label its room.
function routesToDraw(found, most) {
  let steps = new Map();
  const drawn = [];
  for (const hops of found) {
    const next = new Map(steps);
    hops.forEach((hop, number) => {
      if (!next.has(hop.from)) next.set(hop.from, number);
      next.set(hop.to, Math.max(hop.to === state.to ? number + 1 : 0, next.get(hop.to) ?? number + 1));
    });
    const widest = Math.max(...[...next.values()].map((step, _, all) => all.filter((other) => other === step).length));
    if (drawn.length && widest > most) continue;
    steps = next;
    drawn.push(hops);
  }
  return { steps, drawn };
}

// Draw the routes from one body to another for so much room, in pixels.
function drawRoutes(from, to, room) {
  const found = routes(from, to), narrow = room.x < 600, { steps, drawn } = routesToDraw(found, narrow ? 3 : 4);
  const last = steps.get(to), font = narrow ? DATA.tall_font : 14, layers = Array.from({ length: last + 1 }, (_, step) => [...steps].filter(([, own]) => own === step).map(([body]) => body));
  const joined = new Map(drawn.flat().map((hop) => [`${hop.from}-${hop.to}`, hop])), nodes = new Map(), edges = [];
  const width = narrow ? room.x - 20 : Math.min(room.x, 1240) - 40, height = Math.min(room.y, 760) - 20, column = width / (last + 1), row = height / (last + 1);
  const lines = narrow ? Math.max(1, Math.min(3, Math.floor((row - 44) / (font * LINE)))) : 3;
  layers.forEach((bodies, step) => bodies.forEach((body, number) => {
    const before = [...joined.values()].find((hop) => hop.to === body), end = body === from || body === to, size = end ? 13 : 9;
    const most = Math.min(210, (narrow ? width / bodies.length : column) - 14), off = number - (bodies.length - 1) / 2;
    const verb = before ? wrapped(wordingsFrom(before.from, before.claims).join(", "), most, 1, 12, false) : [];
    const rows = [...verb.map((text) => ({ text, quiet: true })), ...wrapped(BODIES.label[body], most, lines, font, end).map((text) => ({ text }))];
    const at = narrow ? [off * (width / bodies.length), (step - last / 2) * row - 20] : [(step - last / 2) * column, off * Math.min(170, height / bodies.length) - 20];
    nodes.set(body, { ...symbolOf(body), size, font, hub: end ? 1 : 0, rows, focus: at.map(Math.round) });
  }));
  for (const hop of joined.values()) edges.push(...linesTo(hop.from, hop.to, hop.claims, edges.length, 0.09));
  return { body: from, to, nodes, edges, extent: extentOf([...nodes.values()]), total: found.length, drawn: drawn.length };
}

function routesInWords({ body, to, total, drawn }) {
  const count = drawn < total ? `the ${drawn} shortest of ${total} routes` : total === 1 ? "the one route" : `${total} routes`;
  return `${BODIES.label[body]} to ${BODIES.label[to]}: ${count}.`;
}
