// The panel beside the map: what is selected, in the words of the tables. It copies their rows, so nothing is said twice.
const rows = (kind) => [...document.querySelectorAll(`tr[data-${kind}]`)];
const BODY_ROWS = rows("body"), CLAIM_ROWS = rows("claim");
const linkTo = (body) => element("a", { href: "#" + BODIES.key[body] }, BODIES.label[body]);
const copy = (row, part) => row.querySelector(part).cloneNode(true);

// A quotation is shown with its words marked in the whole sentence.
function inSentences(proofs) {
  for (const quote of proofs.querySelectorAll("q[data-sentence]")) {
    const sentence = document.querySelector(`[data-sentence-text="${quote.dataset.sentence}"]`).textContent;
    // Offsets count code points, as the evidence does.
    const points = [...sentence], at = Number(quote.dataset.at), end = at + [...quote.textContent].length;
    const whole = element("p", { class: "sentence" }, points.slice(0, at).join(""), element("mark", {}, points.slice(at, end).join("")), points.slice(end).join(""));
    quote.replaceWith(whole);
  }
  return proofs;
}

function evidenceOf(claim) {
  const row = CLAIM_ROWS[claim], part = element("div", { class: "evidence" });
  const when = row.children[3].textContent.trim();
  part.append(element("p", {}, element("span", { class: "key" }, "When"), " " + when), copy(row, ".more"), copy(row, ".standing"));
  for (const found of row.querySelectorAll(":scope > td:last-child > .proofs, :scope > td:last-child > .against")) part.append(inSentences(found.cloneNode(true)));
  return part;
}

function claimItem(claim, body) {
  const from = CLAIMS.from[claim], to = CLAIMS.to[claim];
  const outward = from === body;
  const wording = outward ? CLAIM_ROWS[claim].querySelector(".wording").textContent : DATA.kinds[CLAIMS.kind[claim]].inverse;
  const when = CLAIM_ROWS[claim].children[3].textContent.trim(), dated = CLAIMS.start[claim] || CLAIMS.end[claim];
  const mark = CLAIMS.disputed[claim] ? ", disputed" : CLAIMS.inferred[claim] ? ", inferred" : "";
  return element("li", {}, element("details", {},
    element("summary", {}, element("span", { class: "what" }, wording), " ", BODIES.label[outward ? to : from], element("span", { class: "quiet" }, (dated ? ` (${when})` : "") + mark)),
    element("p", {}, "Go to ", linkTo(outward ? to : from)), evidenceOf(claim)));
}

function bodyPanel(body) {
  const row = BODY_ROWS[body];
  const claims = CLAIMS.key.map((_, claim) => claim).filter((claim) => (CLAIMS.from[claim] === body || CLAIMS.to[claim] === body) && claimShown(claim));
  const parts = [element("p", { class: "quiet" }, row.children[1].textContent)];
  const description = row.querySelector(".description");
  if (description) parts.push(element("p", {}, description.textContent));
  parts.push(element("h3", {}, claims.length === 1 ? "1 relationship" : claims.length + " relationships"));
  parts.push(element("ul", { class: "links" }, ...claims.map((claim) => claimItem(claim, body))));
  const facts = inSentences(copy(row, ".facts"));
  if (facts.children.length) parts.push(element("h3", {}, "About"), facts);
  return [BODIES.label[body], parts];
}

function claimsPanel(claims) {
  const parts = claims.flatMap((claim) => [
    element("h3", {}, linkTo(CLAIMS.from[claim]), " " + CLAIM_ROWS[claim].querySelector(".wording").textContent + " ", linkTo(CLAIMS.to[claim])),
    evidenceOf(claim),
  ]);
  const kinds = [...new Set(claims.map((claim) => DATA.kinds[CLAIMS.kind[claim]].label))].join(", ");
  return [kinds[0].toUpperCase() + kinds.slice(1), parts];
}

function foldPanel(fold) {
  const node = DOTS.get(fold);
  const parts = [element("p", {}, "Drawn as one, because they are of one type and connected alike."),
    element("ul", { class: "links" }, ...node.members.map((body) => element("li", {}, linkTo(body))))];
  if (byId("unfold") && !phone.matches) {
    parts.push(element("p", {}, element("button", { type: "button", onclick: () => change({ unfolded: true, fold: null }) }, "Unfold on the map")));
  }
  return [node.name, parts];
}

function startPanel() {
  const panel = byId("panel");
  let shown = "";
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanel(); });
  listeners.push(() => {
    const key = JSON.stringify([state.body, state.claims, state.fold, state.kind, state.inferred, [...state.hidden]]);
    if (key === shown) return;
    shown = key;
    const open = state.body !== null || state.claims?.length || state.fold !== null;
    panel.hidden = !open;
    if (!open) return panel.replaceChildren();
    const [title, parts] = state.body !== null ? bodyPanel(state.body) : state.claims?.length ? claimsPanel(state.claims) : foldPanel(state.fold);
    const close = element("button", { type: "button", class: "close", "aria-label": "Close", onclick: closePanel }, "×");
    panel.replaceChildren(close, element("h2", { id: "panel-heading" }, title), ...parts);
    panel.scrollTop = 0;
    byId("status").textContent = "Shown: " + title;
  });
}

function closePanel() {
  select({});
  byId("find").focus({ preventScroll: true });
}
