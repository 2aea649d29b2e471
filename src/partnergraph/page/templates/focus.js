// One body with its neighbours: for a body that the map shows only in a counted symbol or not at all, for every body of an
// overview, and for any other when asked for. Nothing here is left to chance or to time: the body stands in the middle, its neighbours on an ellipse
// around it, in rows, so that every label has a place of its own beside its symbol and no line runs through another.
const MAX_NEIGHBOURS = 48; // neighbours drawn at once, at most
const RULER = document.createElement("canvas").getContext("2d");
let focused = null; // the drawing: nodes by number, edges, extent, and how many neighbours there are

// Whether the bodies of a counted symbol are all joined to the very same others.
function haveSameNeighbours(members) {
  const neighboursKey = (body) => [...new Set(AROUND[body].map((claim) => other(claim, body)))].sort((a, b) => a - b).join();
  return members.every((body) => neighboursKey(body) === neighboursKey(members[0]));
}
// An overview has symbols for bodies that are merely near one another: it shows nobody's neighbours.
const isOverview = () => NETWORK.nodes.some(({ members }) => members && !haveSameNeighbours(members));
// Whether the map itself shows a body well: with a symbol of its own, among its neighbours.
const isShownAlone = (body) => (isOpeningOn() ? isInOpening(body) : Boolean(whole) || (Boolean(DOTS.get(body)?.[baseView()]) && !isOverview()));

// The body to draw with its neighbours when something is selected; null: the map shows it well.
function centreOf(body, claims, before) {
  if (body !== null) return before !== null || !isShownAlone(body) ? body : null;
  if (!claims?.length) return null;
  // Claims of several pairs of bodies stand on the map itself.
  if (claims.some((claim) => ![claims[0], claim].every((one) => [CLAIMS.from[claims[0]], CLAIMS.to[claims[0]]].every((end) => CLAIMS.from[one] === end || CLAIMS.to[one] === end)))) return null;
  const ends = [CLAIMS.from[claims[0]], CLAIMS.to[claims[0]]];
  if (ends.includes(before)) return before;
  return ends.find((end) => !isShownAlone(end)) ?? (before === null ? null : ends[0]);
}

function widthAt(text, size, bold) {
  RULER.font = `${bold ? "bold " : ""}${size}px ${FACE}`;
  return RULER.measureText(text).width;
}

// A text in lines that are no wider than `most` pixels; what does not fit ends with an ellipsis.
function wrapped(text, most, lines, size, bold) {
  const found = [], fits = (line) => widthAt(line, size, bold) <= most;
  const cut = (line) => {
    const points = [...line];
    while (points.length > 1 && !fits(points.join("") + "…")) points.pop();
    return points.join("").trimEnd() + "…";
  };
  const words = text.split(/\s+/).filter(Boolean);
  for (const word of words) {
    const longer = found.length ? found.at(-1) + " " + word : word;
    if (found.length && fits(longer)) found[found.length - 1] = longer;
    else if (found.length === lines) return [...found.slice(0, -1), cut(longer)];
    else found.push(fits(word) ? word : cut(word));
  }
  return found;
}

// The neighbours of a body over the claims that pass the filters, each with its claims: those that are brought forward first,
// then the best connected.
function neighboursOf(body) {
  const found = new Map();
  for (const claim of AROUND[body]) {
    const neighbour = other(claim, body);
    if (passes(claim) && neighbour !== body) found.set(neighbour, [...(found.get(neighbour) ?? []), claim]);
  }
  const chosen = emphasis()?.claims, first = (claims) => Number(Boolean(chosen) && claims.some((claim) => chosen.has(claim)));
  return [...found].sort(([a, own], [b, others]) => first(others) - first(own) || AROUND[b].length - AROUND[a].length || a - b);
}

