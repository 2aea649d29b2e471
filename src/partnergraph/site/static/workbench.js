// The workbench: editor, question panel, answer panel and history. The URL fragment holds the query, so that it can be shared.
import { parseFragment, formatFragment } from "/static/url_fragment.js";
import { answerPanel } from "/static/answer_panel.js";
import { runQuery, fetchJson } from "/static/client.js";
import { Terms } from "/static/completion.js";
import { editor } from "/static/editor.js";
import { byId, make } from "/static/dom.js";
import { clearHistory, readHistory, addToHistory } from "/static/query_history.js";
import { questionPanel } from "/static/question_panel.js";

const INITIAL_QUERY = `# How many relationships of each kind are there?
SELECT ?kind (COUNT(?relationship) AS ?number) {
  ?relationship a pg:Relationship ; pg:kind/skos:prefLabel ?kind
}
GROUP BY ?kind
ORDER BY DESC(?number)
`;

const terms = fetchJson("/terms").then((vocabulary) => new Terms(vocabulary), () => new Terms({}));
let activeQuestion = null; // the named question whose SPARQL stands in the editor: name, values, sparql, title
let controller = null; // what is running
let runs = 0;
let requestedView = ""; // the view that a link asks for, once its query has run

const edit = editor(byId("editor"), { text: INITIAL_QUERY, terms, run: () => run(), changed: () => { setText("came", ""); edit.clean(); } });
const answers = answerPanel({ terms, changed: () => updateFragment(), showError });

function setText(id, text) {
  byId(id).textContent = text;
  if (id === "came") byId(id).hidden = !text;
}

function showError(error) {
  const box = byId("trouble");
  const [first, ...rest] = error.message.split("\n");
  box.replaceChildren(make("p", {}, first), ...(rest.length ? [make("pre", { tabindex: "0", role: "region", "aria-label": "The place in the query" }, rest.join("\n"))] : []));
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

/** The URL fragment for the query in the editor. */
function currentFragment() {
  const query = edit.text;
  const question = activeQuestion?.sparql === query ? { question: activeQuestion.name, parameters: activeQuestion.values } : { query };
  return formatFragment({ ...question, asOf: byId("as-of").value.trim(), view: answers.view });
}

let fragment = location.hash;
function updateFragment() {
  fragment = currentFragment();
  history.replaceState(null, "", fragment);
}

async function run() {
  const [query, asOf] = [edit.text, byId("as-of").value.trim()];
  controller?.abort();
  controller = new AbortController();
  const ownRun = (runs += 1);
  const started = performance.now();
  byId("trouble").hidden = true;
  edit.clean();
  byId("stop").hidden = false;
  setText("came", "");
  setText("done", "");
  setText("outcome", "Running…");
  const ended = (text) => {
    if (ownRun !== runs) return false;
    byId("stop").hidden = true;
    setText("outcome", text);
    return true;
  };
  try {
    const result = await runQuery(query, asOf, controller.signal);
    const time = `${((performance.now() - started) / 1000).toFixed(2)} s`;
    const size = result.form === "select" ? `${result.rows.length} row${result.rows.length === 1 ? "" : "s"}` : result.form === "ask" ? (result.truth ? "Yes" : "No") : "A graph";
    if (!ended(`${size} in ${time}${asOf ? `, as of ${asOf}` : ""}.`)) return;
    const title = activeQuestion?.sparql === query ? activeQuestion.title : query.trim().split("\n").slice(0, 3).join("\n").slice(0, 200);
    const name = activeQuestion?.sparql === query ? activeQuestion.name : "";
    await answers.show(result, { query, asOf, name }, requestedView);
    requestedView = "";
    if (byId("answer").getBoundingClientRect().top > innerHeight - 120) byId("answer").scrollIntoView();
    updateFragment();
    addToHistory({ hash: fragment, title, told: size });
    listHistory();
  } catch (error) {
    if (error.name === "AbortError") {
      if (ended("Stopped.")) answers.clear();
      return;
    }
    if (!ended("There is no answer.")) return;
    answers.clear();
    showError(error);
    if (error.line) edit.mark(error.line, error.column, error.message.split("\n")[0]);
  }
}

function listHistory() {
  const all = readHistory();
  setText("past-count", all.length ? `(${all.length})` : "");
  byId("past-list").replaceChildren(...all.map((one) => make("li", {}, make("a", { href: one.hash.startsWith("#") ? one.hash : "#" }, one.title || "A query"), make("span", { class: "quiet" }, one.told || ""))));
  byId("past-clear").hidden = !all.length;
}

async function copy(text, message) {
  try {
    await navigator.clipboard.writeText(text);
    setText("done", message);
  } catch {
    setText("done", "The browser does not allow copying.");
  }
}

/** The query with the prefixes that it uses written out, for other tools. */
async function withPrefixes(query) {
  const { prefixes } = await terms;
  const used = Object.keys(prefixes).filter((one) => new RegExp(`(?<![\\w:-])${one}:`).test(query) && !new RegExp(`PREFIX\\s+${one}:`, "i").test(query));
  return used.map((one) => `PREFIX ${one}: <${prefixes[one]}>\n`).join("") + query;
}

byId("run").addEventListener("click", () => run());
byId("stop").addEventListener("click", () => controller?.abort());
byId("as-of").addEventListener("keydown", (event) => { if (event.key === "Enter") run(); });
byId("link").addEventListener("click", () => { updateFragment(); copy(location.href, "The link is copied."); });
byId("copy").addEventListener("click", async () => copy(await withPrefixes(edit.text), "The query is copied, with its prefixes."));
byId("past-clear").addEventListener("click", () => { clearHistory(); listHistory(); byId("past").querySelector("summary").focus(); });

const questionList = questionPanel({
  showError,
  ask: (question) => {
    activeQuestion = question;
    edit.text = question.sparql;
    run();
  },
});
questionList.catch(showError);

/** Fill the page in from its address. Nothing runs: a link can say anything. */
async function open(hash) {
  const values = parseFragment(hash);
  if (values.question || values.query) {
    byId("as-of").value = values.asOf;
    requestedView = values.view;
    byId("trouble").hidden = true;
  }
  if (values.question) {
    (await questionList).open(values.question, values.parameters);
  } else if (values.query) {
    activeQuestion = null;
    edit.text = values.query;
    setText("came", "This query came with a link and has not run. Read it, then run it.");
  }
}

window.addEventListener("hashchange", () => open(location.hash));
document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href^='#qu']");
  if (link && link.hash === location.hash) open(link.hash); // the address does not change then
});
open(location.hash);
listHistory();
document.documentElement.dataset.ready = "yes";
