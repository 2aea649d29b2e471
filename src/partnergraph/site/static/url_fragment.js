// The fragment of the page's address (after '#'): a query, or a question with its parameters, which a link shares.
const RESERVED = ["query", "question", "as-of", "view"];

/** The parts of a fragment. They fill the page in; nothing runs until the reader says so. */
export function parseFragment(hash) {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const parameters = {};
  for (const [name, value] of values) if (!RESERVED.includes(name)) parameters[name] = value;
  return {
    query: values.get("query") || "",
    question: values.get("question") || "",
    asOf: values.get("as-of") || "",
    view: values.get("view") || "",
    parameters,
  };
}

/** The fragment for a query or a question. */
export function formatFragment({ query, question, parameters, asOf, view }) {
  const values = new URLSearchParams();
  if (question) {
    values.set("question", question);
    for (const [name, value] of Object.entries(parameters || {})) if (value) values.set(name, value);
  } else {
    values.set("query", query);
  }
  if (asOf) values.set("as-of", asOf);
  if (view && view !== "table") values.set("view", view);
  return `#${values}`;
}
