// The syntactic context of the cursor in a SPARQL query: a small parser that takes unfinished text.
const TOKENS = [
  /#[^\n]*/y,
  /"""(?:[^\\]|\\[^])*?(?:"""|$)|'''(?:[^\\]|\\[^])*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/y,
  /<[^<>"{}|^`\\\x00-\x20]*>/y,
  /[?$][\p{L}\p{N}_]+/uy,
  /[\p{L}\p{N}_-]*:[\p{L}\p{N}_.:%-]*/uy,
  /\^\^|@[A-Za-z-]+/y,
  /[\p{L}_][\p{L}\p{N}_]*/uy,
  /[0-9.]*[0-9]/y,
  /[^\s]/uy,
];
const KINDS = ["comment", "string", "iri", "variable", "prefixed", "suffix", "word", "number", "sign"];

export function tokenize(text) {
  const result = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at])) { at += 1; continue; }
    for (const [number, expression] of TOKENS.entries()) {
      expression.lastIndex = at;
      const match = expression.exec(text);
      if (match && match[0]) {
        result.push({ kind: KINDS[number], text: match[0], at });
        at = expression.lastIndex;
        break;
      }
    }
  }
  return result;
}

const isType = (term) => term === "a" || term === "rdf:type";

class Frame {
  constructor(kind, slot) {
    this.kind = kind; // head, group, blank, path, expression, data
    this.slot = slot; // of a triple: subject, predicate, object, end
    this.subject = "";
    this.predicate = "";
  }

  term(text, types) {
    if (this.slot === "graph") this.slot = "subject";
    else if (this.slot === "subject") [this.subject, this.slot] = [text, "predicate"];
    else if (this.slot === "predicate") [this.predicate, this.slot] = [text, "object"];
    else if (this.slot === "object") {
      if (isType(this.predicate) && this.subject) types[this.subject] = text;
      this.slot = "end";
    }
  }
}

/**
 * The context after a text: `where` (head, subject, predicate, class, object, graph, end, expression, data, comment, string),
 * the predicate that an object belongs to, and the class that the query gives to the subject, if any.
 */
export function contextAfter(text) {
  const tokens = tokenize(text);
  const last = tokens.at(-1);
  if (last && last.at + last.text.length === text.length) {
    if (last.kind === "comment") return { where: "comment" };
    if (last.kind === "string" && !/^(['"])(?:\1\1[^]*\1\1|[^]*)\1$/.test(last.text)) return { where: "string" };
  }
  const stack = [new Frame("head", "head")];
  const types = {};
  let word = "";
  for (const { kind, text: token } of tokens) {
    const top = stack.at(-1);
    if (kind === "comment" || kind === "suffix") continue;
    if (kind === "sign") {
      if (token === "{") stack.push(word === "VALUES" || top.kind === "data" ? new Frame("data", "data") : new Frame("group", "subject"));
      else if (token === "(") stack.push(top.kind === "data" ? new Frame("data", "data") : top.slot === "predicate" ? new Frame("path", "predicate") : new Frame("expression", "expression"));
      else if (token === "[") stack.push(new Frame("blank", "predicate"));
      else if ("})]".includes(token) && stack.length > 1) {
        stack.pop();
        const under = stack.at(-1);
        if (token === "}") under.slot = under.kind === "head" ? "head" : "subject";
        else if (token === "]" || top.kind === "path") under.term("[]", types);
        else if (under.kind !== "head" && under.kind !== "expression" && under.kind !== "data") under.slot = "subject";
      } else if (top.kind === "group" || top.kind === "blank") {
        if (token === ".") top.slot = "subject";
        else if (token === ";") top.slot = "predicate";
        else if (token === ",") top.slot = "object";
        else if ("/|".includes(token) && top.slot === "object") top.slot = "predicate";
      }
      if (token !== "(" && !(token === ")" && word === "VALUES")) word = "";
    } else if (kind === "word" && token !== "a") {
      word = token.toUpperCase();
      if (top.kind === "group") {
        if (word === "GRAPH") top.slot = "graph";
        else top.slot = "subject";
      }
    } else {
      if (top.kind === "group" || top.kind === "blank") top.term(token, types);
      if (kind !== "variable") word = "";
    }
  }
  const { kind, slot, subject, predicate } = stack.at(-1);
  const triple = kind === "group" || kind === "blank" || kind === "path";
  return {
    where: !triple ? kind : slot === "object" && isType(predicate) ? "class" : slot,
    predicate,
    type: types[subject] || "",
  };
}

/** The variables of a text, each once. */
export function variables(text) {
  return [...new Set(tokenize(text).filter((token) => token.kind === "variable").map((token) => token.text))];
}
