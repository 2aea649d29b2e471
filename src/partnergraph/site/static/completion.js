// Completion from this graph: its terms with their labels where they fit, its organisations by any of their names.
import { fetchJson, formRequest, labelsOf } from "/static/client.js";
import { contextAfter, variables } from "/static/cursor_context.js";

const KEYWORDS = {
  head: ["SELECT", "SELECT DISTINCT", "CONSTRUCT", "ASK", "DESCRIBE", "PREFIX", "WHERE", "FROM", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET"],
  subject: ["OPTIONAL", "FILTER", "UNION", "MINUS", "GRAPH", "BIND", "VALUES", "SELECT"],
  end: ["OPTIONAL", "FILTER", "BIND"],
  expression: ["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "DISTINCT", "AS", "STR", "LANG", "CONTAINS", "STRSTARTS", "REGEX", "LCASE", "BOUND", "COALESCE", "IF", "NOT EXISTS", "EXISTS", "YEAR", "CONCAT"],
};
const RESERVED = new Set([...Object.values(KEYWORDS).flat().join(" ").split(" "), "NAMED", "REDUCED", "ASC", "DESC", "BY", "IN", "UNDEF", "a"]);
const MAX_OPTIONS = 60;
const LOOKUP_TIMEOUT = "2"; // for a look into the graph, which is only a help

const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
const local = (name) => name.slice(name.indexOf(":") + 1);

/** How well words fit to a term: its name first, then its label; 0: not at all. */
function fit(words, option) {
  if (!words) return 1;
  const name = fold(option.label);
  const label = fold(option.detail || "");
  if (name.startsWith(words) || fold(local(option.label)).startsWith(words)) return 5;
  if (label.startsWith(words)) return 4;
  if (name.includes(words)) return 3;
  return words.split(/\s+/).every((word) => label.includes(word)) ? 2 : 0;
}

export class Terms {
  constructor(vocabulary) {
    Object.assign(this, { prefixes: {}, properties: [], classes: [], codes: [], graphs: [], sites: [], parts: [] }, vocabulary);
    this.bases = Object.entries(this.prefixes).sort(([, a], [, b]) => b.length - a.length);
    this.known = new Map([...this.codes, ...this.graphs, ...this.classes, ...this.properties].map((one) => [one.iri, one]));
    this.looks = new Map();
  }

  /** The path at which the server answers for an IRI of this graph; nothing for one of another place. */
  path(iri) {
    for (const site of this.sites) {
      const rest = iri.slice(site.length);
      if (iri.startsWith(site) && this.parts.includes(rest.split(/[/#]/)[0]) && !rest.includes("?")) {
        return `/${rest.replace(/[^\w/:@!$&'()*+,;=.~#%-]/gu, encodeURIComponent)}`;
      }
    }
    return "";
  }

  /** Whether an IRI is a word of a vocabulary and not a thing that has a page. */
  isTerm(iri) {
    return this.known.has(iri);
  }

  /** An IRI as a query writes it: with a prefix where one fits. */
  short(iri) {
    for (const [prefix, base] of this.bases) {
      if (iri.startsWith(base) && /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(iri.slice(base.length))) return `${prefix}:${iri.slice(base.length)}`;
    }
    return `<${iri}>`;
  }

  /** The IRI that a word of a query stands for, if it stands for one. */
  long(text) {
    if (/^<.*>$/.test(text)) return text.slice(1, -1);
    const at = text.indexOf(":");
    return at >= 0 && Object.hasOwn(this.prefixes, text.slice(0, at)) ? this.prefixes[text.slice(0, at)] + text.slice(at + 1) : "";
  }

  option({ iri, label, about, count }) {
    return { label: this.short(iri), detail: label || "", info: about || undefined, count: count || 0 };
  }

  /** Ask the graph once; nothing when it takes too long. */
  look(query) {
    if (!this.looks.has(query)) {
      const request = { ...formRequest({ query, timeout: LOOKUP_TIMEOUT }), headers: { accept: "application/sparql-results+json" } };
      this.looks.set(query, fetchJson("/sparql", request).then((result) => result.results.bindings, () => []));
    }
    return this.looks.get(query);
  }

  /** The properties, those that things of a class have first. */
  async propertiesOf(type) {
    const iri = this.long(type);
    const rows = iri ? await this.look(`SELECT ?p (COUNT(*) AS ?n) { SELECT ?p { ?s a <${iri}> ; ?p ?o } LIMIT 20000 } GROUP BY ?p`) : [];
    const counts = new Map(rows.map((row) => [row.p.value, Number(row.n.value)]));
    return this.properties.map((one) => this.option({ ...one, count: counts.size ? (counts.get(one.iri) || 0) * 1000000 + one.count : one.count }));
  }

  /** What the graph has as objects of a property, the commonest first. */
  async objectsOf(predicate) {
    const iri = this.long(predicate);
    if (!iri) return [];
    const rows = await this.look(`SELECT ?o (COUNT(*) AS ?n) { SELECT ?o { ?s <${iri}> ?o FILTER(!isBlank(?o)) } LIMIT 20000 } GROUP BY ?o ORDER BY DESC(?n) ?o LIMIT 400`);
    const names = await labelsOf(rows.filter((row) => row.o.type === "uri").map((row) => row.o.value)).catch(() => new Map());
    return rows.filter(({ o }) => o.type === "uri" || o.value.length < 80).map(({ o, n }) => {
      if (o.type === "uri") {
        const term = this.known.get(o.value);
        const name = names.get(o.value);
        if (term || !name) return this.option({ iri: o.value, label: name, about: term?.about, count: Number(n.value) });
        return { label: name, detail: this.short(o.value), apply: this.short(o.value), count: Number(n.value) };
      }
      const text = JSON.stringify(o.value);
      const kind = o["xml:lang"] ? `@${o["xml:lang"]}` : o.datatype && !o.datatype.endsWith("#string") ? `^^${this.short(o.datatype)}` : "";
      return { label: text + kind, detail: "", count: Number(n.value) };
    });
  }

  /** The organisations with such a name. */
  async bodies(words) {
    const key = `/search?q=${encodeURIComponent(words)}`;
    if (!this.looks.has(key)) this.looks.set(key, fetchJson(key, { headers: { accept: "application/json" } }).then((answer) => answer.found, () => []));
    return (await this.looks.get(key)).map((one) => ({
      label: one.label,
      detail: one.name && one.name !== one.label ? one.name : this.short(one.iri),
      apply: this.short(one.iri),
      count: 0,
    }));
  }
}

/** Where the word that is being typed starts; a name may have several words. */
function wordStart(text) {
  const prefixed = /(?:[\p{L}\p{N}_-]*:[\p{L}\p{N}_.-]*|[?$][\p{L}\p{N}_]*)$/u.exec(text);
  if (prefixed) return text.length - prefixed[0].length;
  const words = /[\p{L}][\p{L}\p{N}'’&.-]*(?: +[\p{L}\p{N}'’&.-]+)*$/u.exec(text);
  if (!words) return text.length;
  let at = text.length - words[0].length;
  if (/[:?$_\p{N}-]$/u.test(text.slice(0, at))) at += /^\S+ */.exec(text.slice(at))[0].length; // the end of a term
  for (let [first] = text.slice(at).split(/ +/); RESERVED.has(first) || RESERVED.has(first.toUpperCase()); [first] = text.slice(at).split(/ +/)) {
    const rest = /^\S+ +/.exec(text.slice(at));
    if (!rest) break;
    at += rest[0].length;
  }
  return at;
}

/** The completion source for the editor. */
export function completionSource(terms) {
  return async (context) => {
    const text = context.state.sliceDoc(0, context.pos);
    const from = wordStart(text);
    const typed = text.slice(from);
    if (!typed && !context.explicit) return null;
    const { where, predicate, type } = contextAfter(text.slice(0, from));
    if (where === "comment" || where === "string") return null;
    const vocabulary = await terms;
    const words = fold(typed.trim());
    const options = [];
    const add = (some, boost = 0) => options.push(...some.map((one) => ({ ...one, boost })));
    if (typed.startsWith("?") || typed.startsWith("$") || !typed) {
      const others = text.slice(0, from) + " " + context.state.sliceDoc(context.pos);
      add(variables(others).map((label) => ({ label, detail: "", count: 0 })), typed ? 3 : 0);
    }
    if (where === "predicate") add([...(await vocabulary.propertiesOf(type)).filter((one) => one.label !== "rdf:type"), { label: "a", detail: "is a", count: Number.MAX_SAFE_INTEGER }]);
    else if (where === "class") add(vocabulary.classes.map((one) => vocabulary.option(one)));
    else if (where === "graph") add(vocabulary.graphs.map((one) => vocabulary.option(one)));
    else if (where === "object") add(await vocabulary.objectsOf(predicate), 1);
    else if (where === "data" || where === "expression") add(vocabulary.codes.map((one) => vocabulary.option(one)));
    add((KEYWORDS[where] || []).map((label) => ({ label, detail: "", count: 0 })), -1);
    let matches = options.map((one) => ({ ...one, fits: fit(words, one) })).filter((one) => one.fits);
    const body = ["subject", "object", "data", "expression"].includes(where) || (where === "head" && /\bdescribe\s+$/i.test(text.slice(0, from)));
    if (body && words.length > 1 && !/^[?$]/.test(words)) {
      const bodies = await vocabulary.bodies(words.includes(":") ? local(words).replace(/-/g, " ") : typed.trim());
      matches.push(...bodies.map((one) => ({ ...one, fits: 2.5, boost: 0 })));
    }
    if (context.aborted) return null;
    matches.sort((a, b) => b.fits - a.fits || b.boost - a.boost || b.count - a.count || (a.label < b.label ? -1 : 1));
    const seen = new Set();
    matches = matches.filter((one) => !seen.has(one.apply || one.label) && seen.add(one.apply || one.label) && (one.apply || one.label) !== typed).slice(0, MAX_OPTIONS);
    return matches.length ? { from, options: matches.map(({ label, detail, info, apply }, at) => ({ label, detail: detail && ` ${detail}`, info, apply, boost: 99 - at })), filter: false } : null;
  };
}
