// The panel beside the map: what is selected, in the words of the tables. It copies their rows, so nothing is said twice.
const MOST = 60; // items of a list at once
const linkTo = (body) => element("a", { href: "#" + BODIES.key[body] }, BODIES.label[body]);
const copy = (row, part) => row.querySelector(part)?.cloneNode(true) ?? "";
const typeOf = (body) => bodyRow(body).cells[1].textContent;
const whenOf = (claim) => claimRow(claim).cells[3].firstChild.textContent.trim();

// A quotation is shown with its words marked in the whole sentence.
function inSentences(proofs) {
  for (const quote of proofs.querySelectorAll("q[data-sentence]")) {
    const number = quote.dataset.sentence;
    const sentence = UNPACKED?.sentences[number] ?? document.querySelector(`[data-sentence-text="${number}"]`).textContent;
    // Offsets count code points, as the evidence does.
    const points = [...sentence], at = Number(quote.dataset.at), end = at + [...quote.textContent].length;
    const whole = element("p", { class: "sentence" }, points.slice(0, at).join(""), element("mark", {}, points.slice(at, end).join("")), points.slice(end).join(""));
    quote.replaceWith(whole);
  }
  return proofs;
}

function evidenceOf(claim) {
  const row = claimRow(claim), part = element("div", { class: "evidence" });
  part.append(element("p", {}, element("span", { class: "key" }, "When"), " " + whenOf(claim), copy(row, ".bounded")));
  part.append(isEvent(claim) ? "" : element("p", {}, element("span", { class: "key" }, "Status"), " " + statusNow(claim)), copy(row, ".more"), copy(row, ".standing"));
  for (const found of row.querySelectorAll(":scope > td:last-child > .proofs, :scope > td:last-child > .against")) part.append(inSentences(found.cloneNode(true)));
  return part;
}

const byName = (bodies) => [...bodies].sort((a, b) => BODIES.label[a].localeCompare(BODIES.label[b], "en-GB") || a - b);

// A long list comes in parts.
function listed(items, make) {
  const list = element("ul", { class: "links" });
  const more = () => {
    const at = list.childElementCount;
    list.append(...items.slice(at, at + MOST).map(make));
    if (at) list.children[at].querySelector("summary, a").focus();
    button.hidden = list.childElementCount >= items.length;
    button.textContent = `Show more (${items.length - list.childElementCount})`;
  };
  const button = element("button", { type: "button", onclick: more });
  more();
  return [list, button];
}

const CHANGES = { new: "new", ended: "ended", gone: "gone", changed: "changed" };
// What must be said beside a claim: disputed, inferred, and what became of it since the date that is compared with.
const marks = (claim) => [standingOf(claim) !== "accepted" && standingOf(claim), CLAIMS.inferred[claim] && "inferred", CHANGES[status(claim)]].filter(Boolean);

function claimItem(claim, body) {
  const from = CLAIMS.from[claim], to = CLAIMS.to[claim], outward = from === body;
  const wording = wordingFrom(body, claim);
  const when = whenOf(claim), dated = when !== "not stated" && !isEvent(claim);
  const aside = [dated ? [` (${when})`] : [], marks(claim).map((mark) => ", " + mark)].flat().join("");
  const item = element("details", {},
    element("summary", {}, element("span", { class: "what" }, wording), " ", BODIES.label[outward ? to : from], element("span", { class: "quiet" }, aside), element("span", { class: "then" }, statusNow(claim))));
  // The evidence is copied when it is asked for.
  item.addEventListener("toggle", () => item.childElementCount < 2 && item.append(element("p", {}, "Go to ", linkTo(outward ? to : from)), evidenceOf(claim)));
  return element("li", claimOver(claim) ? { class: "over" } : {}, item);
}

