// Find a body by any of its names: today's, former, acronym; accents, case and small misspellings do not matter.
const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/-/g, " ")
    .replace(/[^\p{L}\p{N}\s]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
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
let names = null; // made at the first search: tens of thousands of names take a moment
const allNames = () => (names ??= BODIES.label.flatMap((label, body) => [label, ...BODIES.names[body]].map((name) => ({ body, name, folded: fold(name) }))));


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

function rank(entry, query, words) {
  if (entry.folded === query) return 0;
  const own = entry.folded.split(" ");
  if (query.length > 1 && (shortens(query, own) || shortens(query, own.filter((word) => !SMALL.has(word))))) return 1;
  if (entry.folded.startsWith(query)) return 2;
  if (words.every((word) => own.some((ownWord) => ownWord.startsWith(word)))) return 3;
  if (query.length > 2 && entry.folded.includes(query)) return 4;
  const near = (word) => own.some((ownWord) => distance(word, ownWord.slice(0, word.length + 1), 1) <= 1 || (word.length > 6 && distance(word, ownWord, 2) <= 2));
  return words.every((word) => (word.length > 3 ? near(word) : own.some((ownWord) => ownWord.startsWith(word)))) ? 5 : null;
}

function find(text, most = 8) {
  const query = fold(text), words = query.split(" ").filter(Boolean);
  if (!words.length) return [];
  const best = new Map();
  for (const entry of allNames()) {
    const rankOfName = rank(entry, query, words);
    const previous = best.get(entry.body);
    if (rankOfName !== null && (!previous || rankOfName < previous.rank)) best.set(entry.body, { ...entry, rank: rankOfName });
  }
  return [...best.values()].sort((a, b) => a.rank - b.rank || AROUND[b.body].length - AROUND[a.body].length || a.body - b.body).slice(0, most);
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
      const nothing = option(0, "Nothing here is called so.");
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
