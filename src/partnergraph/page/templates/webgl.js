// Every body at once, drawn by sigma with WebGL in place of the overview, on a page that was made so. It shows the page's
// one state and keeps none; where WebGL is not to be had, or is lost, the ordinary map stands there instead.
const PLAIN_LINES = 5000; // with more lines than these, they are hairs, cannot be clicked, and are hidden while the map moves
const CLOSEST = 1.3; // pixels for a pixel of the layout, at most, when the map is moved to what is selected
const SYMBOLS = ["dot", "square", "diamond", "triangle", "triangleDown", "hexagon", "star"];

function startWhole() {
  const stage = document.querySelector(".stage"), note = element("p", { id: "whole-note", class: "note scripted" });
  stage.after(note);
  const instead = (why) => {
    note.classList.add("instead");
    note.textContent = byId("status").textContent = `${why}: the ordinary map is shown in its place.`;
  };
  if (!BODIES.key.length || !globalThis.sigma || !document.createElement("canvas").getContext("webgl2")) {
    return instead("The map of every body needs WebGL, which this browser does not offer here");
  }
  note.textContent = "Every body is drawn, and every line plain, inferred or not. Select a body to read its relationships, or to draw it with its neighbours.";
  const holder = element("div", { id: "whole", class: "scripted", role: "img" });
  holder.setAttribute("aria-label", `Map of every body: ${BODIES.key.length}, and ${CLAIMS.key.length} relationships. The same in words stands in the tables below.`);
  byId("map").before(holder);
  stage.classList.add("whole");
  try {
    whole = wholeMap(holder);
  } catch {
    holder.remove();
    stage.classList.remove("whole");
    return instead("The map of every body could not be drawn with WebGL here");
  }
  if (byId("unfold")) byId("unfold").hidden = true;
  holder.addEventListener("webglcontextlost", () => {
    if (!whole) return;
    whole.end();
    whole = null;
    holder.remove();
    stage.classList.remove("whole");
    if (byId("unfold")) byId("unfold").hidden = false;
    change({ camera: null, focus: state.focus ?? centreOf(state.body, state.claims, null) });
    instead("This machine has stopped drawing with WebGL");
  }, true);
}

