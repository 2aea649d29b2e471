// What came of a query: as a table, a chart, a map or text; as a file; or why there is nothing.
import { asForm, fetched, file } from "/static/asking.js";
import { chart } from "/static/chart.js";
import { byId, make } from "/static/made.js";
import { table } from "/static/table.js";

// For each form of a query the files that its answer can be saved in: label, suffix, media type.
const FILES = JSON.parse(byId("downloads").dataset.formats);
const VIEWS = { select: [["table", "Table"], ["chart", "Chart"], ["map", "Map"]], ask: [["table", "Answer"]], graph: [["text", "Turtle"], ["map", "Map"]] };
const MOST_TEXT = 200000; // characters of a graph that are shown

function map({ query, asOf }) {
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
  fetched("/draw", asForm(values)).then(() => {
    box.replaceChildren(make("div", { class: "choices" }, make("button", { type: "button", onclick: () => send("_blank") }, "Open the map in its own tab")), frame);
    send("map");
  }, (error) => box.replaceChildren(make("p", {}, error.message)));
  return [box];
}

async function tabular(answer, terms) {
  if (!answer.columns.length) return [make("p", {}, `${answer.rows.length} rows without a column.`)];
  const check = make("input", { type: "checkbox", id: "iris" });
  const inside = make("div", {}, ...(await table(answer, terms)));
  check.addEventListener("change", async () => inside.replaceChildren(...(await table(answer, terms, { iris: check.checked }))));
  const some = answer.rows.some((row) => Object.values(row).some((term) => term.type === "uri"));
  return [...(some ? [make("div", { class: "choices" }, make("label", {}, check, "Show IRIs instead of names"))] : []), inside];
}

const MAKERS = {
  table: (answer, terms) => (answer.form === "ask" ? [make("p", { class: "truth" }, answer.truth ? "Yes" : "No")] : tabular(answer, terms)),
  chart,
  map: (answer) => map(answer.asked),
  text: (answer) => [make("pre", { tabindex: "0", role: "region", "aria-label": "The graph in Turtle" }, answer.text.length > MOST_TEXT ? `${answer.text.slice(0, MOST_TEXT)}\n# ... the rest is in the download` : answer.text)],
};

/** The lower side of the page. `changed` is called with the name of the view that is shown, `trouble` with an error. */
export function answers({ terms, changed, trouble }) {
  let current = null;
  let view = "table";

  async function show(name, focus = false) {
    const views = VIEWS[current.form];
    view = views.some(([one]) => one === name) ? name : views[0][0];
    for (const tab of byId("views").children) {
      const chosen = tab.dataset.view === view;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) tab.focus();
    }
    byId("view").setAttribute("aria-labelledby", `tab-${view}`);
    const shownOne = current;
    const parts = await MAKERS[view](current, await terms);
    if (shownOne === current && byId(`tab-${view}`)) byId("view").replaceChildren(...parts);
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
    const { query, asOf, name } = current.asked;
    const buttons = FILES[current.form].map(([title, suffix, media]) => make("button", {
      type: "button",
      onclick: async () => {
        try {
          const address = URL.createObjectURL(await file(query, asOf, media));
          make("a", { href: address, download: `${name || "answer"}${suffix}` }).click();
          setTimeout(() => URL.revokeObjectURL(address), 10000);
        } catch (error) {
          trouble(error);
        }
      },
    }, title));
    byId("downloads").replaceChildren(make("span", {}, "Download"), ...buttons);
  }

  return {
    get view() { return view; },
    /** Show an answer; `asked` is the query, its date and its name. */
    async show(answer, asked, wanted) {
      current = { ...answer, asked };
      byId("notes").replaceChildren(...answer.notes.map((note) => make("li", {}, note)));
      byId("notes").hidden = !answer.notes.length;
      const nothing = answer.form === "select" ? !answer.rows.length : answer.form === "graph" && !answer.text.trim();
      byId("shown").hidden = nothing;
      byId("view").replaceChildren();
      if (nothing) return;
      tabs();
      downloads();
      await show(wanted || view);
    },
    clear() {
      byId("shown").hidden = byId("notes").hidden = true;
    },
  };
}
