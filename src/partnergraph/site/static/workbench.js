// The workbench: a query or a question in, an answer out. What is asked stands in the address, so that it can be shared.
import { read, written } from "/static/address.js";
import { answers } from "/static/answer.js";
import { answer, json } from "/static/asking.js";
import { Terms } from "/static/complete.js";
import { editor } from "/static/editor.js";
import { byId, make } from "/static/made.js";
import { forget, past, remember } from "/static/past.js";
import { questions } from "/static/questions.js";

const FIRST = `# How many relationships of each kind are there?
SELECT ?kind (COUNT(?relationship) AS ?number) {
  ?relationship a pg:Relationship ; pg:kind/skos:prefLabel ?kind
}
GROUP BY ?kind
ORDER BY DESC(?number)
`;

const terms = json("/terms").then((told) => new Terms(told), () => new Terms({}));
let asked = null; // the question whose SPARQL stands in the editor: name, values, sparql, title
let working = null; // what is running
let number = 0;
let wanted = ""; // the view that a link asks for, once its query has run

const edit = editor(byId("editor"), { text: FIRST, terms, run: () => run(), changed: () => { say("came", ""); edit.clean(); } });
const shown = answers({ terms, changed: () => keep(), trouble });

function say(id, text) {
  byId(id).textContent = text;
  if (id === "came") byId(id).hidden = !text;
}

function trouble(error) {
  const box = byId("trouble");
  const [first, ...rest] = error.message.split("\n");
  box.replaceChildren(make("p", {}, first), ...(rest.length ? [make("pre", { tabindex: "0", role: "region", "aria-label": "The place in the query" }, rest.join("\n"))] : []));
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

/** What is asked now, as the address says it. */
function address() {
  const query = edit.text;
  const question = asked && asked.sparql === query ? { question: asked.name, parameters: asked.values } : { query };
  return written({ ...question, asOf: byId("as-of").value.trim(), view: shown.view });
}

let kept = location.hash;
function keep() {
  kept = address();
  history.replaceState(null, "", kept);
}

async function run() {
  const [query, asOf] = [edit.text, byId("as-of").value.trim()];
  working?.abort();
  working = new AbortController();
  const mine = (number += 1);
  const begun = performance.now();
  byId("trouble").hidden = true;
  edit.clean();
  byId("stop").hidden = false;
  say("came", "");
  say("done", "");
  say("outcome", "Running…");
  const ended = (text) => {
    if (mine !== number) return false;
    byId("stop").hidden = true;
    say("outcome", text);
    return true;
  };
  try {
    const found = await answer(query, asOf, working.signal);
    const time = `${((performance.now() - begun) / 1000).toFixed(2)} s`;
    const size = found.form === "select" ? `${found.rows.length} row${found.rows.length === 1 ? "" : "s"}` : found.form === "ask" ? (found.truth ? "Yes" : "No") : "A graph";
    if (!ended(`${size} in ${time}${asOf ? `, as of ${asOf}` : ""}.`)) return;
    const title = asked && asked.sparql === query ? asked.title : query.trim().split("\n").slice(0, 3).join("\n").slice(0, 200);
    const name = asked && asked.sparql === query ? asked.name : "";
    await shown.show(found, { query, asOf, name }, wanted);
    wanted = "";
    if (byId("answer").getBoundingClientRect().top > innerHeight - 120) byId("answer").scrollIntoView();
    keep();
    remember({ hash: kept, title, told: size });
    listPast();
  } catch (error) {
    if (error.name === "AbortError") {
      if (ended("Stopped.")) shown.clear();
      return;
    }
    if (!ended("There is no answer.")) return;
    shown.clear();
    trouble(error);
    if (error.line) edit.mark(error.line, error.column, error.message.split("\n")[0]);
  }
}

function listPast() {
  const all = past();
  say("past-count", all.length ? `(${all.length})` : "");
  byId("past-list").replaceChildren(...all.map((one) => make("li", {}, make("a", { href: one.hash.startsWith("#") ? one.hash : "#" }, one.title || "A query"), make("span", { class: "quiet" }, one.told || ""))));
  byId("past-clear").hidden = !all.length;
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    say("done", said);
  } catch {
    say("done", "The browser does not allow copying.");
  }
}

/** The query with the prefixes that it uses written out, for other tools. */
async function complete(query) {
  const { prefixes } = await terms;
  const used = Object.keys(prefixes).filter((one) => new RegExp(`(?<![\\w:-])${one}:`).test(query) && !new RegExp(`PREFIX\\s+${one}:`, "i").test(query));
  return used.map((one) => `PREFIX ${one}: <${prefixes[one]}>\n`).join("") + query;
}

byId("run").addEventListener("click", () => run());
byId("stop").addEventListener("click", () => working?.abort());
byId("as-of").addEventListener("keydown", (event) => { if (event.key === "Enter") run(); });
byId("link").addEventListener("click", () => { keep(); copy(location.href, "The link is copied."); });
byId("copy").addEventListener("click", async () => copy(await complete(edit.text), "The query is copied, with its prefixes."));
byId("past-clear").addEventListener("click", () => { forget(); listPast(); byId("past").querySelector("summary").focus(); });

const left = questions({
  trouble,
  ask: (question) => {
    asked = question;
    edit.text = question.sparql;
    run();
  },
});
left.catch(trouble);

/** Fill the page in from its address. Nothing runs: a link can say anything. */
async function open(hash) {
  const given = read(hash);
  if (given.question || given.query) {
    byId("as-of").value = given.asOf;
    wanted = given.view;
    byId("trouble").hidden = true;
  }
  if (given.question) {
    (await left).open(given.question, given.parameters);
  } else if (given.query) {
    asked = null;
    edit.text = given.query;
    say("came", "This query came with a link and has not run. Read it, then run it.");
  }
}

window.addEventListener("hashchange", () => open(location.hash));
document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href^='#qu']");
  if (link && link.hash === location.hash) open(link.hash); // the address does not change then
});
open(location.hash);
listPast();
document.documentElement.dataset.ready = "yes";