function wholeMap(holder) {
  // On a phone the longer way of the map goes downwards.
  const [xs, ys] = phone.matches ? [DATA.whole.y, DATA.whole.x] : [DATA.whole.x, DATA.whole.y];
  const degree = AROUND.map((claims, body) => new Set(claims.map((claim) => other(claim, body))).size);
  const [width, height] = [xs, ys].map((values) => values.reduce((most, value) => Math.max(most, value), 1));
  const side = Math.max(width, height), sizeOf = (body) => Math.min(24, 7 + 2.4 * Math.sqrt(degree[body]));
  // Sigma counts upwards, the page downwards.
  const graph = new sigma.Graph({ type: "directed" });
  BODIES.key.forEach((_, body) => {
    const shape = SYMBOLS.indexOf(DATA.families[BODIES.family[body]].shape);
    graph.addNode(String(body), { body, x: xs[body], y: -ys[body], size: sizeOf(body), shape: Math.max(shape, 0), label: BODIES.label[body], color: "#000000", border: "#000000", type: "symbol" });
  });
  CLAIMS.from.forEach((from, claim) => {
    const to = CLAIMS.to[claim], key = from + ">" + to;
    if (from === to) return;
    if (graph.hasEdge(key)) graph.getEdgeAttribute(key, "claims").push(claim);
    else graph.addEdgeWithKey(key, String(from), String(to), { claims: [claim], color: "#000000", type: "way", size: 2 });
  });
  const many = graph.size > PLAIN_LINES;
  let candidates = [], boxes = [], paper = null, ink = inks(), lit = null, shown = "", quiet = false, timer = 0;

  const renderer = new sigma.Sigma(graph, holder, {
    nodeProgramClasses: { symbol: symbolProgram() },
    edgeProgramClasses: { hair: sigma.EdgeLineProgram, way: sigma.EdgeArrowProgram }, // drawn in this order
    itemSizesReference: "positions", zoomToSizeRatioFunction: (ratio) => ratio, stagePadding: 0, minEdgeThickness: 2.4, zIndex: true,
    labelRenderedSizeThreshold: 0, labelGridCellSize: 90, hideEdgesOnMove: many, hideLabelsOnMove: many, enableEdgeEvents: !many, enableCameraRotation: false,
    inertiaDuration: 1, zoomDuration: 1, doubleClickZoomingDuration: 1, // nothing moves by itself
    defaultDrawNodeLabel: (context, data) => {
      paper = context;
      candidates.push(data);
    },
    defaultDrawNodeHover: (context, data) => {
      if (!boxes.some(({ body }) => body === data.body)) write(context, boxFor(data));
    },
  });
  // A square, so that the scale depends on the shorter side of the map alone.
  renderer.setCustomBBox({ x: [(width - side) / 2, (width + side) / 2], y: [-(height + side) / 2, -(height - side) / 2] });
  const camera = renderer.getCamera(), most = () => Math.min(holder.clientWidth, holder.clientHeight) / side; // scale at ratio 1
  const seen = () => [(camera.x - 0.5) * side + width / 2, height / 2 - (camera.y - 0.5) * side, most() / camera.ratio];
  const look = ([x, y, scale]) => {
    quiet = true;
    camera.setState({ x: 0.5 + (x - width / 2) / side, y: 0.5 - (y - height / 2) / side, angle: 0, ratio: most() / scale });
    quiet = false;
  };
  // All of it, with room for the lowest labels.
  const all = () => {
    const scale = Math.min((holder.clientWidth - 40) / width, (holder.clientHeight - 80) / height, CLOSEST);
    return [width / 2, height / 2 + 15 / scale, scale];
  };

  // What is selected comes into the part of the map that the panel leaves, with what it touches, unless it is well seen already.
  function turn() {
    const free = roomFor(), own = state.body ?? (state.claims ? CLAIMS.from[state.claims[0]] : null);
    if (own === null) return look(all());
    const bodies = [...(lit ?? [own])].filter((id) => typeof id === "number"), ends = (values) => [Math.min, Math.max].map((end) => end(...bodies.map((body) => values[body])));
    const [left, right] = ends(xs), [top, bottom] = ends(ys), room = { x: free.x - 180, y: free.y - 110 }; // labels need some
    const [atX, atY, scale] = seen(), onX = (x) => holder.clientWidth / 2 + (x - atX) * scale, onY = (y) => holder.clientHeight / 2 + (y - atY) * scale;
    if (shown && onX(left) > 20 && onY(top) > 20 && onX(right) < free.x - 20 && onY(bottom) < free.y - 40 && sizeOf(own) * scale > 4) return;
    const fits = Math.min(CLOSEST, room.x / Math.max(1, right - left), room.y / Math.max(1, bottom - top)), near = Math.max(all()[2], fits);
    const middle = near === fits ? [(left + right) / 2, (top + bottom) / 2] : [xs[own], ys[own]];
    look([middle[0] + free.right / 2 / near, middle[1] + (free.low / 2 + 15) / near, near]);
  }

  const texts = new Map();
  function boxFor({ body, x, y, size }) {
    const bold = degree[body] >= 5, font = 13;
    if (!texts.has(body)) {
      const rows = wrapped(BODIES.label[body], 160, 2, font, bold);
      texts.set(body, { rows, half: Math.max(...rows.map((row) => widthAt(row, font, bold))) / 2 + 2 });
    }
    const { rows, half } = texts.get(body), middle = Math.max(half, Math.min(x, holder.clientWidth - half)), top = y + size + 4;
    return { body, rows, bold, font, x: middle, left: middle - half, right: middle + half, top, bottom: top + rows.length * font * LINE };
  }
  function write(context, { rows, bold, font, x, top }) {
    context.font = `${bold ? "bold " : ""}${font}px ${FACE}`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = ink.page;
    context.fillStyle = ink.text;
    rows.forEach((row, number) => {
      const base = top + font * (0.86 + LINE * number);
      context.strokeText(row, x, base);
      context.fillText(row, x, base);
    });
  }
  renderer.on("beforeRender", () => {
    candidates = [];
    boxes = [];
  });
  // Of the labels that sigma's grid proposes, the selected and the best connected first, and none over another.
  renderer.on("afterRender", () => {
    const weight = ({ body }) => (body === state.body ? 1e9 : 0) + (lit?.has(body) ? 1e6 : 0) + degree[body];
    candidates.sort((a, b) => weight(b) - weight(a) || a.body - b.body);
    for (const data of candidates) {
      const box = boxFor(data);
      if (boxes.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) continue;
      boxes.push(box);
      write(paper, box);
    }
  });

  const labelAt = ({ x, y }) => boxes.find((box) => box.left < x && x < box.right && box.top < y && y < box.bottom);
  renderer.on("clickNode", ({ node }) => select({ body: Number(node) }));
  renderer.on("clickEdge", ({ edge }) => select({ claims: graph.getEdgeAttribute(edge, "claims").filter(claimShown) }));
  renderer.on("clickStage", ({ event }) => select({ body: labelAt(event)?.body ?? null }));
  for (const [name, cursor] of [["enterNode", "pointer"], ["leaveNode", ""], ["enterEdge", "pointer"], ["leaveEdge", ""]]) renderer.on(name, () => (holder.style.cursor = cursor));
  renderer.on("doubleClickStage", (event) => event.preventSigmaDefault());
  renderer.on("doubleClickNode", (event) => event.preventSigmaDefault());
  // Without a modifier key the wheel scrolls the page, as on the ordinary map.
  holder.addEventListener("wheel", (event) => event.ctrlKey || event.metaKey || event.stopPropagation(), { capture: true });
  const rememberCamera = () => {
    clearTimeout(timer);
    if (whole?.on) change({ camera: seen() });
  };
  camera.on("updated", () => {
    clearTimeout(timer);
    if (!quiet) timer = setTimeout(rememberCamera, 200);
  });
  const resized = new ResizeObserver(() => {
    if (!holder.clientWidth) return;
    renderer.resize();
    if (state.camera) look(state.camera);
    else turn();
    renderer.refresh({ schedule: false });
  });
  resized.observe(holder);

  function paint() {
    ink = inks();
    lit = litBodies();
    const looks = DATA.families.map((family) => (dark.matches ? family.dark : family.light)), thin = Math.min(0.8, 0.35 * Math.sqrt(PLAIN_LINES / Math.max(1, graph.size)));
    const hair = veil(ink.line, thin), pale = veil(ink.faded, thin), mist = veil(ink.faded, 0.35); // small symbols have no outline, and a lit line shows through
    graph.forEachNode((_, node) => {
      const { body } = node, faded = lit && !lit.has(body), own = body === state.body;
      node.hidden = !bodyShown(body);
      node.color = faded ? mist : bodyOver(body) ? ink.rule : looks[BODIES.family[body]];
      node.border = faded ? ink.faded : own ? ink.accent : bodyOver(body) ? ink.line : ink.outline;
      node.zIndex = own ? 2 : lit && !faded ? 1 : 0;
      node.forceLabel = Boolean(lit && !faded);
      node.label = faded ? null : BODIES.label[body];
    });
    graph.forEachEdge((key, edge) => {
      const faded = lit && !lit.has(key), then = lineStatus(edge);
      edge.hidden = !edge.claims.some(claimShown);
      edge.type = many && (!lit || faded) ? "hair" : "way";
      edge.zIndex = lit && !faded ? 1 : 0;
      edge.size = lit && !faded ? (many ? 5 : 3) : 2;
      const disputed = edge.claims.some((claim) => standingOf(claim) === "disputed");
      edge.color = faded ? pale : then === "new" ? ink.fresh : then === "ended" ? ink.past : disputed ? ink.accent : lit ? ink.line : edge.claims.every(claimOver) ? pale : hair;
    });
  }

  return {
    on: false,
    renderer,
    labels: () => boxes.map(({ body, left, right, top, bottom }) => ({ body, left, right, top, bottom })),
    // Show the state, if every body is to be shown; says whether it is.
    draw(on) {
      this.on = on;
      document.querySelector(".stage").classList.toggle("whole", on);
      if (!on) return false;
      const key = JSON.stringify([{ ...state, camera: null, step: null, unfolded: null }, dark.matches]);
      const fresh = key !== shown;
      if (fresh) paint();
      if (state.camera) {
        if (seen().some((value, at) => Math.abs(value - state.camera[at]) > 0.01)) look(state.camera);
      } else if (fresh) turn();
      shown = key;
      if (fresh) renderer.refresh({ schedule: false });
      return true;
    },
    fit: () => look(all()),
    zoom(by) {
      const [x, y, scale] = seen();
      look([x, y, Math.min(4, Math.max(all()[2] / 2, scale * by))]);
      rememberCamera();
    },
    // All layers on one canvas; what WebGL has drawn is there only until the next frame.
    picture() {
      renderer.refresh({ schedule: false });
      const layers = [...holder.querySelectorAll("canvas")], copy = element("canvas", { width: layers[0].width, height: layers[0].height });
      for (const layer of layers) copy.getContext("2d").drawImage(layer, 0, 0, copy.width, copy.height);
      return copy;
    },
    end() {
      clearTimeout(timer);
      resized.disconnect();
      renderer.kill();
    },
  };
}

