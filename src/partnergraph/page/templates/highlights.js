// What the answer brings forward on the map: hulls behind the symbols, rings, what is taken out or cut off, marked lines; and
// the switch between before and after. All of it stands in words in the legend, the tables and the panel.
const MARKS = DATA.highlights, MARKED = new Set(MARKS.claims), MEMBERS_OF = new Map(NETWORK.nodes.map((node) => [node.id, node.members ?? [node.id]]));
// The state of a symbol: what all its bodies have in common. Before, nothing is taken out.
function stateOf(id) {
  const states = new Set((MEMBERS_OF.get(id) ?? [id]).map((body) => MARKS.states[body]));
  return state.before || states.size > 1 ? undefined : [...states][0];
}
const ringOf = (id) => ((MEMBERS_OF.get(id)?.length ?? 1) > 1 ? undefined : MARKS.rings[id]);
const ringRadius = (size) => 1.25 * size + 3; // as in diagram.py

globalThis.highlights = {
  start() {
    network.on("beforeDrawing", drawHulls);
    network.on("afterDrawing", drawMarks);
    for (const choice of document.querySelectorAll("#before, #after")) choice.addEventListener("change", () => {
      change({ before: byId("before").checked });
      byId("status").textContent = document.querySelector(`label[for="${choice.id}"]`).textContent;
    });
  },
  dot(look, faded) {
    const { page } = inks(), border = look.color.border;
    return faded || !stateOf(look.id) ? look : { ...look, color: { background: page, border, highlight: { background: page, border } } };
  },
  line(look, edge, lit) {
    const ink = inks();
    if ([edge.from, edge.to].some((id) => stateOf(id) === "removed")) return { ...look, color: { color: ink.faded, inherit: false }, dashes: [1.5, 4] };
    if (lit || !MARKED.size || state.date) return look;
    const marked = edge.claims.some((claim) => MARKED.has(claim) && claimShown(claim));
    return { ...look, width: marked ? 3.4 : look.width, color: { color: marked ? ink.link : ink.faded, inherit: false } };
  },
};

function drawHulls(context) {
  const scheme = dark.matches ? "dark" : "light";
  context.lineJoin = context.lineCap = "round";
  for (const hull of MARKS.hulls[drawnView] ?? []) {
    const path = new Path2D(hull.path), [outline, fill] = MARKS.tones[scheme][hull.tone];
    context.strokeStyle = outline;
    context.lineWidth = hull.width + 3;
    context.stroke(path);
    context.strokeStyle = context.fillStyle = fill;
    context.lineWidth = hull.width;
    context.stroke(path);
    context.fill(new Path2D(hull.fill));
  }
  context.lineCap = "butt";
}

function drawMarks(context) {
  const ink = inks(), lit = litUp();
  for (const id of dots.getIds()) {
    const node = nodeOf(id), [x, y] = node[drawnView], ring = ringOf(id), own = stateOf(id);
    if (!ring && !own) continue;
    context.strokeStyle = lit && !lit.has(id) ? ink.faded : ink.outline;
    context.lineWidth = ring ? 2.2 : 1.8;
    context.setLineDash(ring === "dashed" ? [5, 3.5] : []);
    if (ring) {
      context.beginPath();
      context.arc(x, y, drawnView === "focus" ? node.size + 5 : ringRadius(node.size), 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    context.lineWidth = 1.8;
    if (own) context.stroke(new Path2D(stateShape(x, y, node.size * 0.62, own)));
  }
  if (state.body === null && !state.claims) drawHullNames(context);
}

// A cross, or three strokes at 45 degrees; as in mark_symbols.py.
function stateShape(x, y, reach, own) {
  const line = (a, b, c, d) => `M${x + a} ${y + b}L${x + c} ${y + d}`;
  if (own === "removed") {
    const d = reach * 0.85;
    return line(-d, -d, d, d) + line(-d, d, d, -d);
  }
  return [-0.62, 0, 0.62].map((share) => {
    const away = (share * reach) / Math.SQRT2, half = (reach * Math.sqrt(1 - share ** 2)) / Math.SQRT2;
    return line(away - half, away + half, away + half, away - half);
  }).join("");
}

function drawHullNames(context) {
  const scheme = dark.matches ? "dark" : "light", size = Math.max(14, LEAST / network.getScale());
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  context.font = `bold ${size}px ${FACE}`;
  context.strokeStyle = inks().page;
  context.lineWidth = size * 0.3;
  for (const hull of MARKS.hulls[drawnView] ?? []) {
    context.fillStyle = MARKS.tones[scheme][hull.tone][0];
    hull.lines.forEach((text, number) => {
      const [x, y] = hull.at, base = y + number * size * LINE;
      context.strokeText(text, x, base);
      context.fillText(text, x, base);
    });
  }
}