// How far to look, and the way to another body.
let toolsOpen = false;
function tools(body) {
  const around = view() === "focus"; // the drawing is of the direct neighbours then, whatever the tables show
  const steps = element("select", { id: "steps" }, ...[around ? "everything" : "the whole map", "its direct neighbours only", "two steps", "three steps"].map((text, number) => element("option", { value: String(number) }, text)));
  steps.value = String(state.steps);
  steps.addEventListener("change", () => {
    change({ steps: Number(steps.value) });
    byId("steps").focus();
  });
  const input = element("input", { id: "to", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": "to-found", "aria-autocomplete": "list", placeholder: "Another organisation" });
  const list = element("ul", { id: "to-found", class: "found", role: "listbox", "aria-label": "Organisations found" });
  list.hidden = true;
  finder(input, list, (to) => change({ to: to === body ? null : to }));
  const draw = element("button", { type: "button", onclick: () => change({ focus: body, to: null }) }, "Draw it with its neighbours");
  draw.hidden = around;
  const parts = [element("p", {}, draw), element("p", {}, element("label", { for: "steps" }, around ? "In the tables" : "Show"), " ", steps),
    element("div", { class: "find" }, element("label", { for: "to" }, "Route to"), input, list)];
  if (!phone.matches) return element("div", { class: "tools" }, ...parts);
  // On a phone the relationships come first into sight.
  const more = element("details", { class: "tools", ...(toolsOpen ? { open: "" } : {}) }, element("summary", {}, "Draw, show, find a route"), ...parts);
  more.addEventListener("toggle", () => (toolsOpen = more.open));
  return more;
}

// That a body has ended, and when; or only its relationships.
function overInWords(body) {
  if (!bodyOver(body)) return "";
  return statusOf(null, BODIES.end?.[body], READ) === "ended" ? "; ended " + boundsInWords(BODIES.end[body]) : "; all its relationships have ended";
}

function bodyPanel(body) {
  const row = bodyRow(body), claims = AROUND[body].filter(claimListed), others = AROUND[body].filter((claim) => !claimListed(claim) && stays(claim));
  const parts = [element("p", { class: "quiet" }, typeOf(body) + overInWords(body))];
  const description = row.querySelector(".description");
  if (description) parts.push(element("p", {}, description.textContent));
  const facts = inSentences(copy(row, ".facts")), marked = facts.querySelector(".marks");
  marked?.remove();
  parts.push(...(marked ? [marked] : [])); // what an answer says of it comes first
  const way = state.to === null ? [] : routeParts(body, state.to);
  parts.push(...(phone.matches ? way : []), tools(body), ...countedButtons(body), ...(phone.matches ? [] : way));
  parts.push(element("h3", {}, capitalised(relationshipCount(claims))));
  parts.push(...listed(claims, (claim) => claimItem(claim, body)));
  if (others.length) parts.push(othersOf(others, body));
  if (facts.children.length) parts.push(element("h3", {}, "About"), facts);
  return [BODIES.label[body], parts];
}

// What the filters do not bring forward, made when it is asked for.
function othersOf(claims, body) {
  const part = element("details", { class: "others" }, element("summary", {}, `${claims.length} more, not brought forward`));
  part.addEventListener("toggle", () => part.childElementCount < 2 && part.append(...listed(claims, (claim) => claimItem(claim, body))));
  return part;
}

function routeParts(from, to) {
  const found = routes(from, to);
  const heading = element("h3", {}, `Routes to ${BODIES.label[to]}`);
  const clear = element("button", { type: "button", onclick: () => change({ to: null }) }, "Clear the routes");
  if (!found.length) return [heading, element("p", {}, "No way leads there over what is shown."), clear];
  return [heading, element("ol", { class: "routes" }, ...found.map((hops) =>
    element("li", {}, `${hops.length} ${hops.length === 1 ? "step" : "steps"}: ${[from, ...hops.map((hop) => hop.to)].map((body) => BODIES.label[body]).join(" – ")}`,
      element("ul", { class: "links" }, ...hops.flatMap((hop) => hop.claims.map((claim) => claimItem(claim, hop.from))))))), clear];
}

function claimsPanel(claims) {
  const part = (claim) => element("li", {},
    element("h3", {}, linkTo(CLAIMS.from[claim]), ` ${wordingOf(claim)} `, linkTo(CLAIMS.to[claim])),
    ...marks(claim).filter((mark) => Object.values(CHANGES).includes(mark)).map((mark) => element("p", { class: "quiet" }, state.since ? `${mark} since ${inWords(state.since)}` : mark)),
    evidenceOf(claim));
  const kinds = [...new Set(claims.map((claim) => DATA.kinds[CLAIMS.kind[claim]].label))].join(", ");
  return [kinds[0].toUpperCase() + kinds.slice(1), listed(claims, part)];
}

// Who is in a symbol, in the order of their names; of very many the best connected first, in parts, and by name.
function membersOf(members) {
  const best = members.length > MOST ? [...members].sort((a, b) => AROUND[b].length - AROUND[a].length || a - b) : byName(members);
  const found = element("div", {}), item = (body) => element("li", {}, linkTo(body), " ", element("span", { class: "quiet" }, DATA.families[BODIES.family[body]].label));
  const show = () => {
    const words = fold(input.value).split(" ").filter(Boolean);
    const passing = best.filter((body) => [BODIES.label[body], ...BODIES.names[body]].some((name) => words.every((word) => fold(name).includes(word))));
    found.replaceChildren(...listed(passing, item));
    if (words.length) byId("status").textContent = `${passing.length} found`;
  };
  const input = element("input", { id: "inside", type: "search", autocomplete: "off" });
  input.addEventListener("input", show);
  show();
  return members.length > MOST ? [element("p", {}, element("label", { for: "inside" }, "Filter"), " ", input), found] : [found];
}

function foldPanel(fold) {
  const node = nodeOf(fold) ?? countedNode(fold) ?? DOTS.get(fold);
  const shown = view() === "radial" ? membersShown(node) : node.members.filter(bodyShown);
  const why = fold < 0 ? "Drawn as one, because each by itself finds no room on the map." : haveSameNeighbours(node.members) ? "Drawn as one, because they are of one type and connected alike." : "Drawn as one, because so many do not fit on a map: they are nearest to the same well connected body.";
  const parts = [element("p", {}, why, " A click on a name draws it with its neighbours."), ...membersOf(shown)];
  if (shown.length < node.members.length) parts.push(element("p", {}, `Hidden by the filters: ${node.members.length - shown.length}.`));
  if (byId("unfold") && !phone.matches) {
    parts.push(element("p", {}, element("button", { type: "button", onclick: () => change({ unfolded: true, fold: null }) }, "Unfold on the map")));
  }
  return [node.name, parts];
}

function startPanel() {
  const panel = byId("panel");
  let shown = "", about = "", raised = false;
  // On a phone the panel takes less than half of the screen until it is pulled up.
  const raise = element("button", { type: "button", id: "panel-raise", class: "raise", "aria-label": "Larger panel", "aria-controls": "panel", onclick: () => {
    raised = !raised;
    panel.classList.toggle("raised", raised);
    raise.textContent = raised ? "▼" : "▲";
    raise.setAttribute("aria-expanded", String(raised));
    if (raised) panel.scrollIntoView({ block: "end" });
    else bringIntoSight();
  } });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanel(); });
  listeners.push(() => {
    const key = JSON.stringify([{ ...state, camera: null, step: null, unfolded: null }]);
    if (key === shown) return;
    shown = key;
    const selected = isSelected(), answer = answerTo(state.question), open = selected || answer;
    const inside = panel.contains(document.activeElement) && document.activeElement.id;
    panel.hidden = !open;
    document.querySelector(".stage").classList.toggle("split", Boolean(open));
    if (!open) {
      about = "";
      panel.replaceChildren();
      if (inside !== false) byId("find").focus({ preventScroll: true });
      return;
    }
    const [title, parts] = state.body !== null ? bodyPanel(state.body) : state.claims?.length ? claimsPanel(state.claims) : selected ? foldPanel(state.fold) : questionPanel(answer);
    const close = element("button", { type: "button", class: "close", "aria-label": "Close", onclick: closePanel }, "×");
    const back = selected && answer ? [element("button", { type: "button", id: "answer-back", onclick: closePanel }, "Back to the answer")] : [];
    raise.textContent = raised ? "▼" : "▲";
    raise.setAttribute("aria-expanded", String(raised));
    panel.replaceChildren(element("div", { class: "panel-buttons" }, raise, close), ...back, element("h2", { id: "panel-heading", tabindex: "-1" }, title), ...parts);
    // Where the keyboard was, it stays.
    if (inside !== false) (byId(inside) ?? panel).focus({ preventScroll: true });
    if (about !== title) {
      panel.scrollTop = 0;
      if (phone.matches) requestAnimationFrame(bringIntoSight);
    }
    about = title;
    byId("status").textContent = selected ? "Shown: " + title : [title, ...answer.sentences].join(" ");
  });
}

const isSelected = () => state.body !== null || Boolean(state.claims?.length) || (state.fold !== null && !opensInPlace());

// What is selected is let go, then the question: beneath a body or a claim stands the answer that led to it.
function closePanel() {
  const left = isSelected() && state.question;
  if (isSelected()) select({});
  else change({ question: null, camera: null, ...mapFor([]) });
  byId(left ? "panel-heading" : "find").focus({ preventScroll: true });
}
