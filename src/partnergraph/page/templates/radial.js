// The opening map: the focus in the middle, its partners around it, what stands behind them farther out. It is laid out in
// Python, for wide, medium and narrow windows. Links across it are drawn when one of their ends is selected; a counted
// symbol opens in place.
// Numbers of the counted symbols, below 0: one that stands for the same bodies behind the same partner has one number in every
// drawing.
const COUNTED = [];
const OPENINGS = NETWORK.radial ? Object.fromEntries(["wide", "medium", "tall"].filter((size) => NETWORK.radial[size]).map((size) => [size, readOpening(NETWORK.radial[size])])) : null;
const CARD = { font: 13, row: 25, pad: 10, head: 34, gap: 12, column: 236 }; // pixels of the screen
const MAX_OPENED = 90; // members that open on the map
const MIN_HEIGHT = 440; // of the map in a wide window, in pixels: the panel stands beside it
let opening = OPENINGS?.wide ?? null; // the drawing in use
let card = null; // the members of the opened symbol as they stand on the screen: boxes in pixels of the map

function countedId({ id, parent, members }) {
  if (id >= 0) return id;
  const key = JSON.stringify([parent, members]), at = COUNTED.indexOf(key);
  return at < 0 ? -COUNTED.push(key) : -1 - at;
}

function readOpening({ extent, nodes, edges, regions }) {
  const ids = new Map(nodes.map((node) => [node.id, countedId(node)]));
  nodes = nodes.map((node) => ({ ...node, id: ids.get(node.id) }));
  edges = edges.map((edge) => ({ ...edge, from: ids.get(edge.from), to: ids.get(edge.to) }));
  const nameOf = ({ rows }) => rows.filter(({ quiet }) => !quiet).map(({ text }) => text).join(" ");
  const fonts = [...nodes.flatMap(({ font, verb, rows }) => (rows.some(({ quiet }) => quiet) ? [font, verb ?? 12] : [font])), ...regions.map(({ font }) => font ?? 13)];
  return {
    extent, regions,
    nodes: new Map(nodes.map((node) => [node.id, { ...node, radial: node.at, ...(node.members ? { name: node.name ?? nameOf(node) } : {}) }])),
    edges: edges.map((edge, id) => ({ ...edge, id, bend: { radial: edge.bend } })),
    claims: new Set(edges.flatMap(({ claims }) => claims)),
    counted: new Map(nodes.flatMap(({ id, members = [] }) => members.map((member) => [member, id]))),
    least: LEAST / Math.min(...fonts), // the scale at which its smallest text is legible
  };
}

// The widest drawing whose text is legible in so many pixels.
const openingFor = (width) => Object.values(OPENINGS).find((drawing) => (drawing !== OPENINGS.wide || !phone.matches) && width / drawing.extent[2] >= drawing.least - 0.005) ?? OPENINGS.tall;
// Beside an open panel the map stays whole: a narrower drawing, each partner on its side and in its place in the order. Where a
// person has moved one drawing to means nothing in another.
function chooseOpening() {
  const before = opening;
  if (byId("map").clientWidth) opening = openingFor(roomFor().x);
  if (opening !== before && drawnView === "radial") state.camera = null;
}
// The drawing that stands beside the panel of what is selected. A hidden panel has no width: it is shown to be measured.
function openingBeside() {
  const panel = byId("panel"), was = panel.hidden;
  panel.hidden = false;
  const { x } = roomFor();
  panel.hidden = was;
  return x > 0 ? openingFor(x) : opening;
}

// A small drawing is enlarged; beside the panel no further than without it.
const largestScale = () => (byId("panel").hidden || phone.matches ? 1.6 : Math.max(1, Math.min(1.6, byId("map").clientWidth / openingFor(byId("map").clientWidth).extent[2])));

