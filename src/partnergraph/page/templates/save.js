// What can be taken away: the claims shown as CSV, the map as SVG or PNG.
function download(name, type, data) {
  const url = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type }));
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// A spreadsheet runs a cell that begins like a formula, so such a cell gets an apostrophe first (OWASP, CSV injection).
// The same rule as in spreadsheet_safety.py, to which a test holds it.
const escapeFormula = (text) => text
  .replace(/(^|[;\t\r\n])(?=["\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/g, "$1'")
  .replace(/^[\t\r\n\0]/, "'$&");
const cell = (text) => '"' + escapeFormula(text).replaceAll('"', '""') + '"';
// What a table tells in a part of its own is a word of its own.
const plainText = (node) => [...(node?.childNodes ?? [])].map((part) => (part.className === "more" ? " " : "") + part.textContent).join("").replace(/\s+/g, " ").trim();

function claimsAsCsv() {
  const head = ["from", "relationship", "to", "when", "status", "day", "last_confirmed", "standing", "inferred", "evidence"];
  const shown = inTable.claims.map((claim) => {
    const row = claimRow(claim), proofs = [...row.querySelectorAll(":scope > td:last-child > .proofs > li")];
    return [BODIES.label[CLAIMS.from[claim]], forwardOf(claim), BODIES.label[CLAIMS.to[claim]], whenOf(claim), statusNow(claim), state.date ?? AS_OF ?? READ[0], CLAIMS.confirmed[claim] ?? "", standingOf(claim), CLAIMS.inferred[claim] ? "yes" : "no", proofs.map(plainText).join(" | ")];
  });
  return "\ufeff" + [head, ...shown].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function startSaving() {
  byId("save-csv").addEventListener("click", () => download("relationships.csv", "text/csv", claimsAsCsv()));
  byId("save-svg").addEventListener("click", () => {
    if (drawing()) return download("map.svg", "image/svg+xml", pictureOf());
    const picture = document.querySelector(phone.matches ? ".still-tall svg" : ".still-wide svg").cloneNode(true);
    download("map.svg", "image/svg+xml", new XMLSerializer().serializeToString(picture));
  });
  byId("save-png").addEventListener("click", () => {
    const drawn = whole?.on ? whole.picture() : document.querySelector("#map canvas"), paper = element("canvas", { width: drawn.width, height: drawn.height });
    const context = paper.getContext("2d");
    context.fillStyle = inks().page;
    context.fillRect(0, 0, paper.width, paper.height);
    context.drawImage(drawn, 0, 0);
    paper.toBlob((picture) => download("map.png", "image/png", picture));
  });
}
