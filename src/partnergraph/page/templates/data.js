"use strict";
// What the page holds: its data, and the rows of its tables by number.
const byId = (id) => document.getElementById(id);
const UNPACKED = globalThis.UNPACKED ?? null; // of a large page: everything, its rows as text
const DATA = UNPACKED?.data ?? JSON.parse(byId("data").textContent);
const NETWORK = UNPACKED?.network ?? JSON.parse(byId("network").textContent);
const BODIES = DATA.bodies, CLAIMS = DATA.claims;
let whole = null; // the map of every body, where a page was made with one and the machine draws it
const PARSER = document.createElement("template");

// The rows of a table by number: those that stand in the page, or, of a large page, made when one is asked for.
function rowStore(table, texts) {
  const elements = texts ? new Map() : [...byId(table).tBodies[0].rows];
  const row = (number) => {
    if (!texts) return elements[number];
    if (!elements.has(number)) {
      PARSER.innerHTML = texts[number];
      elements.set(number, PARSER.content.firstChild);
    }
    return elements.get(number);
  };
  return { row, texts, elements: texts ? null : elements };
}
const ROWS = { bodies: rowStore("bodies", UNPACKED?.bodies), claims: rowStore("claims", UNPACKED?.claims) };
const bodyRow = ROWS.bodies.row, claimRow = ROWS.claims.row;
if (!UNPACKED) {
  BODIES.key = ROWS.bodies.elements.map((row) => row.id);
  BODIES.label = ROWS.bodies.elements.map((row) => row.cells[0].firstChild.textContent.trim());
  CLAIMS.key = ROWS.claims.elements.map((row) => row.id);
}
// A body as a sentence names it: with the article that English gives it, as `partnergraph.grammar.with_article` does.
const ARTICLED = new Set(DATA.articles);
const nameOf = (body) => (ARTICLED.has(body) ? `the ${BODIES.label[body].replace(/^The /, "")}` : BODIES.label[body]);
const phone = matchMedia("(max-width: 760px)");
const dark = matchMedia("(prefers-color-scheme: dark)");
