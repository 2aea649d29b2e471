// The tables: sorted by a heading, filtered by words and by the same choices as the map.
function startTables() {
  for (const table of document.querySelectorAll("#bodies, #claims")) {
    for (const [at, heading] of [...table.querySelectorAll("th[data-sort]")].entries()) makeSortable(table, heading, [...heading.parentNode.children].indexOf(heading), at);
  }
  for (const id of ["filter-bodies", "filter-claims"]) byId(id).addEventListener("input", showRows);
  listeners.push(showRows);
}

function makeSortable(table, heading, column) {
  const button = element("button", { type: "button" }, heading.textContent);
  heading.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.children[column].textContent.trim();
    const numbers = heading.dataset.sort === "number";
    const order = numbers ? (a, b) => Number(text(a)) - Number(text(b)) : (a, b) => text(a).localeCompare(text(b), "en-GB");
    const sorted = [...table.tBodies[0].rows].sort((a, b) => (down ? order(b, a) : order(a, b)));
    table.tBodies[0].append(...sorted);
  });
}

const FOLDED_TEXT = new Map();
function textOf(row) {
  if (!FOLDED_TEXT.has(row)) FOLDED_TEXT.set(row, fold(row.textContent));
  return FOLDED_TEXT.get(row);
}

function showRows() {
  for (const [kind, rows, shown] of [["bodies", BODY_ROWS, bodyShown], ["claims", CLAIM_ROWS, claimShown]]) {
    const words = fold(byId("filter-" + kind).value).split(" ").filter(Boolean);
    let count = 0;
    rows.forEach((row, number) => {
      const visible = shown(number) && words.every((word) => textOf(row).includes(word));
      row.hidden = !visible;
      count += visible;
      row.classList.toggle("chosen", kind === "bodies" ? state.body === number : !!state.claims?.includes(number));
      if (kind === "claims") dateMark(row, number);
    });
    document.querySelector(`[data-of="${kind}"]`).textContent = count === rows.length ? `all ${count} shown` : `${count} of ${rows.length} shown`;
  }
}

// What a claim is at the chosen date stands beside its dates, in words.
function dateMark(row, claim) {
  const cell = row.children[3], mark = CHANGES[status(claim)] ?? "";
  const there = cell.querySelector(".at-date");
  if (mark === (there?.textContent ?? "")) return;
  there?.remove();
  if (mark) cell.append(element("span", { class: "at-date" }, mark));
}