// A drawing may be higher than the map is: then the page scrolls, not the map. Of a low one the map is lower, but no lower
// beside the panel than without it. With the panel below it, it has its own height.
function sizeOpening(on) {
  const holder = byId("map");
  holder.style.height = "";
  if (!on || !holder.clientWidth || (phone.matches && !byId("panel").hidden)) return;
  const own = holder.clientHeight, heightOf = (drawing, across) => {
    const [, , width, height] = drawing.extent, { top, bottom } = innerBox(drawing);
    const needed = Math.round(height * Math.max(drawing.least, Math.min(across / width, drawing === OPENINGS.tall ? 1.15 : 1)));
    return needed > own || drawing === OPENINGS.tall ? needed : Math.min(own, Math.max(MIN_HEIGHT, Math.round((bottom - top) * Math.min(across / width, largestScale())) + 48));
  };
  const height = Math.max(heightOf(opening, roomFor().x), heightOf(openingFor(holder.clientWidth), holder.clientWidth));
  if (height !== own) holder.style.height = height + "px";
}

const isOpeningOn = () => Boolean(OPENINGS) && !state.everything && (phone.matches || !state.unfolded);
// A body that the opening map shows well: with a symbol of its own and all its claims. Beside the panel a counted symbol may
// hold it, which then has its name.
function isInOpening(body) {
  const beside = openingBeside(), hasClaims = ({ claims }) => AROUND[body].every((claim) => claims.has(claim));
  const isAlone = (drawing) => drawing.nodes.has(body) && hasClaims(drawing);
  return isAlone(beside) || (beside.counted.has(body) && hasClaims(beside) && isAlone(openingFor(byId("map").clientWidth || opening.extent[2])));
}
// A counted symbol by its number, of whatever drawing.
const countedNode = (id) => opening?.nodes.get(id) ?? Object.values(OPENINGS ?? {}).map(({ nodes }) => nodes.get(id)).find(Boolean);
// The symbols of what is selected; of a counted symbol that this drawing does not have, those that stand for its members.
function ownSymbols() {
  if (state.fold === null || view() !== "radial") return state.fold === null ? symbolsOf(state.body) : [state.fold];
  const { parent, members } = countedNode(state.fold);
  return opening.nodes.has(state.fold) ? [state.fold] : [...opening.nodes.values()].filter((node) => node.parent === parent && (node.members ?? [node.id]).some((body) => members.includes(body))).map(({ id }) => id);
}
// The symbols that stand for a body: its own, and those of its further places; else the counted ones that hold it.
const symbolsOf = (body) => (view() === "radial" && body !== null ? [...opening.nodes.values()].filter(({ id, members }) => id === body || (members?.includes(body) && (members.length === 1 || !opening.nodes.has(body)))).map(({ id }) => id) : body === null ? [] : [dotOf(body)]);

// The members of a counted symbol that are shown, but for those to whom none of its lines now leads.
let onMap = null; // by number of the symbol, for this drawing and state
function membersShown(node) {
  if (onMap?.drawing !== opening) onMap = { drawing: opening, members: new Map() };
  if (!onMap.members.has(node.id)) {
    const claims = opening.edges.filter(({ from, to }) => from === node.id || to === node.id).flatMap((edge) => edge.claims);
    const endsOf = (own) => new Set(own.flatMap((claim) => [CLAIMS.from[claim], CLAIMS.to[claim]])), all = endsOf(claims), now = endsOf(claims.filter(claimShown));
    onMap.members.set(node.id, node.members.filter((body) => bodyShown(body) && (now.has(body) || !all.has(body))));
  }
  return onMap.members.get(node.id);
}

// The symbols that lines now lead to, from the middle outwards.
function shownInOpening() {
  const lines = opening.edges.filter((edge) => (!edge.cross || state.steps) && edge.claims.some(claimShown));
  const shown = new Set([DATA.focus, dotOf(state.body)].filter((id) => opening.nodes.has(id)));
  for (let grown = true; grown; ) {
    const before = shown.size;
    for (const { from, to } of lines) if (shown.has(from) || shown.has(to)) shown.add(from).add(to);
    grown = shown.size > before;
  }
  return [...opening.nodes.values()].filter((node) => shown.has(node.id));
}

