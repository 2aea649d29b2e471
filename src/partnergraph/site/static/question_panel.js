// The named questions: a search in the reader's own words, the catalogue, and a form for parameters.
import { fetchJson } from "/static/client.js";
import { byId, make } from "/static/dom.js";

const WAIT = 200; // milliseconds after the last key

/** A list of suggestions for a field that takes an organisation by any of its names. */
function nameSuggestions(field) {
  const list = make("datalist", { id: `${field.id}-names` });
  field.setAttribute("list", list.id);
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    const words = field.value.trim();
    if (words.length < 2) return;
    timer = setTimeout(async () => {
      const { found } = await fetchJson(`/search?q=${encodeURIComponent(words)}`, { headers: { accept: "application/json" } }).catch(() => ({ found: [] }));
      list.replaceChildren(...found.map((one) => make("option", { value: one.label }, one.name && one.name !== one.label ? `${one.name} (${one.label})` : one.label)));
    }, WAIT);
  });
  return list;
}

const EMPTY = { "@focus": "empty: the body whose graph this is", "@today": "empty: today", any: "empty: any" };

function fieldOf(parameter, lists, value) {
  const id = `p-${parameter.name}`;
  const required = parameter.default === null;
  const own = parameter.default !== null && !(parameter.default in EMPTY);
  const attributes = { id, name: parameter.name, required, "aria-describedby": `${id}-help` };
  const parts = [];
  if (parameter.type in lists) {
    const options = lists[parameter.type].map(({ code, label }) => make("option", { value: code, selected: code === value }, label));
    parts.push(make("select", attributes, ...(required ? [] : [make("option", { value: "" }, "any")]), ...options));
  } else {
    const type = { date: "date", number: "number" }[parameter.type] || "text";
    const placeholder = EMPTY[parameter.default] || (own ? `empty: ${parameter.default}` : "");
    const field = make("input", { ...attributes, type, placeholder, autocomplete: "off", step: type === "number" ? "any" : false });
    field.value = value || "";
    parts.push(field);
    if (parameter.type === "organisation") parts.push(nameSuggestions(field));
  }
  const label = parameter.name.replaceAll("_", " ");
  return [make("label", { for: id }, label[0].toUpperCase() + label.slice(1), ...(required ? [" (needed)"] : [])), ...parts, make("span", { class: "help", id: `${id}-help` }, parameter.help)];
}

/** The left side of the page. `ask` is called with a question, its values and its SPARQL; `showError` with an error. */
export async function questionPanel({ ask, showError }) {
  const { questions: all, lists } = await fetchJson("/questions");
  const byName = new Map(all.map((one) => [one.name, one]));
  const [form, finder, catalogue, words, offers] = ["question", "finder", "catalogue", "words", "offers"].map(byId);

  const link = (name, values) => `#${new URLSearchParams({ question: name, ...values })}`;

  function close() {
    form.hidden = true;
    finder.hidden = false;
    catalogue.hidden = !offers.hidden;
  }

  /** The form of a question, filled in. */
  function open(name, values = {}) {
    const question = byName.get(name);
    if (!question) {
      close();
      showError(new Error(`There is no question '${name}' here.`));
      return;
    }
    const title = make("h3", { tabindex: "-1" }, question.title);
    form.replaceChildren(
      title,
      make("p", {}, question.question),
      ...(question.help ? [make("p", { class: "quiet" }, question.help)] : []),
      ...question.parameters.flatMap((parameter) => fieldOf(parameter, lists, values[parameter.name])),
      make("div", { class: "buttons" }, make("button", { class: "main" }, "Ask"), make("button", { type: "button", onclick: () => { close(); words.focus(); } }, "All questions")),
    );
    form.dataset.name = name;
    form.hidden = false;
    finder.hidden = catalogue.hidden = true;
    title.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = form.dataset.name;
    const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim() !== ""));
    try {
      const { sparql, title } = await fetchJson(`/questions/${name}?${new URLSearchParams(values)}`);
      ask({ name, values, sparql, title });
    } catch (error) {
      showError(error);
    }
  });

  let timer = 0;
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const text = words.value.trim();
      const found = text ? (await fetchJson(`/questions?${new URLSearchParams({ words: text })}`).catch(() => ({ offers: [] }))).offers : [];
      if (text !== words.value.trim()) return;
      offers.replaceChildren(...found.map(({ name, values }) => make(
        "li", {},
        make("a", { href: link(name, values) }, byName.get(name).title),
        make("span", { class: "quiet" }, Object.values(values).join(", ") || byName.get(name).question),
      )));
      offers.hidden = !found.length;
      catalogue.hidden = found.length > 0;
      byId("words-found").textContent = !text ? "" : found.length ? "The nearest questions:" : "No question is near to these words.";
    }, WAIT);
  });
  return { open, close };
}
