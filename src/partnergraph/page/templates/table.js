// The tables: sorted by a heading, filtered by words and by the same choices as the map; a large one a page at a time.
const PAGE = 100;
const inTable = { bodies: [], claims: [] }; // the numbers of the rows that pass, in their order
const sorting = { bodies: null, claims: null }; // the numbers of all rows in their order
let resort = null; // sorts relationships anew by their status, which changes with the date
const pageAt = { bodies: 0, claims: 0 };
const LISTED = { bodies: bodyListed, claims: claimListed };

function startTables() {
  for (const kind of ["bodies", "claims"]) {
    for (const heading of byId(kind).querySelectorAll("th[data-sort]")) makeSortable(kind, heading);
    byId("filter-" + kind).addEventListener("input", () => {
      pageAt[kind] = 0;
      showRows();
    });
    if (UNPACKED) byId(kind).caption.textContent = `${PAGE} rows at a time`;
  }
  listeners.push(() => {
    const day = byId("status-day");
    if (day) day.textContent = ` Status: ${state.date ? onDate(state.date) : (AS_OF ? "as of " : "today, ") + (AS_OF ?? READ[0])}.`;
    pageAt.bodies = pageAt.claims = 0;
    if (sorting.claims) resort?.();
    showRows();
  });
}

// The text of a row, folded, for filtering; the status is not part of it, since it changes with the date.
const texts = { bodies: new Map(), claims: new Map() };
function textOf(kind, number) {
  if (!texts[kind].has(number)) texts[kind].set(number, fold(UNPACKED ? ROWS[kind].texts[number].replace(/<[^>]*>/g, " ") : [...ROWS[kind].row(number).cells].map((cell) => (cell.className === "now" ? "" : cell.textContent)).join(" ")));
  return texts[kind].get(number);
}

function makeSortable(kind, heading) {
  const column = heading.cellIndex, button = element("button", { type: "button" }, heading.textContent);
  heading.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const previous of byId(kind).querySelectorAll("th[aria-sort]")) previous.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sort = () => {
      sorting[kind] = order(kind, column, heading.dataset.sort === "number", down);
      if (!UNPACKED) byId(kind).tBodies[0].append(...sorting[kind].map(ROWS[kind].row));
    };
    sort();
    let day = state.date;
    if (kind === "claims") resort = column === 4 ? () => state.date !== day && ((day = state.date), sort()) : null;
    showRows();
  });
}

// What a column is sorted by, without making every row of a large table.
const VALUE = {
  bodies: [(n) => BODIES.label[n], (n) => typeOf(n), null, (n) => AROUND[n].filter((claim) => !isEvent(claim)).length],
  claims: [(n) => BODIES.label[CLAIMS.from[n]], (n) => DATA.kinds[CLAIMS.kind[n]].label, (n) => BODIES.label[CLAIMS.to[n]], (n) => CLAIMS.start[n]?.[0] ?? whenOf(n), statusNow],
};
function order(kind, column, numbers, down) {
  const compare = new Intl.Collator("en-GB").compare, by = VALUE[kind][column];
  const keyed = Array.from({ length: DATA[kind].from?.length ?? BODIES.key.length }, (_, number) => [by(number), number]);
  keyed.sort(([a, m], [b, n]) => (numbers ? a - b : compare(a, b)) * (down ? -1 : 1) || m - n);
  return keyed.map(([, number]) => number);
}

function showRows() {
  for (const kind of ["bodies", "claims"]) {
    const words = fold(byId("filter-" + kind).value).split(" ").filter(Boolean);
    const length = kind === "claims" ? CLAIMS.from.length : BODIES.key.length;
    const every = sorting[kind] ?? Array.from({ length }, (_, number) => number);
    const visible = every.filter((number) => LISTED[kind](number) && words.every((word) => textOf(kind, number).includes(word) || (kind === "claims" && statusNow(number).includes(word))));
    inTable[kind] = visible;
    if (UNPACKED) showPage(kind);
    else {
      const passing = new Set(visible);
      ROWS[kind].elements.forEach((row, number) => (row.hidden = !passing.has(number)));
      ROWS[kind].elements.forEach((row, number) => dress(kind, row, number));
    }
    document.querySelector(`[data-of="${kind}"]`).textContent = kind === "claims" ? (visible.length === length ? `all shown: ${relationshipCount(every)}` : `${relationshipShare(visible)} shown`) : visible.length === length ? `all ${length} shown` : `${visible.length} of ${length} shown`;
  }
}

function dress(kind, row, number) {
  row.classList.toggle("chosen", kind === "bodies" ? state.body === number : !!state.claims?.includes(number));
  row.classList.toggle("over", (kind === "bodies" ? bodyOver : claimOver)(number));
  if (kind === "claims") {
    dateMark(row, number);
    row.cells[1].textContent = wordingOf(number);
    row.cells[4].textContent = statusNow(number);
  }
}

function showPage(kind) {
  const visible = inTable[kind], last = Math.max(0, Math.ceil(visible.length / PAGE) - 1), at = (pageAt[kind] = Math.min(pageAt[kind], last));
  const page = visible.slice(at * PAGE, (at + 1) * PAGE);
  byId(kind).tBodies[0].replaceChildren(...page.map(ROWS[kind].row));
  for (const number of page) dress(kind, ROWS[kind].row(number), number);
  const turn = (text, to) => {
    const button = element("button", { type: "button", onclick: () => { pageAt[kind] = to; showPage(kind); } }, text);
    button.disabled = to < 0 || to > last;
    return button;
  };
  const turns = document.querySelector(`[data-pages="${kind}"]`), used = [...turns.children].indexOf(document.activeElement);
  turns.replaceChildren(turn("Previous", at - 1), ` page ${at + 1} of ${last + 1} `, turn("Next", at + 1));
  // The keyboard stays at the button it used, or goes to the other one at either end.
  if (used >= 0) (turns.children[used].disabled ? turns.children[1 - used] : turns.children[used]).focus();
}

// What became of a claim since the date with which another is compared stands beside its dates, in words.
function dateMark(row, claim) {
  const cell = row.cells[3], mark = CHANGES[status(claim)] ?? "";
  const present = cell.querySelector(".at-date");
  if (mark === (present?.textContent ?? "")) return;
  present?.remove();
  if (mark) cell.append(element("span", { class: "at-date" }, mark));
}