// Draw a body and its neighbours for so much room, in pixels.
function drawAround(body, room) {
  const all = neighboursOf(body), narrow = room.x < 600, font = narrow ? DATA.tall_font : 13;
  const width = Math.min(room.x, 1240) - 16, height = Math.min(room.y, 760) - 16;
  const most = Math.min(230, Math.max(64, width / 2 - (narrow ? 92 : 190))); // width of a label
  const labelOfNeighbour = ([neighbour, claims], [withKinds, high]) => {
    const hub = AROUND[neighbour].length >= 5, size = narrow ? 8 : Math.min(12, 6 + 1.1 * Math.sqrt(AROUND[neighbour].length));
    const words = wordingsFrom(body, claims).join(", "), end = endOf(claims), lines = narrow ? 2 : 1, wordsIn = (text, count) => wrapped(text, most, count, 12, false);
    const together = wordsIn(end ? withEnd(words, end) : words, lines), tooLong = together.some((text) => text.endsWith("…"));
    const rows = [
      // What became of it is never what is cut.
      ...(withKinds ? (end && tooLong ? [...wordsIn(words, lines), ...wordsIn(end, 2)] : together).map((text) => ({ text, quiet: true })) : []),
      ...wrapped(BODIES.label[neighbour], most, high, font, hub).map((text) => ({ text })),
    ];
    return { neighbour, claims, hub, size, rows, kind: presentFrom(body, claims[0]), tall: Math.max(size * 2 + 4, rows.length * font * 1.22) + 5 };
  };
  // Two columns of rows, clockwise from the top right, what is joined alike side by side. What finds no room is left to the
  // table: first the last lines of long names, the words beside the names, then the least connected neighbours.
  const attempts = narrow ? [[true, 5], [true, 3], [false, 5], [false, 3]] : [[true, 2], [false, 2]];
  let drawn = Math.min(MAX_NEIGHBOURS, all.length), sides = [[], []];
  const rowOf = (attempt) => all.slice(0, drawn).map((entry) => labelOfNeighbour(entry, attempt));
  let row = rowOf(attempts.shift());
  const sum = (side) => side.reduce((total, entry) => total + entry.tall, 0);
  for (;;) {
    const entries = row.slice(0, drawn).sort((first, second) => first.kind.localeCompare(second.kind, "en-GB") || first.neighbour - second.neighbour);
    const half = Math.ceil(entries.length / 2);
    sides = [entries.slice(0, half), entries.slice(half).reverse()];
    if (!drawn || sides.every((side) => sum(side) <= height)) break;
    if (attempts.length) row = rowOf(attempts.shift());
    else drawn -= 1;
  }
  const reach = Math.max(0, ...sides.flat().map((entry) => Math.max(...entry.rows.map((row) => widthAt(row.text, font, entry.hub)))));
  const across = Math.max(48, Math.min(360, width / 2 - reach - 22));
  const tops = sides.map((side) => {
    const spare = Math.min(64, (height - sum(side)) / Math.max(1, side.length));
    let y = -(sum(side) + spare * side.length) / 2;
    return side.map((entry) => {
      const middle = y + (entry.tall + spare) / 2;
      y += entry.tall + spare;
      return middle;
    });
  });
  const down = Math.max(narrow ? 350 : 240, ...tops.flat().map((y) => Math.abs(y) * 1.06 + 12));
  const nodes = new Map(), edges = [];
  const centre = wrapped(BODIES.label[body], Math.max(72, Math.min(220, 2 * across - 44)), 5, font + 1, true);
  nodes.set(body, { ...symbolOf(body), size: 15, font: font + 1, hub: 1, rows: centre.map((text) => ({ text })), focus: [0, 0] });
  sides.forEach((side, left) => side.forEach((entry, number) => {
    const y = Math.round(tops[left][number]), x = Math.round(across * Math.sqrt(1 - (y / down) ** 2)) * (left ? -1 : 1);
    nodes.set(entry.neighbour, { ...symbolOf(entry.neighbour), size: entry.size, font, hub: entry.hub ? 1 : 0, rows: entry.rows, side: left ? "left" : "right", focus: [x, y] });
    edges.push(...linesTo(body, entry.neighbour, entry.claims, edges.length, narrow ? 0.05 : 0.09));
  }));
  return { body, nodes, edges, extent: extentOf([...nodes.values()]), total: all.length, drawn };
}

// Left, top, width and height that hold every symbol and label, with a margin.
function extentOf(nodes) {
  const boxes = [...nodes.map((node) => boxOf(node)), ...nodes.map(({ focus: [x, y], size }) => ({ left: x - size, right: x + size, top: y - size, bottom: y + size }))];
  const [left, top] = [Math.min(...boxes.map((box) => box.left)) - 14, Math.min(...boxes.map((box) => box.top)) - 14];
  return [left, top, Math.max(...boxes.map((box) => box.right)) + 14 - left, Math.max(...boxes.map((box) => box.bottom)) + 14 - top];
}

const symbolOf = (body) => ({ id: body, label: BODIES.label[body], shape: DATA.families[BODIES.family[body]].shape, family: BODIES.family[body], ...(DATA.groups.includes(body) ? { dashed: 1 } : {}) });

// One line for each kind and direction, as on the map; what is stated counts, so inferred claims of a kind go with it.
function linesTo(body, neighbour, claims, first, spread) {
  const joined = new Map();
  for (const claim of claims) {
    const key = JSON.stringify([CLAIMS.kind[claim], CLAIMS.from[claim] === body, standingOf(claim) === "disputed"]);
    joined.set(key, [...(joined.get(key) ?? []), claim]);
  }
  return [...joined.values()].map((own, number) => ({
    id: first + number, from: CLAIMS.from[own[0]], to: CLAIMS.to[own[0]], claims: own,
    inferred: own.every((claim) => CLAIMS.inferred[claim]), disputed: standingOf(own[0]) === "disputed",
    // The same side for both directions would put one line on the other: the sign follows the direction.
    bend: { focus: (number - (joined.size - 1) / 2) * spread * (CLAIMS.from[own[0]] === body ? 1 : -1) },
  }));
}

// The whole drawing in the middle of the room that the panel leaves.
function fitFocus() {
  const { x, y, right } = roomFor(), [left, top, width, height] = focused.extent;
  const scale = Math.min(x / width, y / height, 1.6);
  network.moveTo({ position: { x: left + width / 2 + right / 2 / scale, y: top + height / 2 }, scale, animation: false });
}

