// The map. vis-network draws symbols and lines at positions computed in Python; labels are drawn here, over both, with a
// halo in the page's colour. Nothing moves by itself.
let network = null, dots = null, lines = null, drawnView = null;
const DOTS = new Map(NETWORK.nodes.map((node) => [node.id, node]));
const FOLDED = new Map(NETWORK.nodes.flatMap((node) => (node.members || []).map((member) => [member, node.id])));
// What the view has drawn: the map as laid out in Python, or a drawing with labels beside its symbols: the opening map, or one body
// with its neighbours.
const drawing = (now = view()) => (now === "focus" ? focused : now === "radial" ? opening : null);
const nodeOf = (id) => (drawing()?.nodes ?? DOTS).get(id);
const edgesNow = () => drawing()?.edges ?? NETWORK.edges;
const inks = () => DATA.inks[dark.matches ? "dark" : "light"];

function startMap() {
  const holder = byId("map");
  if (!globalThis.vis || !NETWORK.nodes.length) return;
  holder.hidden = false;
  if (OPENINGS) chooseOpening();
  document.querySelector(".stage").classList.add("drawn");
  dots = new vis.DataSet();
  lines = new vis.DataSet();
  network = new vis.Network(holder, { nodes: dots, edges: lines }, {
    autoResize: true,
    physics: false,
    layout: { improvedLayout: false },
    interaction: { dragNodes: false, hover: false, keyboard: false, selectConnectedEdges: false, zoomView: false, hideEdgesOnDrag: NETWORK.edges.length > 2000 },
    nodes: { borderWidth: 1.8, borderWidthSelected: 3, shapeProperties: { interpolation: false } },
    edges: { width: 1.3, hoverWidth: 0, selectionWidth: 0, arrows: { to: { enabled: true, scaleFactor: 0.45, type: "vee" } }, smooth: false },
  });
  const canvas = holder.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", document.querySelector(".still-wide svg").getAttribute("aria-label") + ". The same in words stands in the tables below.");
  holder.querySelector(".vis-network").removeAttribute("tabindex");
  globalThis.highlights?.start();
  network.on("afterDrawing", drawLabels);
  network.on("click", clicked);
  // Without a modifier key the wheel scrolls the page, so that nobody is caught in the map.
  holder.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  holder.addEventListener("mousemove", (event) => {
    const box = holder.getBoundingClientRect();
    const found = hit({ x: event.clientX - box.left, y: event.clientY - box.top });
    holder.style.cursor = found && !found.ground ? "pointer" : "";
    // A symbol whose label finds no room, or not all of it, says its name when pointed at.
    holder.title = found && "dot" in found && !isNamed(found.dot) ? (nodeOf(found.dot).name ?? BODIES.label[found.dot]) : "";
  });
  byId("closer").addEventListener("click", () => zoom(1.3));
  byId("farther").addEventListener("click", () => zoom(1 / 1.3));
  byId("fit").addEventListener("click", () => {
    change({ camera: null });
    if (whole?.on) whole.fit();
    else fit();
  });
  network.on("dragEnd", moved);
  const unfold = byId("unfold");
  if (unfold) unfold.addEventListener("click", () => change({ unfolded: !state.unfolded, everything: Boolean(OPENINGS), focus: null }));
  for (const query of [phone, dark]) query.addEventListener("change", () => showMap());
  // The first size is known only once the page is laid out, and a window can change it later.
  new ResizeObserver(() => {
    if (drawing(drawnView) && holder.clientWidth) showMap();
    if (drawnView && !state.camera) fit();
  }).observe(holder);
  globalThis.startWhole?.();
  listeners.push(showMap);
}

function zoom(by) {
  if (whole?.on) return whole.zoom(by);
  network.moveTo({ scale: Math.min(4, Math.max(0.15, network.getScale() * by)), animation: false });
  moved();
}

// Where a person has moved the map to is part of the address.
function moved() {
  const { x, y } = network.getViewPosition();
  change({ camera: [x, y, network.getScale()] });
}

