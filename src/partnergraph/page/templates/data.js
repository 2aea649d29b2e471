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
function shelf(table, texts) {
  const made = texts ? new Map() : [...byId(table).tBodies[0].rows];
  const row = (number) => {
    if (!texts) return made[number];
    if (!made.has(number)) {
      PARSER.innerHTML = texts[number];
      made.set(number, PARSER.content.firstChild);
    }
    return made.get(number);
  };
  return { row, texts, made: texts ? null : made };
}
const ROWS = { bodies: shelf("bodies", UNPACKED?.bodies), claims: shelf("claims", UNPACKED?.claims) };
const bodyRow = ROWS.bodies.row, claimRow = ROWS.claims.row;
if (!UNPACKED) {
  BODIES.key = ROWS.bodies.made.map((row) => row.id);
  BODIES.label = ROWS.bodies.made.map((row) => row.cells[0].firstChild.textContent.trim());
  CLAIMS.key = ROWS.claims.made.map((row) => row.id);
}
const phone = matchMedia("(max-width: 760px)");
const dark = matchMedia("(prefers-color-scheme: dark)");