// What stays in full colour, bodies by number and lines by key: as on the ordinary map, but of every body.
function litBodies() {
  const forward = state.body === null && !state.claims ? emphasis() : null;
  if (forward) return new Set([...forward.bodies, ...[...forward.claims, ...forward.paths].filter(claimShown).map((claim) => CLAIMS.from[claim] + ">" + CLAIMS.to[claim])]);
  if ((state.body === null && !state.claims) || (state.steps && state.to === null)) return null;
  const way = state.to === null ? null : routes(state.body, state.to).flatMap((hops) => hops.flatMap((hop) => hop.claims));
  const chosen = way ?? state.claims ?? AROUND[state.body], found = new Set(state.body === null ? [] : [state.body]);
  for (const claim of chosen.filter(claimShown)) found.add(CLAIMS.from[claim]).add(CLAIMS.to[claim]).add(CLAIMS.from[claim] + ">" + CLAIMS.to[claim]);
  return found;
}

// A colour through which one sees, as WebGL takes it here: each part times the opacity.
function veil(colour, opacity) {
  const parts = [1, 3, 5].map((at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * opacity));
  return `rgba(${parts.join(",")},${opacity})`;
}

// The page's own symbols for sigma: one point each, its shape, fill and outline worked out for every pixel.
function symbolProgram() {
  const { FLOAT, UNSIGNED_BYTE, POINTS } = WebGL2RenderingContext;
  const VERTEX_SHADER_SOURCE = `
    attribute vec4 a_id; attribute vec4 a_color; attribute vec4 a_border; attribute vec2 a_position; attribute float a_size; attribute float a_shape;
    uniform float u_sizeRatio; uniform float u_pixelRatio; uniform float u_least; uniform mat3 u_matrix;
    varying vec4 v_color; varying vec4 v_border; varying float v_shape; varying float v_radius;
    const float bias = 255.0 / 254.0;
    void main() {
      gl_Position = vec4((u_matrix * vec3(a_position, 1)).xy, 0, 1);
      v_radius = max(a_size / u_sizeRatio, u_least) * u_pixelRatio;
      gl_PointSize = 2.0 * (v_radius * 1.26 + 1.0);
      v_shape = a_shape;
      #ifdef PICKING_MODE
      v_color = a_id;
      #else
      v_color = a_color;
      v_border = a_border;
      v_border.a *= bias;
      #endif
      v_color.a *= bias;
    }`;
  const FRAGMENT_SHADER_SOURCE = `
    precision highp float;
    varying vec4 v_color; varying vec4 v_border; varying float v_shape; varying float v_radius;
    const float pi = 3.14159265;
    float regular(vec2 p, float corners, float turn, float reach) {
      float part = 2.0 * pi / corners, angle = atan(p.x, p.y) + turn;
      return cos(floor(0.5 + angle / part) * part - angle) * length(p) - reach * cos(pi / corners);
    }
    float star(vec2 p) {
      float angle = pi / 5.0 - abs(mod(atan(p.x, p.y), 2.0 * pi / 5.0) - pi / 5.0);
      vec2 tip = vec2(0.0, 1.15), notch = 0.5 * vec2(sin(pi / 5.0), cos(pi / 5.0)), along = notch - tip;
      return dot(length(p) * vec2(sin(angle), cos(angle)) - tip, normalize(vec2(-along.y, along.x)));
    }
    void main() {
      vec2 p = (gl_PointCoord - 0.5) * 2.0 * (1.26 + 1.0 / v_radius) * vec2(1.0, -1.0);
      float far = v_shape < 0.5 ? length(p) - 1.0
        : v_shape < 1.5 ? regular(p, 4.0, pi / 2.0, 1.25)
        : v_shape < 2.5 ? regular(p, 4.0, pi / 4.0, 1.15)
        : v_shape < 3.5 ? regular(p, 3.0, pi / 3.0, 1.2)
        : v_shape < 4.5 ? regular(p, 3.0, 4.0 * pi / 3.0, 1.2)
        : v_shape < 5.5 ? regular(p, 6.0, pi / 3.0, 1.05) : star(p);
      far *= v_radius;
      #ifdef PICKING_MODE
      if (far > 0.0) discard;
      gl_FragColor = v_color;
      #else
      float edge = min(1.8, v_radius * 0.3), inside = clamp(0.5 - far, 0.0, 1.0);
      gl_FragColor = mix(v_color, v_border, clamp(far + edge + 0.5, 0.0, 1.0) * smoothstep(1.5, 4.0, v_radius)) * inside;
      #endif
    }`;
  return class extends sigma.NodeProgram {
    getDefinition() {
      const colour = (name) => ({ name, size: 4, type: UNSIGNED_BYTE, normalized: true }), number = (name, size) => ({ name, size, type: FLOAT });
      return {
        VERTICES: 1, VERTEX_SHADER_SOURCE, FRAGMENT_SHADER_SOURCE, METHOD: POINTS, UNIFORMS: ["u_sizeRatio", "u_pixelRatio", "u_least", "u_matrix"],
        ATTRIBUTES: [number("a_position", 2), number("a_size", 1), number("a_shape", 1), colour("a_color"), colour("a_border"), colour("a_id")],
      };
    }
    processVisibleItem(id, start, data) {
      this.array.set([data.x, data.y, data.size, data.shape, sigma.floatColor(data.color), sigma.floatColor(data.border), id], start);
    }
    setUniforms(params, { gl, uniformLocations, isPicking }) {
      gl.uniform1f(uniformLocations.u_sizeRatio, params.sizeRatio);
      gl.uniform1f(uniformLocations.u_pixelRatio, params.pixelRatio);
      gl.uniform1f(uniformLocations.u_least, isPicking ? 4 : 1.5); // small ones can be hit as well
      gl.uniformMatrix3fv(uniformLocations.u_matrix, false, params.matrix);
    }
  };
}