function fit() {
  const holder = byId("map");
  if (!holder.clientWidth) return; // not on the screen, as in print
  if (drawnView === "focus") return fitFocus();
  if (drawnView === "radial") return fitOpening();
  const [left, top, width, height] = DATA.extents[drawnView];
  const scale = Math.min(holder.clientWidth / width, holder.clientHeight / height, 1.6);
  network.moveTo({ position: { x: left + width / 2, y: top + height / 2 }, scale, animation: false });
  uncover();
}

// The part of the map that the panel leaves free, and how much the panel takes at the right and at the bottom.
function roomFor() {
  const panel = byId("panel"), holder = byId(whole?.on ? "whole" : "map"), over = !panel.hidden && getComputedStyle(panel).position === "absolute";
  const right = over && !phone.matches ? panel.offsetWidth : 0, low = over && phone.matches ? panel.offsetHeight : 0;
  return { x: holder.clientWidth - right, y: holder.clientHeight - low, right, low };
}

// What is selected must not stand under the panel: it comes into the part beside it, with what it touches if that fits.
function uncover() {
  if (byId("panel").hidden) return;
  const lit = litUp() ?? dots.getIds(), { x, y, right, low } = roomFor();
  const room = { x: x - 20, y: y - 20 };
  const places = [...lit].map((id) => nodeOf(id)?.[drawnView]).filter(Boolean);
  const own = placeOf(state.body);
  const fits = places.length ? around(places) : null;
  if (!fits && !own) return;
  const whole = network.getScale(), wanted = fits ? Math.min(whole, room.x / fits.width, room.y / fits.height) : 0;
  const all = wanted >= whole * 0.65, scale = all ? wanted : whole, centre = all || !own ? fits.centre : own;
  network.moveTo({ position: { x: centre.x + right / 2 / scale, y: centre.y + low / 2 / scale }, scale, animation: false });
}

// The box around some dots with room for their labels.
function around(places) {
  const xs = places.map(([x]) => x), ys = places.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs) - 75, Math.max(...xs) + 75, Math.min(...ys) - 30, Math.max(...ys) + 75];
  return { width: right - left, height: bottom - top, centre: { x: (left + right) / 2, y: (top + bottom) / 2 } };
}

const dotOf = (body) => (body === null ? null : nodeOf(body)?.[view()] ? body : ((view() === "radial" ? opening.counted : FOLDED).get(body) ?? body));
function placeOf(body) {
  const place = nodeOf(dotOf(body))?.[view()];
  return place ? { x: place[0], y: place[1] } : null;
}

// What stays in full colour: everything, what a filter or a question brings forward, or what is selected and what it touches.
function litUp() {
  if (view() === "focus" && state.to !== null) return null;
  if (!(state.fold !== null && view() !== "focus") && ((state.body === null && !state.claims) || (view() === "focus" && !state.claims) || (state.steps && state.to === null))) return forwardNow();
  const lit = new Set(), own = new Set(ownSymbols());
  const way = state.to === null ? null : new Set(routes(state.body, state.to).flatMap((hops) => hops.flatMap((hop) => hop.claims)));
  const chosen = way ?? (state.claims ? new Set(state.claims) : null);
  for (const id of own) lit.add(id);
  for (const edge of edgesNow()) {
    if (!(view() in edge.bend) || !edge.claims.some(claimShown)) continue;
    if (chosen ? edge.claims.some((claim) => chosen.has(claim)) : own.has(edge.from) || own.has(edge.to)) {
      lit.add(edge.from).add(edge.to).add("line " + edge.id);
    }
  }
  if (!way && view() === "radial") for (const id of own) for (const each of wayToFocus(id)) lit.add(each);
  return lit;
}

// What filters or a question bring forward: its symbols and lines, and those that join it to the focus; and what is selected.
function forwardNow() {
  const found = emphasis();
  if (!found) return null;
  const lit = new Set([...[...found.bodies].map(dotOf), ...symbolsOf(state.body), ...(view() === "focus" ? [focused.body] : [])]);
  for (const edge of edgesNow()) {
    if (view() in edge.bend && edge.claims.some((claim) => (found.claims.has(claim) || found.paths.has(claim)) && claimShown(claim))) lit.add(edge.from).add(edge.to).add("line " + edge.id);
  }
  return lit;
}

