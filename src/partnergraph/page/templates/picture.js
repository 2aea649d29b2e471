// The opening map, or one body with its neighbours, as SVG, in the colours and places that stand on the screen.
function pictureOf() {
  const ink = inks(), svgElement = (name, attributes, ...children) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    part.append(...children);
    return part;
  };
  const [left, top, width, height] = drawing().extent.map(Math.round), lit = litUp();
  const title = view() === "focus" ? byId("focus-note").textContent : document.querySelector("#map canvas").getAttribute("aria-label");
  const placeIn = (node) => node.radial ?? node.focus;
  const strokes = { fill: "none", "stroke-linecap": "round" };
  const arrows = lines.get().flatMap((line) => {
    const [from, to] = [nodeOf(line.from), nodeOf(line.to)], [[ax, ay], [bx, by]] = [placeIn(from), placeIn(to)];
    // As vis-network bends a line: its control point stands beside the middle, by a share of the length.
    const bend = edgesNow()[line.id].bend[view()], cx = (ax + bx) / 2 + (by - ay) * bend, cy = (ay + by) / 2 - (bx - ax) * bend;
    const reach = Math.hypot(bx - cx, by - cy) || 1, ux = (bx - cx) / reach, uy = (by - cy) / reach;
    const ex = bx - ux * (to.size + 2), ey = by - uy * (to.size + 2), look = { ...strokes, stroke: line.color.color, "stroke-width": line.width };
    const wing = (side) => `${(ex - ux * 7.5 + side * uy * 3).toFixed(1)} ${(ey - uy * 7.5 - side * ux * 3).toFixed(1)}`;
    return [
      svgElement("path", { ...look, d: `M${ax} ${ay}Q${cx.toFixed(1)} ${cy.toFixed(1)} ${ex.toFixed(1)} ${ey.toFixed(1)}`, ...(line.dashes ? { "stroke-dasharray": line.dashes.join(" ") } : {}) }),
      svgElement("path", { ...look, d: `M${wing(1)}L${ex.toFixed(1)} ${ey.toFixed(1)}L${wing(-1)}` }),
    ];
  });
  const symbols = dots.get().map((dot) => {
    const look = { fill: dot.color.background, stroke: dot.color.border, "stroke-width": dot.borderWidth, ...(dot.shapeProperties.borderDashes ? { "stroke-dasharray": "4 3" } : {}) };
    const corners = cornersOf(dot.shape, dot.x, dot.y, dot.size);
    return corners ? svgElement("polygon", { ...look, points: corners }) : svgElement("circle", { ...look, cx: dot.x, cy: dot.y, r: dot.size });
  });
  const names = [...drawing().nodes.values()].filter((node) => dots.get(node.id)).map((node) => {
    const own = { ...node, rows: rowsOf(node) }, box = boxOf(own), x = { left: box.right, right: box.left }[node.side] ?? placeIn(node)[0], inside = node.side === "inside";
    const rows = own.rows.map(({ text, quiet }, number) => svgElement("tspan", { x, y: (box.top + node.font * (0.92 + LINE * number)).toFixed(1), ...(quiet ? { fill: ink.muted, "font-size": node.verb ?? 12, "font-weight": 400 } : {}) }, text));
    return svgElement("text", { "text-anchor": { left: "end", right: "start" }[node.side] ?? "middle", "font-size": node.font, "font-weight": node.hub ? 700 : 400, fill: lit && !lit.has(node.id) ? ink.line : inside ? ink.page : ink.text, stroke: ink.page, "stroke-width": inside ? 0 : 4, "stroke-linejoin": "round", "paint-order": "stroke" }, ...rows);
  });
  const regions = (drawing().regions ?? []).filter((region) => partnersOf(region).some(({ id }) => dots.get(id))).map((region) => [headingOf(region), placeOfHeading(region), region]).map(([label, [x, y], { align, font = 13 }]) => svgElement("text", { x, y, "dominant-baseline": "middle", "text-anchor": { left: "start", right: "end" }[align] ?? "middle", "font-size": font, "font-weight": 700, fill: ink.muted }, label));
  const us = nodeOf(DATA.focus), ring = us && us.side !== "inside" && dots.get(us.id) ? [svgElement("circle", { cx: placeIn(us)[0], cy: placeIn(us)[1], r: 1.25 * us.size + 3, fill: "none", stroke: ink.outline, "stroke-width": 2.2 })] : [];
  const paper = svgElement("rect", { x: left, y: top, width, height, fill: ink.page });
  const picture = svgElement("svg", { viewBox: [left, top, width, height].join(" "), width, height, role: "img", "aria-label": title, "font-family": FACE }, svgElement("title", {}, title), paper, ...arrows, ...symbols, ...ring, ...regions, ...names);
  return new XMLSerializer().serializeToString(picture);
}

// The corners of a symbol, as in the map's own picture; null: it is round.
const CORNERS = { diamond: [4, 0, 1.15], triangle: [3, 0, 1.2], triangleDown: [3, Math.PI, 1.2], hexagon: [6, Math.PI / 6, 1.05], square: [4, Math.PI / 4, 1.25] };
function cornersOf(shape, x, y, size) {
  if (shape === "dot") return null;
  const star = Array.from({ length: 10 }, (_, i) => [(Math.PI * i) / 5 - Math.PI / 2, size * (i % 2 ? 0.5 : 1.15)]);
  const [count, turn, grow] = CORNERS[shape] ?? [4, 0, 1];
  const even = Array.from({ length: count }, (_, i) => [(2 * Math.PI * i) / count - Math.PI / 2 + turn, size * grow]);
  return (shape === "star" ? star : even).map(([angle, reach]) => `${(x + reach * Math.cos(angle)).toFixed(1)},${(y + reach * Math.sin(angle)).toFixed(1)}`).join(" ");
}
