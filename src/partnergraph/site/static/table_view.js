// An answer as a table: names instead of IRIs, sorted by any column, a hundred rows at a time.
import { labelsOf } from "/static/client.js";
import { make } from "/static/dom.js";

const PAGE = 100;
const NUMBERS = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(?:integer|decimal|double|float|(?:non|un)?\w*(?:[iI]nt|[lL]ong|[sS]hort|[bB]yte)\w*)$/;

export const isNumber = (term) => Boolean(term && term.type === "literal" && NUMBERS.test(term.datatype || "") && Number.isFinite(Number(term.value)));

/** What people read for a term. */
export function termText(term, names, terms) {
  if (!term) return "";
  if (term.type === "triple") return `<< ${["subject", "predicate", "object"].map((part) => termText(term.value[part], names, terms)).join(" ")} >>`;
  if (term.type === "uri") return names.get(term.value) || terms.short(term.value).replace(/^<(.*)>$/, (_, iri) => terms.path(iri) || iri);
  return term.type === "bnode" ? `_:${term.value}` : term.value;
}

/** Where a click on an IRI leads: its page here, or its address in the web; nowhere for any other scheme. */
export function linkOf(iri, terms) {
  return terms.path(iri) || (/^(?:https?:\/\/[^\s<>"]+|mailto:[^\s<>"]+)$/i.test(iri) && !terms.isTerm(iri) ? iri : "");
}

/** The table of an answer, with what it needs to be sorted and paged. */
export async function tableView(answer, terms, { iris = false } = {}) {
  const names = iris ? new Map() : await labelsOf(answer.rows.flatMap((row) => Object.values(row)).filter((term) => term.type === "uri").map((term) => term.value)).catch(() => new Map());
  const text = (term) => termText(term, names, terms);
  const numeric = Object.fromEntries(answer.columns.map((column) => [column, answer.rows.some((row) => row[column]) && answer.rows.every((row) => !row[column] || isNumber(row[column]))]));
  const box = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The answer as a table" });
  const pages = make("div", { class: "pages" });
  let rows = answer.rows;
  let sorted = null;
  let first = 0;

  function cell(term, column) {
    const content = text(term);
    const kind = numeric[column] ? "number" : /\S{25}/.test(content) ? "long" : /^\S{1,14}$/.test(content) ? "short" : "";
    if (!term || term.type !== "uri") return make("td", { class: kind, lang: term?.["xml:lang"], title: term?.datatype ? terms.short(term.datatype) : false }, content);
    const to = linkOf(term.value, terms);
    const outside = to && !to.startsWith("/");
    return make("td", { class: kind }, to ? make("a", { href: to, title: term.value, rel: outside ? "noreferrer" : false }, content) : make("span", { title: term.value }, content));
  }

  function sort(column) {
    const down = sorted && sorted.column === column && !sorted.down;
    sorted = { column, down };
    const of = new Map(answer.rows.map((row) => [row, numeric[column] ? Number(row[column]?.value ?? NaN) : text(row[column])]));
    const order = new Intl.Collator("en-GB", { numeric: true });
    const compare = numeric[column] ? (a, b) => a - b : order.compare;
    rows = [...answer.rows].sort((a, b) => {
      if (!row(a) || !row(b)) return Number(!row(a)) - Number(!row(b)); // what has no value comes last
      return compare(of.get(a), of.get(b)) * (down ? -1 : 1);
    });
    function row(one) { return Boolean(one[column]); }
    first = 0;
    draw(column);
  }

  function draw(focused) {
    const heads = answer.columns.map((column) => make(
      "th", { scope: "col", class: numeric[column] ? "number" : "", "aria-sort": sorted?.column === column ? (sorted.down ? "descending" : "ascending") : false },
      make("button", { type: "button", onclick: () => sort(column) }, column),
    ));
    const body = rows.slice(first, first + PAGE).map((row) => make("tr", {}, ...answer.columns.map((column) => cell(row[column], column))));
    const tableElement = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
    box.replaceChildren(tableElement);
    box.scrollTop = 0;
    const last = Math.min(rows.length, first + PAGE);
    const step = (by) => () => { first += by; draw(); pages.querySelector("button:not(:disabled)")?.focus(); };
    pages.replaceChildren(...(rows.length > PAGE ? [
      make("button", { type: "button", disabled: first === 0, onclick: step(-PAGE) }, "Previous"),
      make("button", { type: "button", disabled: last === rows.length, onclick: step(PAGE) }, "Next"),
      make("span", { role: "status" }, `Rows ${first + 1} to ${last} of ${rows.length}`),
    ] : []));
    if (focused) heads[answer.columns.indexOf(focused)].querySelector("button").focus();
  }
  draw();
  return [box, pages];
}
