// Requests to the server.
/** An error with the text of the server, and the line and column in the query where it names them. */
export class ServerError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
    const position = /\(line (\d+), column (\d+)\)/.exec(detail);
    this.line = position ? Number(position[1]) : null;
    this.column = position ? Number(position[2]) : null;
  }
}

/** A response with a status of success. Throws `ServerError`. */
export async function fetchOk(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, "The server does not answer. Is it still running?");
  }
  if (response.ok) return response;
  let detail = `The server answered ${response.status}.`;
  try { detail = (await response.json()).detail || detail; } catch { /* not one of its own answers */ }
  throw new ServerError(response.status, detail);
}

export async function fetchJson(address, options) {
  return (await fetchOk(address, options)).json();
}

export function formRequest(values) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) body.set(name, value);
  return { method: "POST", body };
}

/** The lines of a header of the endpoint: line feeds come as ' | ', other characters than ASCII escaped. */
export function headerLines(response, name) {
  const text = response.headers.get(name);
  if (!text) return [];
  const plain = text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U00(0[0-9a-f]{5}|10[0-9a-f]{4}))/g, (_, x, u, U) => String.fromCodePoint(parseInt(x || u || U, 16)));
  return plain.split(" | ").map((line) => line.replace(/^- /, ""));
}

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";

/** The answer to a query: a table, a truth or a graph as Turtle, with the notes of the endpoint. */
export async function runQuery(query, asOf, signal) {
  const response = await fetchOk("/sparql", {
    ...formRequest({ query, "as-of": asOf, explain: "1" }),
    headers: { accept: ACCEPT },
    signal,
  });
  const notes = [...headerLines(response, "x-partnergraph-note"), ...headerLines(response, "x-partnergraph-hint").map((hint) => `Slow: ${hint}`)];
  if (!response.headers.get("content-type").includes("json")) return { form: "graph", text: await response.text(), notes };
  const result = await response.json();
  if ("boolean" in result) return { form: "ask", truth: result.boolean, notes };
  return { form: "select", columns: result.head.vars, rows: result.results.bindings, notes };
}

/** The same answer in another format, as a Blob. */
export async function downloadAnswer(query, asOf, media) {
  return (await fetchOk("/sparql", { ...formRequest({ query, "as-of": asOf }), headers: { accept: media } })).blob();
}

const labelCache = new Map();

/** The labels of IRIs: a map, with null for those without one. */
export async function labelsOf(iris) {
  const unknown = [...new Set(iris)].filter((iri) => !labelCache.has(iri) && !iri.includes("\n"));
  for (let start = 0; start < unknown.length; start += 2000) {
    const batch = unknown.slice(start, start + 2000);
    const result = await fetchJson("/labels", formRequest({ iris: batch.join("\n") }));
    for (const iri of batch) labelCache.set(iri, Object.hasOwn(result, iri) ? result[iri] : null);
  }
  return labelCache;
}