const shownDot = (node) => (node.members ? node.members.some(bodyShown) : bodyShown(node.id));

let shownKey = "";
function showMap() {
  const now = view();
  document.querySelector(".stage").classList.toggle("focused", now === "focus");
  document.querySelector(".stage").classList.toggle("opening", now === "radial");
  if (OPENINGS) chooseOpening();
  if (whole?.draw(now !== "focus" && now !== "radial")) {
    shownKey = "";
    return showFocusBar();
  }
  sizeOpening(now === "radial");
  const around = now === "focus", room = around || now === "radial" ? roomFor() : null;
  const key = JSON.stringify([{ ...state, camera: null, step: null }, now, dark.matches, room]);
  if (key === shownKey) return;
  shownKey = key;
  if (around) focused = state.to === null ? drawAround(state.focus, room) : drawRoutes(state.body, state.to, room);
  showFocusBar();
  const ink = inks(), lit = litUp();
  const looks = DATA.families.map((family) => (dark.matches ? family.dark : family.light));
  drawnView = now;
  const shown = around ? [...focused.nodes.values()] : now === "radial" ? shownInOpening() : NETWORK.nodes.filter((node) => node[now] && (shownDot(node) || node.id === dotOf(state.body)));
  const shownIds = new Set(shown.map((node) => node.id));
  const own = new Set(ownSymbols()), chosenFirst = state.body === null && !state.claims ? emphasis() : null;
  byId("map").classList.toggle("taller", now === "unfolded" || now === "wide");
  // vis-network draws after every change of what it holds: here all of them are drawn at once.
  network.body.emitter.emit("_blockRedraw");
  dots.clear();
  lines.clear();
  dots.add(shown.map((node) => {
    const faded = lit && !lit.has(node.id), chosen = own.has(node.id), fill = looks[node.family] ?? ink.page;
    const members = node.members ?? [node.id], over = node.id !== DATA.focus && members.every(bodyPale), open = over && members.every(bodyUnsure), border = faded ? ink.faded : chosen ? ink.accent : over ? ink.line : ink.outline;
    const look = {
      id: node.id, x: node[now][0], y: node[now][1], fixed: true, shape: node.shape, size: node.size, borderWidth: chosen ? 3.5 : 1.8,
      shapeProperties: { borderDashes: node.dashed ? [4, 3] : false },
      color: { background: faded || open ? ink.page : over ? ink.rule : fill, border, highlight: { background: fill, border } },
    };
    // The focus of the opening map, its name within.
    if (node.side === "inside" && !faded) look.color = { background: ink.outline, border: chosen ? ink.accent : ink.outline, highlight: { background: ink.outline, border } };
    return globalThis.highlights?.dot(look, faded) ?? look;
  }));
  lines.add(edgesNow().filter((edge) => now in edge.bend && shownIds.has(edge.from) && shownIds.has(edge.to) && edge.claims.some(claimShown)).map((edge) => {
    const bend = edge.bend[now], faded = lit && !lit.has("line " + edge.id);
    const then = lineStatus(edge), changed = CHANGED.includes(then);
    const over = edge.claims.filter(claimShown).every(claimOver) && !changed && !edge.disputed;
    const first = chosenFirst && !faded && edge.claims.some((claim) => chosenFirst.claims.has(claim)), path = chosenFirst && !faded && !first;
    const quietCross = edge.cross && !lit?.has("line " + edge.id) && !state.steps;
    const font = { size: 12, face: "Arial, Helvetica, sans-serif", color: ink.text, strokeWidth: 4, strokeColor: ink.page, align: "middle" };
    const look = {
      id: edge.id, from: edge.from, to: edge.to, dashes: then === "ended" || then === "gone" ? [8, 3, 2, 3] : then === "unknown" ? [1.5, 4] : edge.inferred ? [6, 4] : false,
      width: faded || quietCross || (over && !lit) ? 1 : changed ? 3 : path ? 1.6 : lit ? 2.4 : edge.disputed ? 2.4 : state.date && then === "yes" ? 2.2 : edge.width || 1.3,
      color: { color: quietCross ? ink.rule : faded || (over && !lit) ? ink.faded : then === "new" ? ink.fresh : then === "changed" ? ink.link : then === "ended" || then === "gone" ? ink.past : edge.disputed ? ink.accent : first ? ink.outline : ink.line, inherit: false },
      ...(changed && !faded ? (now === "radial" ? { word: then } : { label: then, font }) : {}),
      smooth: bend ? { enabled: true, type: bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.abs(bend) } : false,
    };
    return globalThis.highlights?.line(look, edge, lit) ?? look;
  }));
  network.unselectAll();
  network.body.emitter.emit("_allowRedraw");
  if (state.camera) network.moveTo({ position: { x: state.camera[0], y: state.camera[1] }, scale: state.camera[2], animation: false });
  else fit();
  network.redraw();
  if (phone.matches && opensInPlace()) requestAnimationFrame(bringCardIntoSight);
  const unfold = byId("unfold");
  if (unfold) unfold.setAttribute("aria-pressed", String(state.unfolded));
}