// The symbols and lines from a symbol to the focus.
function wayToFocus(id) {
  const way = [], parent = opening.nodes.get(id)?.parent ?? DATA.focus;
  if (id === DATA.focus || !opening.nodes.has(id)) return way;
  for (const { id: line, from, to, cross } of opening.edges) if (!cross && [id, parent].every((end) => end === from || end === to)) way.push("line " + line);
  return [parent, ...way, ...wayToFocus(parent)];
}

// When the last of these claims ended, if all are over by the day of reading; at a chosen date, that none surely held.
function endOf(claims) {
  if (state.date && claims.length && claims.every((claim) => status(claim) === "unknown")) return "not known then";
  if (!claims.length || !claims.every(claimOver)) return "";
  const [earliest, latest] = claims.map((claim) => CLAIMS.end[claim]).reduce((a, b) => (b[1] > a[1] ? b : a));
  return `ended ${earliest?.slice(0, 4) === latest.slice(0, 4) ? "" : "by "}${latest.slice(0, 4)}`;
}

// What is not known of a day is told without the time of its verb.
const withEnd = (words, end) => `${end === "not known then" ? words.replace(/^(is|are|was|were) (?!or )/, "") : words}, ${end}`;

// From a label's inner end to the edge of the drawing: every row has a height of its own, outward of it stands nothing.
function roomOutward({ radial: [x], side, size }) {
  const [left, , width] = opening.extent;
  return (side === "left" ? x - left : left + width - x) - size - 15;
}

// The rows beside a symbol: what ended says so in the quiet row; a counted symbol names the selected body that it holds.
function rowsOf(node) {
  if (drawnView !== "radial") return node.rows;
  if (state.body !== null && node.members?.length > 1 && node.members.includes(state.body) && !opening.nodes.has(state.body)) {
    const rest = node.members.length - 1, loud = node.rows.filter(({ quiet }) => !quiet);
    const texts = wrapped(`${BODIES.label[state.body]} and ${rest} ${rest === 1 ? "other" : "others"}`, roomOutward(node), loud.length, node.font, false);
    return [...node.rows.filter(({ quiet }) => quiet), ...texts.map((text) => ({ text, quiet: 0 }))];
  }
  const some = node.members?.length > 1 ? membersShown(node).length : 0;
  if (some && some < node.members.length) {
    // The number is never what is cut; the only one has its name.
    const loud = node.rows.filter(({ quiet }) => !quiet), room = roomOutward(node), number = `: ${some} shown`;
    const texts = some === 1 ? wrapped(BODIES.label[membersShown(node)[0]], room, loud.length, node.font, node.hub) : [...loud.slice(0, -1).map(({ text }) => text), wrapped(loud.at(-1).text, room - widthAt(number, node.font, node.hub), 1, node.font, node.hub)[0] + number];
    return [...node.rows.filter(({ quiet }) => quiet), ...texts.map((text) => ({ text, quiet: 0 }))];
  }
  const verbs = node.rows.some(({ quiet }) => quiet);
  if (!verbs && (node.ring !== 1 || node.members)) return node.rows;
  const ties = opening.edges.filter(({ from, to, cross }) => !cross && (from === node.id || to === node.id) && [node.parent ?? DATA.focus, DATA.focus].some((id) => id === from || id === to));
  const shown = ties.flatMap(({ claims }) => claims).filter(claimShown), end = endOf(shown);
  if (!end) return node.rows;
  if (!verbs) {
    // The verb stands in the heading.
    const longer = `${node.rows.at(-1).text}, ${end}`;
    return widthAt(longer, node.font, node.hub) <= roomOutward(node) ? [...node.rows.slice(0, -1), { ...node.rows.at(-1), text: longer }] : node.rows;
  }
  const last = node.rows.findLastIndex(({ quiet }) => quiet), words = node.rows[last].text, longer = withEnd(shown.every(claimOver) ? inThePast(words) : words, end);
  return node.rows.map((row, number) => (number === last ? { ...row, text: widthAt(longer, node.verb ?? 12, false) <= roomOutward(node) ? longer : end } : row));
}