// The labels stand outside, beside their symbols; that of the middle stands under it. Where the opening map is too small for its
// text, the text is drawn larger, the selected and the best connected first, and what finds no room waits until one zooms in.
function drawBeside(context) {
  const ink = inks(), lit = litUp(), radial = drawnView === "radial", own = new Set(symbolsOf(state.body));
  const grow = radial ? Math.max(1, opening.least / network.getScale()) : 1, small = grow > 1.01;
  labels = [];
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  context.strokeStyle = ink.page;
  context.lineWidth = 4 * grow;
  if (radial && !small) drawSectors(context);
  const shown = [...drawing(drawnView).nodes.values()].filter((node) => dots.get(node.id) && (!lit || lit.has(node.id) || radial));
  const weight = ({ id, hub, size }) => (own.has(id) || id === DATA.focus ? 200 : 0) + (lit?.has(id) ? 100 : 0) + (hub ? 50 : 0) + size;
  if (small) shown.sort((a, b) => weight(b) - weight(a));
  for (const node of shown) {
    const faded = lit && !lit.has(node.id), rows = rowsOf(node), font = node.font * grow, inside = node.side === "inside" && !small;
    const box = boxOf({ ...node, rows, ...(node.side === "inside" && small ? { side: null } : {}) }, grow);
    if (small && labels.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) continue;
    if (radial && isCut(box)) continue;
    labels.push({ id: node.id, size: font, ...box });
    const at = { left: ["right", box.right], right: ["left", box.left] }[node.side] ?? ["center", (box.left + box.right) / 2], x = at[1];
    context.textAlign = at[0];
    rows.forEach(({ text, quiet }, number) => {
      const base = box.top + font * (0.92 + LINE * number);
      context.font = `${node.hub && !quiet ? "bold " : ""}${quiet ? (node.verb ?? 12) * grow : font}px ${FACE}`;
      if (!inside) context.strokeText(text, x, base);
      context.fillStyle = inside && !faded ? ink.page : faded ? ink.line : quiet || (node.id !== DATA.focus && !own.has(node.id) && (node.members ?? [node.id]).every(bodyPale)) ? ink.muted : ink.text;
      context.fillText(text, x, base);
    });
  }
  drawRing(context);
  if (radial) drawWords(context);
  if (radial) drawCard(context);
}

// The box of a label, in the units of the drawing.
const widestOf = ({ font, verb, hub, rows }) => Math.max(0, ...rows.map(({ text, quiet }) => widthAt(text, quiet ? (verb ?? 12) : font, hub && !quiet)));
function boxOf(node, grow = 1) {
  const { radial, focus, size, font, side, rows, lift = 0 } = node, high = rows.length * font * grow * LINE, wide = widestOf(node) * grow;
  const [x, middle] = radial ?? focus, y = middle - lift;
  if (side === "inside") return { left: x - wide / 2, right: x + wide / 2, top: y - high / 2, bottom: y + high / 2 };
  const left = side === "left" ? x - size - 7 - wide : side ? x + size + 7 : x - wide / 2, top = side ? y - high / 2 : y + (node.id === DATA.focus ? 1.25 * size + 6 : size + 5);
  return { left, right: left + wide, top, bottom: top + high };
}

// What is drawn, in words, and the way back.
function showFocusBar() {
  const bar = byId("focus"), on = view() === "focus";
  const had = bar.contains(document.activeElement);
  bar.hidden = !on;
  byId("fit").textContent = on || view() === "radial" ? "Fit" : "Whole map";
  if (!on) {
    if (had) byId(byId("panel").hidden ? "find" : "panel").focus({ preventScroll: true });
    return;
  }
  if (state.to !== null) {
    byId("focus-note").textContent = routesInWords(focused);
    byId("focus-more").hidden = true;
    byId("status").textContent = "Drawn: " + byId("focus-note").textContent;
    return;
  }
  const { body, total, drawn } = focused, left = total - drawn, name = BODIES.label[body];
  const drawnNeighbours = drawn === 1 ? "its one neighbour" : left ? `the ${drawn} best connected of its ${total} neighbours` : `its ${total} neighbours`;
  const far = state.steps > 1 ? " What is farther away stands in the tables." : "";
  const text = total ? `${name} with ${drawnNeighbours}.${far}` : `${name}: it has no relationship${activeFilters.length ? " that passes the filters" : ""}.`;
  byId("focus-note").textContent = text;
  byId("focus-more").hidden = !left;
  byId("focus-more").textContent = `+ ${left} more in the table`;
  byId("status").textContent = "Drawn: " + text + (left ? ` ${left} more in the table.` : "");
}

function startFocus() {
  byId("focus-back").addEventListener("click", () => change({ focus: null, to: null, claims: null, body: state.body ?? state.focus }));
  // The table then shows the body and all its neighbours, nothing else.
  byId("focus-more").addEventListener("click", () => {
    change({ body: state.focus, claims: null, steps: 1 });
    byId("organisations").scrollIntoView({ block: "start" });
    byId("organisations").focus({ preventScroll: true });
  });
}