// The map comes into sight; on a phone with the panel, which then stands below it.
function bringIntoSight() {
  const parts = phone.matches && !byId("panel").hidden ? [byId("caption"), byId("focus"), document.querySelector(".stage")] : [document.querySelector(".explorer")];
  parts.find((part) => part && !part.hidden).scrollIntoView({ block: "start" });
}

const FACE = "Arial, Helvetica, 'Liberation Sans', sans-serif";
const LINE = 1.22; // line height of a label, as in the layout
const labelOf = (node) => (phone.matches ? node.short || node.label : node.label).split("\n");
const fontOf = (node) => (phone.matches ? DATA.tall_font : node.font);

// The labels on the map as boxes. None is smaller than LEAST pixels on the screen: where the map is too small for that,
// they are drawn larger, the selected and the best connected first, below the symbol or else above it, and what finds no
// room waits until one zooms in.
const LEAST = 12, widths = new Map();
let labels = [];

function widthOf(context, node) {
  const text = labelOf(node), key = node.id + text.join();
  if (!widths.has(key)) {
    context.font = (node.hub ? "bold " : "") + "100px " + FACE;
    widths.set(key, Math.max(...text.map((line) => context.measureText(line).width)) / 100);
  }
  return widths.get(key);
}

// The part of the map that is seen beside the panel, in which labels stand whole; null where a person has moved the map.
function seenPart() {
  if (state.camera) return null;
  const { x, y } = roomFor(), [start, end] = [{ x: 1, y: 1 }, { x: x - 1, y: y - 1 }].map((at) => network.DOMtoCanvas(at));
  return { left: start.x, top: start.y, right: end.x, bottom: end.y };
}