// The whole drawing, beside the panel too; above it, where it would be too small to be read, what is selected.
function fitOpening() {
  const { x, y, right, low } = roomFor(), [left, , width] = opening.extent, { top, bottom } = innerBox(), height = Math.min(bottom - top + 20, opening.extent[3]);
  const scale = Math.min(x / width, y / height, largestScale()), lit = litUp();
  if (opensInPlace() && byId("panel").hidden) return fitCard(Math.max(scale, phone.matches ? opening.least : 0));
  if (byId("panel").hidden || !lit || scale >= opening.least - 0.005) {
    const shown = Math.max(scale, phone.matches ? opening.least : 0);
    return network.moveTo({ position: { x: left + width / 2 + right / 2 / shown, y: (top + bottom) / 2 + low / 2 / shown }, scale: shown, animation: false });
  }
  const boxes = [...lit].map((id) => opening.nodes.get(id)).filter(Boolean).flatMap((node) => [boxOf(node), symbolBox(node)]);
  const chosen = opening.nodes.get(dotOf(state.body)), [own] = chosen ? [hullOf([boxOf(chosen), symbolBox(chosen)])].map(({ left, right, top, bottom }) => ({ x: (left + right) / 2, y: (top + bottom) / 2 })) : [null];
  if (!boxes.length && !own) return;
  const box = boxes.length ? hullOf(boxes) : null;
  const wanted = box ? Math.min((x - 20) / (box.right - box.left), (y - 20) / (box.bottom - box.top)) : 0, least = Math.min(1, opening.least);
  const near = Math.max(least, Math.min(Math.max(scale, least), wanted)), all = wanted >= near || !own;
  const centre = all ? { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 } : own;
  // Nothing beyond the drawing is shown while some of it is hidden at the other side.
  const within = (at, start, end, room) => (end - start <= room / near ? (start + end) / 2 : Math.max(start + room / 2 / near, Math.min(end - room / 2 / near, at)));
  centre.x = within(centre.x, left, left + width, x);
  centre.y = within(centre.y, top - 12, bottom + 12, y);
  network.moveTo({ position: { x: centre.x + right / 2 / near, y: centre.y + low / 2 / near }, scale: near, animation: false });
}

// The opened symbol where it is, or as far to the side as its members need.
function fitCard(scale) {
  const node = openedNode(), { width, room } = columnsOf(node), [left, , across] = opening.extent, { top, bottom } = innerBox(), reach = node.size * scale + 10;
  const middle = left + across / 2, x = (node.radial[0] - middle) * scale + room.x / 2, side = Math.sign(node.radial[0]) || 1;
  const over = Math.max(0, width + reach + 8 - (side > 0 ? room.x - x : x)), away = phone.matches ? 0 : Math.min(over, room.x - width - reach - 40);
  network.moveTo({ position: { x: middle + (side * Math.max(0, away)) / scale, y: (top + bottom) / 2 }, scale, animation: false });
}

// What is drawn at all, without the empty margin around it.
function innerBox(drawing = opening) {
  const headings = drawing.regions.map(({ at: [x, y], font = 13 }) => ({ left: x, right: x, top: y - font / 2, bottom: y + font / 2 }));
  return (drawing.inner ??= hullOf([...[...drawing.nodes.values()].flatMap((node) => [boxOf(node), symbolBox(node)]), ...headings]));
}

