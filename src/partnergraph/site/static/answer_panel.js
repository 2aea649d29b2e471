// The answer to a query: as a table, a chart, a map or text, and as a file.
import { formRequest, fetchOk, downloadAnswer } from "/static/client.js";
import { chartView } from "/static/chart_view.js";
import { byId, make } from "/static/dom.js";
import { tableView } from "/static/table_view.js";

// For each form of a query the files that its answer can be saved in: label, suffix, media type.
const FILES = JSON.parse(byId("downloads").dataset.formats);
const VIEWS = { select: [["table", "Table"], ["chart", "Chart"], ["map", "Map"]], ask: [["table", "Answer"]], graph: [["text", "Turtle"], ["map", "Map"]] };
const MAX_TEXT_LENGTH = 200000; // characters of a graph that are shown

function mapView({ query, asOf }) {
  const frame = make("iframe", { class: "map", name: "map", title: "The answer as a map" });
  const values = { query, "as-of": asOf };
  const send = (target) => {
    const form = make("form", { method: "post", action: "/draw", target, hidden: true });
    for (const [name, value] of Object.entries(values)) if (value) form.append(make("input", { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
    form.remove();
  };
  const box = make("div", {}, make("p", { class: "quiet", role: "status" }, "Drawing…"));
  fetchOk("/draw", formRequest(values)).then(() => {
    box.replaceChildren(make("div", { class: "choices" }, make("button", { type: "button", onclick: () => send("_blank") }, "Open the map in its own tab")), frame);
    send("map");
  }, (error) => box.replaceChildren(make("p", {}, error.message)));
  return [box];
}

async function tableWithOptions(answer, terms) {
  if (!answer.columns.length) return [make("p", {}, `${answer.rows.length} row${answer.rows.length === 1 ? "" : "s"} without a column.`)];
  const check = make("input", { type: "checkbox", id: "iris" });
  const tableBox = make("div", {}, ...(await tableView(answer, terms)));
  check.addEventListener("change", async () => tableBox.replaceChildren(...(await tableView(answer, terms, { iris: check.checked }))));
  const hasIris = answer.rows.some((row) => Object.values(row).some((term) => term.type === "uri"));
  return [...(hasIris ? [make("div", { class: "choices" }, make("label", {}, check, "Show IRIs instead of names"))] : []), tableBox];
}

const VIEW_BUILDERS = {
  table: (answer, terms) => (answer.form === "ask" ? [make("p", { class: "truth" }, answer.truth ? "Yes" : "No")] : tableWithOptions(answer, terms)),
  chart: chartView,
  map: (answer) => mapView(answer.request),
  text: (answer) => [make("pre", { tabindex: "0", role: "region", "aria-label": "The graph in Turtle" }, answer.text.length > MAX_TEXT_LENGTH ? `${answer.text.slice(0, MAX_TEXT_LENGTH)}\n# ... the rest is in the download` : answer.text)],
};

/** The panel. `changed` is called with the name of the view that is shown, `showError` with an error. */
export function answerPanel({ terms, changed, showError }) {
  let current = null;
  let view = "table";

  async function show(name, focus = false) {
    const views = VIEWS[current.form];
    view = views.some(([viewName]) => viewName === name) ? name : views[0][0];
    for (const tab of byId("views").children) {
      const chosen = tab.dataset.view === view;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) tab.focus();
    }
    byId("view").setAttribute("aria-labelledby", `tab-${view}`);
    const requestedAnswer = current;
    const parts = await VIEW_BUILDERS[view](current, await terms);
    if (requestedAnswer === current && byId(`tab-${view}`)) byId("view").replaceChildren(...parts);
    changed(view);
  }

  function tabs() {
    const views = VIEWS[current.form];
    byId("views").replaceChildren(...views.map(([name, title]) => make("button", { type: "button", role: "tab", id: `tab-${name}`, "data-view": name, "aria-controls": "view", onclick: () => show(name) }, title)));
  }

  byId("views").addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const views = VIEWS[current.form].map(([name]) => name);
    event.preventDefault();
    show(views[(views.indexOf(view) + by + views.length) % views.length], true);
  });

  function downloads() {
    const { query, asOf, name } = current.request;
    const buttons = FILES[current.form].map(([title, suffix, media]) => make("button", {
      type: "button",
      onclick: async () => {
        try {
          const address = URL.createObjectURL(await downloadAnswer(query, asOf, media));
          make("a", { href: address, download: `${name || "answer"}${suffix}` }).click();
          setTimeout(() => URL.revokeObjectURL(address), 10000);
        } catch (error) {
          showError(error);
        }
      },
    }, title));
    byId("downloads").replaceChildren(make("span", {}, "Download"), ...buttons);
  }

  return {
    get view() { return view; },
    /** Show an answer; `request` is the query, its date and its name. */
    async show(answer, request, requestedView) {
      current = { ...answer, request };
      byId("notes").replaceChildren(...answer.notes.map((note) => make("li", {}, note)));
      byId("notes").hidden = !answer.notes.length;
      const empty = answer.form === "select" ? !answer.rows.length : answer.form === "graph" && !answer.text.trim();
      byId("shown").hidden = empty;
      byId("view").replaceChildren();
      if (empty) return;
      tabs();
      downloads();
      await show(requestedView || view);
    },
    clear() {
      byId("shown").hidden = byId("notes").hidden = true;
    },
  };
}
