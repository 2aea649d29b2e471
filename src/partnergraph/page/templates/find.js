// Find a body by any of its names: today's, former, acronym; accents, case and small misspellings do not matter.
const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/-/g, " ")
    .replace(/[^\p{L}\p{N}_\s]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
const lookupKey = (text) => fold(text.replaceAll("&", " and ")).replace(/^the /, "");
const SMALL = new Set(["of", "for", "and", "the", "in", "on", "at", "to", "a"]);
// Whether a folded text is a short form of a name: each word as it is, or initials of words in a row.
function shortens(short, words) {
  let at = 0;
  for (const piece of short.split(" ")) {
    const row = words.slice(at, at + piece.length);
    if (SMALL.has(piece) && !words.includes(piece)) continue;
    if (words[at] === piece) at += 1;
    else if (piece.length > 1 && row.map((word) => word[0]).join("") === piece) at += piece.length;
    else return false;
  }
  return at > 0 && at === words.length;
}
const initialsOf = (words) => words.map((word) => [...word][0]).join("");
let names = null; // made at the first search: tens of thousands of names take a moment
let nameWords = null; // every word of a name
const allNames = () => (names ??= BODIES.label.flatMap((label, body) => [label, ...BODIES.names[body]].map((name) => {
  const folded = lookupKey(name);
  return { body, name, folded, size: [...folded].length };
})));

// Edits (insert, delete, replace, swap of neighbours) between two words, given up beyond `most`.
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [], last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

// How a name fits a text, the best first: it is the name, a short form of it, its beginning, words in it, beginnings of words
// in it (of a word that some name has, only the last may go on), initials of its first or last words; null: not. The same rule as `find_by_name` in Python.
function rank(entry, query, words) {
  if (entry.folded === query) return 0;
  const own = entry.folded.split(" ");
  if (shortens(query, own) || shortens(query, own.filter((word) => !SMALL.has(word)))) return 1;
  if (entry.folded.startsWith(query)) return 2;
  if (words.every((word) => own.includes(word))) return 3;
  const fits = (word, number) => (number < words.length - 1 && nameWords.has(word) ? own.includes(word) : own.some((ownWord) => ownWord.startsWith(word)));
  if (words.every(fits)) return 4;
  return words.length === 1 && [...query].length > 2 && [own, own.filter((word) => !SMALL.has(word))].map(initialsOf).some((initials) => initials.startsWith(query) || initials.endsWith(query)) ? 5 : null;
}

// Whether words of a name are written nearly so: a guess, for what nothing fits.
function isAlike(entry, words) {
  const own = entry.folded.split(" ");
  const near = (word) => own.some((ownWord) => distance(word, ownWord.slice(0, word.length + 1), 1) <= 1 || (word.length > 6 && distance(word, ownWord, 2) <= 2));
  return words.every((word) => (word.length > 3 ? near(word) : own.some((ownWord) => ownWord.startsWith(word))));
}

// The bodies called so: by rank, then those of whose name the text is the most, which are those with the shortest.
function find(text, most = 8) {
  const query = lookupKey(text), words = query.split(" ").filter(Boolean);
  if (!words.length) return [];
  nameWords ??= new Set(allNames().flatMap((entry) => entry.folded.split(" ")));
  let matches = [];
  for (const entry of allNames()) {
    const rankOfName = rank(entry, query, words);
    if (rankOfName !== null) matches.push([rankOfName, entry]);
  }
  if (!matches.length) matches = allNames().filter((entry) => isAlike(entry, words)).map((entry) => [0, entry]);
  matches.sort(([m, a], [n, b]) => m - n || a.size - b.size || (a.folded < b.folded ? -1 : a.folded > b.folded ? 1 : a.body - b.body));
  const best = new Map();
  for (const [, entry] of matches) {
    if (best.size === most) break;
    if (!best.has(entry.body)) best.set(entry.body, entry);
  }
  return [...best.values()];
}

// A text field with a list of the bodies found (ARIA combobox); `take` gets the one that is chosen.
function finder(input, list, take) {
  let results = [], at = -1;
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const point = (to) => {
    at = to;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (result) => {
    close();
    input.value = "";
    take(result.body);
  };
  const option = (number, ...children) => element("li", { role: "option", id: `${list.id}-${number}`, "aria-selected": "false" }, ...children);
  const show = () => {
    results = find(input.value);
    list.replaceChildren(
      ...results.map((result, number) => {
        const label = BODIES.label[result.body];
        const also = result.name === label ? "" : ` also: ${result.name}`;
        const item = option(number, label, element("span", { class: "quiet" }, also));
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => choose(result));
        return item;
      }),
    );
    const any = fold(input.value) !== "";
    if (any && !results.length) {
      const nothing = option(0, "No organisation found with this name.");
      nothing.setAttribute("aria-disabled", "true");
      list.append(nothing);
    }
    list.hidden = !any;
    input.setAttribute("aria-expanded", String(any));
    byId("status").textContent = any ? results.length + " found" : "";
    point(-1);
  };
  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const last = results.length - 1;
    if (event.key === "Escape") {
      event.stopPropagation();
      if (list.hidden) input.value = "";
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show();
      else if (results.length) point(event.key === "ArrowDown" ? (at >= last ? 0 : at + 1) : at <= 0 ? last : at - 1);
    } else if (event.key === "Enter" && results.length) {
      event.preventDefault();
      choose(results[Math.max(at, 0)]);
    }
  });
}

function startFinding() {
  finder(byId("find"), byId("found"), (body) => {
    select({ body });
    byId("panel").focus({ preventScroll: true });
  });
}