const symbolBox = ({ radial: [x, y], size }) => ({ left: x - size, right: x + size, top: y - size, bottom: y + size });
const hullOf = (boxes) => ({
  left: Math.min(...boxes.map(({ left }) => left)), right: Math.max(...boxes.map(({ right }) => right)),
  top: Math.min(...boxes.map(({ top }) => top)), bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
});

// The partners under the heading of a region, which may stand in several lines: down to the next heading on that side.
function partnersOf(region) {
  const { align, at: [, y], font = 13 } = region, side = align === "right" ? "left" : "right";
  const next = opening.regions.filter((other) => other.align === align).map((other) => other.at[1]).sort((a, b) => a - b).reduce((last, at) => (at > last.y && last.end === Infinity ? (at - last.y < 1.6 * font ? { y: at, end: Infinity } : { y: last.y, end: at }) : last), { y, end: Infinity }).end;
  return [...opening.nodes.values()].filter((node) => node.ring === 1 && node.side === side && y < node.radial[1] && node.radial[1] < next);
}

// The heading of a region with the verb of its partners, in the past where all of that is over.
function headingOf(region) {
  const [, start, verb] = /^(.*: )(.+)$/.exec(region.label) ?? [], partners = verb ? partnersOf(region) : [];
  const claims = partners.map(({ id }) => opening.edges.filter(({ from, to, cross }) => !cross && [from, to].includes(id) && [from, to].includes(DATA.focus)).flatMap((edge) => edge.claims).filter(claimShown));
  return claims.length && claims.every((own) => own.length && own.every(claimOver)) ? start + inThePast(verb) : region.label;
}

// Where the heading of a region stands: as far above the first of its partners that is drawn as above the first of all.
function placeOfHeading(region) {
  const [first, ...rest] = partnersOf(region).sort((a, b) => a.radial[1] - b.radial[1]), drawn = [first, ...rest].find(({ id }) => dots.get(id));
  const topOf = (node) => Math.min(boxOf(node).top, symbolBox(node).top), [x, y] = region.at;
  return [x + drawn.radial[0] - first.radial[0], y + topOf(drawn) - topOf(first)];
}

// The names of the regions; a region of which nothing is drawn has none.
function drawSectors(context) {
  const least = LEAST / network.getScale();
  context.fillStyle = inks().muted;
  context.textBaseline = "middle";
  for (const region of opening.regions.filter((region) => partnersOf(region).some(({ id }) => dots.get(id)))) {
    const { align, font } = region, [x, y] = placeOfHeading(region), label = headingOf(region), size = Math.max(font ?? 13, least);
    if (isCut({ top: y - size / 2, bottom: y + size / 2 })) continue;
    context.font = `bold ${size}px ${FACE}`;
    context.textAlign = align;
    context.strokeText(label, x, y);
    context.fillText(label, x, y);
  }
  context.textBaseline = "alphabetic";
}

// Where the map is lower than the drawing, no text is cut by its upper or lower side; a person may move it anywhere.
const isCut = ({ top, bottom }) => !state.camera && (network.canvasToDOM({ x: 0, y: top }).y < 0 || network.canvasToDOM({ x: 0, y: bottom }).y > byId("map").clientHeight);