function placeLabels(context) {
  const lit = litUp(), least = LEAST / network.getScale(), selected = dotOf(state.body), ids = dots.getIds();
  const weight = (node) => (node.id === selected ? 200 : 0) + (node.hub ? 100 : 0) + node.size;
  const nodes = ids.filter((id) => !lit || lit.has(id)).map((id) => DOTS.get(id));
  const small = nodes.some((node) => fontOf(node) < least);
  if (small) nodes.sort((a, b) => weight(b) - weight(a));
  const [west, north, across] = DATA.extents[drawnView], seen = seenPart();
  const symbols = ids.map((id) => DOTS.get(id)).map((node) => {
    const [x, y] = node[drawnView];
    return { id: node.id, left: x - node.size, right: x + node.size, top: y - node.size, bottom: y + node.size };
  });
  labels = [];
  for (const node of nodes) {
    const [x, y] = node[drawnView], size = Math.max(fontOf(node), least), half = widthOf(context, node) * size / 2 + 1;
    const middle = small ? Math.max(west + half, Math.min(x, west + across - half)) : x;
    const height = labelOf(node).length * size * LINE, reach = node.size + (node.gap ?? 5), own = node.place?.[drawnView] ?? "below";
    // The layout's place comes first; the others are tried where labels are drawn larger than it knew.
    const boxes = [own, "below", "above", "right", "left"].map((place) => {
      const side = place === "right" ? 1 : place === "left" ? -1 : 0, centre = side ? x + side * (reach + half - 1) : middle;
      const top = side ? y - height / 2 : place === "below" ? y + reach : y - reach - height;
      return { id: node.id, size, side, left: centre - half, right: centre + half, top, bottom: top + height };
    });
    const free = (box) => {
      const meets = (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      const hides = (symbol) => symbol.id !== node.id && !node.hub && node.id !== selected && meets(symbol);
      return box.top >= north && isWhole(box) && !(labels.some(meets) || symbols.some(hides));
    };
    const isWhole = (box) => !seen || (box.left >= seen.left && box.right <= seen.right && box.top >= seen.top && box.bottom <= seen.bottom);
    const box = small || !isWhole(boxes[0]) ? boxes.find(free) : boxes[0];
    if (box) labels.push(box);
  }
  drawRegions(context, least, [...labels, ...symbols]);
}

// The names of parts of the map, where no label or symbol of this moment is in the way.
function drawRegions(context, least, taken) {
  const size = Math.max(13, least);
  context.font = `italic ${size}px ${FACE}`;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = inks().muted;
  for (const { label, at: [x, y] } of DATA.regions?.[drawnView] ?? []) {
    const right = x + context.measureText(label).width, top = y - 0.8 * size, bottom = y + 0.42 * size;
    if (!taken.some((box) => x < box.right && box.left < right && top < box.bottom && box.top < bottom)) context.fillText(label, x, y);
  }
}

function drawLabels(context) {
  if (drawing(drawnView)) return drawBeside(context);
  const ink = inks();
  placeLabels(context);
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  context.strokeStyle = ink.page;
  for (const { id, size, side, left, right, top } of labels) {
    const node = DOTS.get(id), x = side > 0 ? left + 1 : side < 0 ? right - 1 : (left + right) / 2;
    context.textAlign = side > 0 ? "left" : side < 0 ? "right" : "center";
    context.fillStyle = id !== DATA.focus && (node.members ?? [id]).every(bodyPale) ? ink.muted : ink.text;
    context.font = (node.hub ? "bold " : "") + size + "px " + FACE;
    context.lineWidth = size * 0.3;
    labelOf(node).forEach((text, number) => {
      const base = top + size * (0.8 + LINE * number);
      context.strokeText(text, x, base);
      context.fillText(text, x, base);
    });
  }
  drawRing(context);
}

// The body that the map is about has a ring.
function drawRing(context) {
  const node = globalThis.highlights || DATA.focus === null ? null : nodeOf(DATA.focus), at = node?.[drawnView], lit = litUp();
  if (!at || node.side === "inside" || !dots.get(node.id)) return;
  context.strokeStyle = lit && !lit.has(node.id) ? inks().faded : inks().outline;
  context.lineWidth = 2.2;
  context.beginPath();
  context.arc(...at, 1.25 * node.size + 3, 0, 2 * Math.PI);
  context.stroke();
}

// Whether a label with the whole name stands on the map.
const isNamed = (id) => labels.some((label) => label.id === id) && !(drawing(drawnView) ? rowsOf(nodeOf(id)).map(({ text }) => text) : labelOf(nodeOf(id))).some((text) => text.endsWith("…"));

// The dot whose symbol or label is at a point of the page, else the line there.
function hit(dom) {
  const own = hitCard(dom);
  if (own) return own;
  const point = network.DOMtoCanvas(dom);
  const found = network.getNodeAt(dom);
  if (found !== undefined) return { dot: found };
  const label = labels.find(({ left, right, top, bottom }) => left < point.x && point.x < right && top < point.y && point.y < bottom);
  if (label) return { dot: label.id };
  const line = network.getEdgeAt(dom);
  return line === undefined ? null : { line };
}

function clicked(event) {
  const found = hit(event.pointer.DOM);
  if (found?.ground) return;
  if (!found || found.close) return select({ body: view() === "focus" ? (state.focus ?? state.body) : null });
  if ("member" in found) return select({ body: found.member });
  if ("line" in found) return select({ claims: edgesNow()[found.line].claims.filter(claimShown) });
  const node = nodeOf(found.dot);
  if (node.members?.length === 1) select({ body: node.members[0] });
  else if (node.members) select({ fold: found.dot === openedNode()?.id ? null : found.dot });
  else select({ body: found.dot });
}
