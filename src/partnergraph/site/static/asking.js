// Asking the server. An error is one of these, with the place in the query where there is one.
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
    const place = /\(line (\d+), column (\d+)\)/.exec(detail);
    this.line = place ? Number(place[1]) : null;
    this.column = place ? Number(place[2]) : null;
  }
}

/** A response of the server, or `Refused` with what it says. */
export async function fetched(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "The server does not answer. Is it still running?");
  }
  if (response.ok) return response;
  let detail = `The server answered ${response.status}.`;
  try { detail = (await response.json()).detail || detail; } catch { /* not one of its own answers */ }
  throw new Refused(response.status, detail);
}

export async function json(address, options) {
  return (await fetched(address, options)).json();
}

export function asForm(values) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) body.set(name, value);
  return { method: "POST", body };
}

/** What a header of the endpoint says: line feeds come as ' | ', other characters than ASCII escaped. */
export function told(response, name) {
  const text = response.headers.get(name);
  if (!text) return [];
  const plain = text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U00(0[0-9a-f]{5}|10[0-9a-f]{4}))/g, (_, x, u, U) => String.fromCodePoint(parseInt(x || u || U, 16)));
  return plain.split(" | ").map((line) => line.replace(/^- /, ""));
}

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";

/** The answer to a query: a table, a truth or a graph as Turtle, with the notes of the endpoint. */
export async function answer(query, asOf, signal) {
  const response = await fetched("/sparql", {
    ...asForm({ query, "as-of": asOf, explain: "1" }),
    headers: { accept: ACCEPT },
    signal,
  });
  const notes = [...told(response, "x-partnergraph-note"), ...told(response, "x-partnergraph-hint").map((hint) => `Slow: ${hint}`)];
  if (!response.headers.get("content-type").includes("json")) return { form: "graph", text: await response.text(), notes };
  const found = await response.json();
  if ("boolean" in found) return { form: "ask", truth: found.boolean, notes };
  return { form: "select", columns: found.head.vars, rows: found.results.bindings, notes };
}

/** The same answer in another form, as a file. */
export async function file(query, asOf, media) {
  return (await fetched("/sparql", { ...asForm({ query, "as-of": asOf }), headers: { accept: media } })).blob();
}

const names = new Map();

/** The names of IRIs: a map that has those which have one. */
export async function named(iris) {
  const unknown = [...new Set(iris)].filter((iri) => !names.has(iri) && !iri.includes("\n"));
  for (let start = 0; start < unknown.length; start += 2000) {
    const some = unknown.slice(start, start + 2000);
    const found = await json("/labels", asForm({ iris: some.join("\n") }));
    for (const iri of some) names.set(iri, Object.hasOwn(found, iri) ? found[iri] : null);
  }
  return names;
}