// What became of a line, in a word: near its outer end, where the lines of a fan are apart.
function drawWords(context) {
  const ink = inks(), size = Math.max(12, LEAST / network.getScale());
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${size}px ${FACE}`;
  context.fillStyle = ink.text;
  for (const { id, from, to, word } of lines.get({ filter: (line) => line.word })) {
    const [inner, outer] = [from, to].map((end) => opening.nodes.get(end).ring), share = inner === outer ? 0.5 : Math.max(inner, outer) === 2 ? 0.8 : 0.62;
    const { x, y } = network.body.edges[id].edgeType.getPoint(inner > outer ? 1 - share : share);
    context.strokeText(word, x, y);
    context.fillText(word, x, y);
  }
  context.textBaseline = "alphabetic";
}

// The members of a counted symbol in columns for the room that there is; null where they do not fit.
function columnsOf(node) {
  if (node.members.length > MAX_OPENED) return null;
  const room = roomFor(), members = byName(membersShown(node)), width = Math.min(CARD.column, room.x - 16 - 2 * CARD.pad);
  const entries = members.map((body) => ({ body, texts: wrapped(BODIES.label[body], width - 24, 2, CARD.font, false) }));
  const most = Math.min(room.y - 16, 560), tall = ({ texts }) => CARD.row + (texts.length - 1) * CARD.font * LINE;
  for (let count = 1; count * (width + CARD.gap) - CARD.gap + 2 * CARD.pad <= room.x - 16; count++) {
    const share = Math.ceil(entries.length / count), columns = Array.from({ length: count }, (_, number) => entries.slice(number * share, (number + 1) * share));
    const across = count * (width + CARD.gap) - CARD.gap + 2 * CARD.pad, title = wrapped(node.name + (members.length < node.members.length ? `: ${members.length} shown` : ""), across - 2 * CARD.pad - 34, 4, 14, true);
    const head = CARD.head + (title.length - 1) * 17, height = head + CARD.pad + Math.max(...columns.map((column) => column.reduce((sum, entry) => sum + tall(entry), 0)));
    if (height <= most) return { columns, tall, room, column: width, height, title, head, width: across };
  }
  return null;
}

const openedNode = () => (state.fold !== null && view() === "radial" ? opening.nodes.get(state.fold) : null);
// Whether what is chosen opens on the map itself: then the panel need not list it.
const opensInPlace = () => Boolean(openedNode() && columnsOf(openedNode()));

function placeCard() {
  const node = openedNode(), fitting = node && columnsOf(node);
  if (!fitting || (state.body === null && !byId("panel").hidden)) return null; // the panel lists them
  const { columns, tall, room, column, width, height, title, head } = fitting, scale = network.getScale();
  const { x, y } = network.canvasToDOM({ x: node.radial[0], y: node.radial[1] }), reach = node.size * scale + 10;
  const outward = node.radial[0] >= 0 ? x + reach : x - reach - width, inward = node.radial[0] >= 0 ? x - reach - width : x + reach;
  const fits = (at) => at >= 8 && at + width <= room.x - 8;
  const beside = [outward, inward].find(fits), left = beside ?? Math.max(8, Math.min(outward, room.x - 8 - width));
  // Where there is no room at the side, it stands below or above.
  const wanted = beside !== undefined ? y - height / 2 : y + reach + height <= room.y - 8 ? y + reach : y - reach - height;
  const top = Math.max(8, Math.min(wanted, room.y - 8 - height));
  const rows = columns.flatMap((entries, number) => {
    let at = top + head;
    return entries.map((entry) => {
      const row = { ...entry, left: left + CARD.pad + number * (column + CARD.gap), top: at, width: column, height: tall(entry) };
      at += row.height;
      return row;
    });
  });
  // The line to it begins at the rim of the symbol.
  const to = { x: Math.max(left, Math.min(x, left + width)), y: Math.max(top + 12, Math.min(y, top + height - 12)) };
  const away = Math.hypot(to.x - x, to.y - y) || 1, share = Math.min(1, (reach - 10) / away);
  return { node, title, head, left, top, width, height, rows, from: { x: x + (to.x - x) * share, y: y + (to.y - y) * share }, to };
}

// The opened symbol: its members beside it, over what is faded behind; in pixels of the screen, whatever the scale.
function drawCard(context) {
  card = placeCard();
  if (!card) return;
  const ink = inks(), looks = DATA.families, { title, left, top, width, height, rows, from, to } = card, ratio = context.canvas.width / context.canvas.clientWidth;
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.strokeStyle = ink.outline;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.fillStyle = ink.page;
  context.beginPath();
  context.roundRect(left, top, width, height, 8);
  context.fill();
  context.stroke();
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = ink.text;
  context.font = `bold 14px ${FACE}`;
  title.forEach((text, number) => context.fillText(text, left + CARD.pad, top + 22 + number * 17));
  context.font = `18px ${FACE}`;
  context.fillText("×", left + width - 22, top + 23);
  for (const row of rows) {
    const over = bodyPale(row.body), family = looks[BODIES.family[row.body]], middle = row.top + CARD.row / 2;
    context.fillStyle = over ? ink.rule : dark.matches ? family.dark : family.light;
    context.strokeStyle = over ? ink.line : ink.outline;
    const path = symbolPath(family.shape, row.left + 8, middle, 6);
    context.fill(path);
    context.stroke(path);
    context.fillStyle = over ? ink.muted : ink.text;
    context.font = `${CARD.font}px ${FACE}`;
    row.texts.forEach((text, number) => context.fillText(text, row.left + 22, middle + 4.5 + number * CARD.font * LINE));
  }
  context.restore();
}

// On a phone the page scrolls until the opened symbol is seen whole.
function bringCardIntoSight() {
  const map = byId("map").getBoundingClientRect(), box = placeCard();
  if (box) scrollBy(0, Math.max(0, map.top + box.top + box.height + 12 - innerHeight) + Math.min(0, map.top + box.top - 12));
}

function symbolPath(shape, x, y, size) {
  const corners = cornersOf(shape, x, y, size), path = new Path2D(corners ? `M${corners.replaceAll(" ", "L")}Z` : undefined);
  if (!corners) path.arc(x, y, size, 0, 2 * Math.PI);
  return path;
}

// What of the opened symbol is at a point of the map: a member, its end, or only its ground.
function hitCard({ x, y }) {
  if (!card || x < card.left || x > card.left + card.width || y < card.top || y > card.top + card.height) return null;
  if (y < card.top + card.head) return x > card.left + card.width - 40 ? { close: true } : { ground: true };
  const row = card.rows.find(({ left, top, width, height }) => left <= x && x <= left + width && top <= y && y <= top + height);
  return row ? { member: row.body } : { ground: true };
}

// The counted symbols beside a body, which its panel opens as a click on the map does.
function countedButtons(body) {
  if (view() !== "radial") return [];
  const { nodes, edges } = openingBeside();
  const counted = edges.filter(({ from, to, cross }) => !cross && (from === body || to === body)).flatMap(({ from, to }) => [from, to]).filter((id) => id < 0);
  const buttons = [...new Set(counted)].filter((id) => nodes.get(id).members.length > 1).map((id) => element("button", { type: "button", id: `counted${id}`, "aria-expanded": String(state.fold === id),
    onclick: () => change({ fold: state.fold === id ? null : id }) }, nodes.get(id).name));
  return buttons.length ? [element("p", { class: "counted" }, "On the map: ", ...buttons)] : [];
}

function startOpening() {
  const button = byId("map-of");
  if (!button) return;
  button.addEventListener("click", () => {
    const on = isOpeningOn();
    Object.assign(state, { everything: on, unfolded: false, fold: null });
    change({ camera: null, focus: centreOf(state.body, state.claims, null) });
  });
  listeners.push(() => {
    button.textContent = isOpeningOn() ? "Everything" : "Our partners";
    button.classList.toggle("back", !isOpeningOn());
    const unfold = byId("unfold");
    if (unfold) unfold.hidden = isOpeningOn();
    const node = openedNode();
    if (node && opensInPlace()) byId("status").textContent = `${node.name}: ${byName(membersShown(node)).map((body) => BODIES.label[body]).join(", ")}`;
  });
  // Before the field to find a body takes the key, unless its list is open.
  addEventListener("keydown", (event) => { if (event.key === "Escape" && openedNode() && state.body === null && byId("found").hidden) select({}); }, true);
}
