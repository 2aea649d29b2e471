// What the address of the page says after '#': a query, or a question with its parameters; so a link shares it.
const OWN = ["query", "question", "as-of", "view"];

/** What an address asks; it fills the page in, and nothing runs until the reader says so. */
export function read(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const parameters = {};
  for (const [name, value] of given) if (!OWN.includes(name)) parameters[name] = value;
  return {
    query: given.get("query") || "",
    question: given.get("question") || "",
    asOf: given.get("as-of") || "",
    view: given.get("view") || "",
    parameters,
  };
}

/** The part after '#' for what is asked. */
export function written({ query, question, parameters, asOf, view }) {
  const told = new URLSearchParams();
  if (question) {
    told.set("question", question);
    for (const [name, value] of Object.entries(parameters || {})) if (value) told.set(name, value);
  } else {
    told.set("query", query);
  }
  if (asOf) told.set("as-of", asOf);
  if (view && view !== "table") told.set("view", view);
  return `#${told}`;
}
