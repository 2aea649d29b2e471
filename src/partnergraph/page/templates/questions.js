// Questions: a menu, and for each an answer in a sentence, a short table with evidence, and the claims that the map brings
// forward. What is asked stands in the state as a text: the name of the question and, after a dot, what was chosen
// (who-pays.org-nice). The questions are those of page_questions.py; an answer is made when it is asked for.
const ASKING = DATA.questions ?? null;
const FEW_ROWS = 12; // rows of an answer at first
const FEW_CHOICES = 4; // bodies or years of a question in the menu
const FEW_NAMES = 5; // names in a sentence
const kindNumber = (code) => DATA.kinds.findIndex((kind) => kind.code === code);
const nounCount = (number, noun, plural = noun + "s") => `${spelled(number)} ${number === 1 ? noun : plural}`;
const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const enumeration = (names, separator = ", ") => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(separator)}${separator === ", " ? " and " : separator + "and "}${names.at(-1)}`);
const someOf = (names, separator) => (names.length > FEW_NAMES + 1 ? enumeration([...names.slice(0, FEW_NAMES), `${names.length - FEW_NAMES} others`], separator) : enumeration(names, separator));
const statusCode = (claim) => statusOf(CLAIMS.start[claim], CLAIMS.end[claim], daysNow());

const longDay = (day) => `${Number(day.slice(8))} ${inWords(day.slice(0, 7))}`;
// The time of which an answer speaks: the chosen month, else the day of the page or of its reader.
function dayPhrase() {
  const time = state.date ?? AS_OF ?? READ[0];
  return { 4: `in ${time}`, 7: `in ${inWords(time)}`, 10: `on ${longDay(time)}` }[time.length];
}

// How many of some relationships are current, ended, ahead, and of how many it is not known; events are none.
function daySentence(own) {
  const claims = own.filter((claim) => !isEvent(claim));
  const number = { current: 0, ended: 0, ahead: 0, "not known": 0 }, when = dayPhrase();
  for (const claim of claims) number[statusCode(claim)] += 1;
  if (claims.length === 1) return `${capitalised(when)} ${{ current: "the relationship is current", ended: "the relationship has ended", ahead: "the relationship lies ahead", "not known": "it is not known whether it holds" }[statusCode(claims[0])]}.`;
  if (number["not known"] === claims.length) return claims.length ? `Whether these ${spelled(claims.length)} relationships hold ${when} is not known.` : "";
  const parts = [
    number.current ? `${spelled(number.current)} ${number.current === 1 ? "is" : "are"} current` : "none is known to be current",
    number.ended && `${spelled(number.ended)} ${number.ended === 1 ? "has" : "have"} ended`,
    number.ahead && `${spelled(number.ahead)} ${number.ahead === 1 ? "lies" : "lie"} ahead`,
    number["not known"] && `for ${spelled(number["not known"])} it is not known`,
  ].filter(Boolean);
  return claims.length ? `Of these ${spelled(claims.length)} relationships, ${when} ${enumeration(parts)}.` : "";
}

// Each partner's rows together, the main ones first: those of our own before those of our units, the best connected first.
function mainFirst(rows) {
  const own = new Map(), score = new Map();
  for (const row of rows) own.has(row[1]) ? own.get(row[1]).push(row) : own.set(row[1], [row]);
  for (const [body, bodyRows] of own) {
    score.set(body, [Number(bodyRows.some(([, , through]) => through === null)), AROUND[body].length, -body]);
  }
  const before = (a, b) => score.get(b).map((value, at) => value - score.get(a)[at]).find(Boolean) ?? 0;
  return [...own.keys()].sort(before).flatMap((body) => own.get(body));
}

// Rows of claims, each once; `subject` is the body from which its wording is read (null: both are named).
function claimRows(rows) {
  const seen = new Set();
  return rows.filter(([claim]) => !seen.has(claim) && seen.add(claim)).map(([claim, , through]) => ({ claim, subject: through === null ? DATA.focus : null }));
}
const aboutUsFirst = (claims) => nearestFirst([...claims].sort((a, b) => a - b).map((claim) => ({ claim, subject: null })));
// Rows about the focus, then those about its partners, then all others; each in their order.
function nearestFirst(rows) {
  const partners = new Set(ASKING.partners.map(([, body]) => body)), ends = (claim) => [CLAIMS.from[claim], CLAIMS.to[claim]];
  const rank = ({ claim }) => (ends(claim).includes(DATA.focus) ? 0 : ends(claim).some((body) => partners.has(body)) ? 1 : 2);
  return rows.map((row) => [rank(row), row]).sort(([a], [b]) => a - b).map(([, row]) => row);
}
const everyClaim = () => CLAIMS.from.map((_, claim) => claim);

// A party as a sentence names it: of each of its claims role and channel, and what must be said beside it.
function partyInWords(party, claims, withSource) {
  const phrases = claims.map((claim) => {
    const row = claimRow(claim), source = withSource && plainText(row.querySelector(":scope > td:last-child > .proofs cite a"));
    const notes = [hasEnded(claim) && statusNow(claim), standingOf(claim) !== "accepted" && standingOf(claim), CLAIMS.inferred[claim] && "only inferred", source && `according to “${shortened(source)}”`].filter(Boolean);
    const paid = withSource ? "" : plainText(row.querySelector(":scope > td:last-child > .standing small")).replace(/^Note: /, "");
    if (paid) notes.push(shortened(paid));
    const beside = [...row.querySelectorAll(".more > p:not(.marks)")].map(plainText);
    return [...beside, ...(notes.length ? [`(${notes.join("; ")})`] : [])].join(" ");
  });
  return `${nameOf(party)} ${enumeration([...new Set(phrases)].filter(Boolean), ", ")}`.trim();
}
function shortened(title, most = 56) {
  return title.length <= most ? title : title.slice(0, most).replace(/[\s,;:(]+\S*$/, "") + "…";
}

// Who funds a body, or leads it. What is funded may be a part of its work: a note of the claim says so.
function partiesAnswer(key, kind, title, doing, withSource) {
  const body = BODY_AT.get(key);
  if (body === undefined) return null;
  const name = nameOf(body), claims = claimsInto(body, kind), parties = new Map();
  for (const claim of claims) parties.set(CLAIMS.from[claim], [...(parties.get(CLAIMS.from[claim]) ?? []), claim]);
  const whole = withSource ? name : `${name} or part of its work`;
  const names = [...parties].map(([party, own]) => partyInWords(party, own, withSource));
  const sentence = names.length
    ? `${capitalised(nounCount(names.length, "body", "bodies"))} ${names.length === 1 ? "is" : "are"} named as ${doing} ${whole}: ${someOf(names, "; ")}.`
    : `Nobody is named as ${doing} ${whole}.`;
  const disputed = claims.some((claim) => standingOf(claim) === "disputed" || claimRow(claim).querySelector('.standing a[href^="#"]'));
  const dispute = !claims.length ? "" : disputed ? "That is disputed: the table shows both sides." : withSource ? "Nobody is on record as disputing it." : "";
  return { title: title(name), sentences: [sentence, dispute, claims.length ? daySentence(claims) : ""], rows: claims.map((claim) => ({ claim, subject: body })) };
}
const claimsInto = (body, kind) => AROUND[body].filter((claim) => CLAIMS.kind[claim] === kind && CLAIMS.to[claim] === body);

// Directly, and through one other body; only where neither is so, by the shortest ways.
function connectionAnswer(key) {
  const body = BODY_AT.get(key), us = DATA.focus;
  if (body === undefined || body === us || us === null) return null;
  const ours = new Map(), ways = new Map();
  for (const claim of AROUND[us]) ours.set(other(claim, us), [...(ours.get(other(claim, us)) ?? []), claim]);
  for (const claim of AROUND[body]) {
    const middle = other(claim, body);
    if (middle !== us && middle !== body && ours.has(middle)) ways.set(middle, [...(ways.get(middle) ?? []), claim]);
  }
  ours.delete(us);
  const direct = ours.get(body) ?? [], name = nameOf(body), own = nameOf(us);
  const middles = [...ways.keys()].sort((a, b) => AROUND[b].length - AROUND[a].length || a - b);
  const rows = [...direct, ...middles.flatMap((middle) => [...ours.get(middle), ...ways.get(middle)])];
  const title = `How is ${name} connected to us?`;
  const facts = direct.map((claim) => `${nameOf(CLAIMS.from[claim])} ${wordingOf(claim)} ${nameOf(CLAIMS.to[claim])} (${[statusNow(claim), standingOf(claim) !== "accepted" && standingOf(claim), CLAIMS.inferred[claim] && "only inferred"].filter(Boolean).join("; ")})`);
  if (rows.length) return {
    title,
    rows: rows.map((claim) => ({ claim, subject: null })),
    sentences: [facts.length ? `Directly: ${someOf(facts, "; ")}.` : `${name.replace(/^the /, "The ")} is not connected with ${own} directly.`, middles.length ? `In two steps: through ${someOf(middles.map(nameOf))}.` : ""],
  };
  const found = routes(us, body), hops = [...new Set(found.flatMap((way) => way.flatMap((hop) => hop.claims)))];
  const way = found.length && [us, ...found[0].map((hop) => hop.to)].map((step) => BODIES.label[step]).join(" – ");
  return { title, sentences: [way ? `${name.replace(/^the /, "The ")} is ${spelled(found[0].length)} steps away from ${own}: ${way}.` : `No relationship on record leads from ${own} to ${name}, nor do several in a row.`], rows: hops.map((claim) => ({ claim, subject: null })) };
}

// What surely changed from the first day of a year on.
function changesAnswer(year) {
  if (!/^\d{4}$/.test(year)) return null;
  const before = longDay(daysNow()[1]), changes = sureChanges(year + "-01");
  const rows = changes.map(({ claim, mark, days }) => ({ claim, subject: null, mark: `${mark} ${boundsInWords(days)}`, last: days[1] }));
  rows.sort((a, b) => (a.last < b.last) - (a.last > b.last) || a.claim - b.claim);
  const sentence = rows.length
    ? `From 1 January ${year} to ${before}, ${changesInWords(changes)}. Only what surely did is counted.`
    : `Nothing is known to have begun or ended from 1 January ${year} to ${before}.`;
  return { title: `What changed since ${year}?`, rows: nearestFirst(rows), sentences: [sentence] };
}

// Groups that are not named one by one are counted apart: the same bodies may be among the named.
function countedApart(bodies) {
  const groups = bodies.filter((body) => DATA.groups.includes(body)).length;
  return [bodies.length - groups, groups];
}
function bodiesInWords(bodies) {
  const [named, groups] = countedApart(bodies);
  return [named && nounCount(named, "body", "bodies"), groups && nounCount(groups, "group")].filter(Boolean).join(" and ");
}
function bodyNumbers(bodies) {
  const [named, groups] = countedApart(bodies);
  return [named, groups && counted(groups, "group")].filter(Boolean).join(" and ");
}

function familyAnswer(code, [, prompt]) {
  const family = DATA.families.findIndex((entry) => entry.code === code);
  const rows = mainFirst([...ASKING.partners, ...ASKING.wider].filter(([, body]) => BODIES.family[body] === family));
  if (!rows.length) return null;
  const direct = new Set(ASKING.partners.map(([, body]) => body)), bodies = [...new Set(rows.map(([, body]) => body))];
  const near = bodies.filter((body) => direct.has(body)), far = bodies.filter((body) => !direct.has(body));
  const ways = ["directly with us or our units", "only through a partnership"];
  const how = near.length && far.length ? `: ${bodiesInWords(near)} ${ways[0]}, ${bodiesInWords(far)} ${ways[1]}` : `, ${bodies.length === 1 ? "" : "all "}${ways[near.length ? 0 : 1]}`;
  const { plural, label } = DATA.families[family];
  const found = claimRows(rows);
  const named = `On record: ${someOf(bodies.map(nameOf), bodies.some((body) => /,| and /.test(nameOf(body))) ? "; " : ", ")}.`;
  return { title: `${prompt.replace("…", plural ?? `of the sort “${label}”`)}?`, sentences: [named, `${capitalised(`${bodies.length === 1 ? "that is" : "these are"} ${bodiesInWords(bodies)}${how}`)}.`, daySentence(found.map((row) => row.claim))], rows: found };
}

function endedAnswer(_, [, title]) {
  const stated = everyClaim().filter((claim) => !DERIVED.has(claim)), last = (claim) => CLAIMS.end[claim][1];
  const claims = stated.filter((claim) => statusCode(claim) === "ended").sort((a, b) => (last(a) < last(b)) - (last(a) > last(b)) || a - b);
  const [latest] = claims;
  const sentence = `${capitalised(dayPhrase())}, ${claims.length} of ${stated.length} relationship${stated.length === 1 ? "" : "s"} ${claims.length === 1 ? "is" : "are"} known to have ended.`;
  const example = latest === undefined ? "" : `The latest: ${nameOf(CLAIMS.from[latest])} ${wordingOf(latest)} ${nameOf(CLAIMS.to[latest])} (${statusNow(latest)}).`;
  return { title, sentences: [sentence, example], rows: nearestFirst(claims.map((claim) => ({ claim, subject: null }))) };
}

// By the name of a question: its answer, from what was chosen and its title and text; null where there is no such choice.
const ANSWERS = {
  partners(_, [, title, text]) {
    const rows = claimRows(mainFirst(ASKING.partners));
    return { title, sentences: [text, daySentence(rows.map((row) => row.claim))], rows };
  },
  "partners-of-family": familyAnswer,
  "since-when": (_, [, title, text]) => ({ title, sentences: [text], rows: claimRows(ASKING.partners) }),
  "who-pays": (key) => partiesAnswer(key, kindNumber("funding"), (name) => `Who funds ${name} or part of its work?`, "funding", false),
  "who-leads": (key) => partiesAnswer(key, kindNumber("leadership"), (name) => `Who leads ${name}, and is it disputed?`, "leading", true),
  "way-to-us": connectionAnswer,
  "changed-since": changesAnswer,
  ended: endedAnswer,
  "single-source": (_, [, title, text]) => ({ title, sentences: [text], rows: aboutUsFirst(everyClaim().filter((claim) => ASKING.single[claim])) }),
  "inferred-only": (_, [, title, text]) => ({ title, sentences: [text], rows: aboutUsFirst(everyClaim().filter((claim) => CLAIMS.inferred[claim] && !DERIVED.has(claim))) }),
};

// The answer to what is asked, null where nothing is: title, sentences, and rows of claims.
let lastAnswer = {};
function answerTo(code) {
  if (!code || !ASKING) return null;
  const key = code + " " + daysNow().join();
  if (lastAnswer.key !== key) {
    const [name, ...choice] = code.split("."), offered = ASKING.offered.find(([own]) => own === name);
    lastAnswer = { key, answer: offered ? ANSWERS[name](choice.join("."), offered) : null };
  }
  return lastAnswer.answer;
}

// The claims that the map brings forward for the question of the state; null where none is asked.
function questionClaims() {
  return answerTo(state.question)?.rows.map((row) => row.claim) ?? null;
}

// A row of an answer; its evidence opens beneath it.
function answerRow({ claim, subject, mark }) {
  const from = CLAIMS.from[claim], to = CLAIMS.to[claim];
  const verb = (text) => element("a", { href: "#" + CLAIMS.key[claim], class: "what" }, text);
  const words = from === subject ? [verb(wordingOf(claim)), " ", linkTo(to)] : to === subject ? [verb(wordingFrom(to, claim)), " ", linkTo(from)] : [linkTo(from), " ", verb(wordingOf(claim)), " ", linkTo(to)];
  const when = whenOf(claim), notes = [standingOf(claim) !== "accepted" && standingOf(claim), CLAIMS.inferred[claim] && "inferred"].filter(Boolean);
  const what = element("th", { scope: "row" }, ...words, copy(claimRow(claim), ".more"));
  const button = element("button", { type: "button", class: "evidence-button", "aria-expanded": "false", "aria-label": `Evidence: ${plainText(what)}` }, "Evidence");
  const row = element("tr", claimOver(claim) ? { class: "over" } : {}, what,
    element("td", {}, mark ?? (when === "not stated" ? "not known" : when.split("; ")[0])),
    element("td", {}, statusNow(claim), ...notes.map((note) => element("b", {}, ", " + note)), button));
  button.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) row.nextSibling.remove();
    else row.after(element("tr", { class: "evidence-row" }, element("td", { colspan: "3" }, evidenceOf(claim))));
  });
  return row;
}

// The rows as the line of counts above the map has them: relationships, and apart from them that a body became another.
function rowsInWords(rows) {
  const own = rows.filter(({ claim }) => !isEvent(claim)), became = rows.length - own.length, relationships = new Set(own.map(({ claim }) => claim)).size;
  const changes = rows[0].mark && own.length && `${nounCount(own.length, "change")} of ${nounCount(relationships, "relationship")}`;
  const events = became && (became === 1 ? "once one body became another" : `${spelled(became)} times one body became another`);
  return capitalised([changes || (own.length && nounCount(own.length, "relationship")), events].filter(Boolean).join(", and "));
}

function questionPanel({ title, sentences, rows }) {
  const parts = sentences.filter(Boolean).map((text) => element("p", { class: "answer-text" }, text));
  if (!rows.length) return [title, parts];
  const body = element("tbody", {});
  let at = 0;
  const more = element("button", { type: "button" });
  const add = (number) => {
    const added = rows.slice(at, at + number).map(answerRow);
    body.append(...added);
    at += added.length;
    more.hidden = at >= rows.length;
    more.textContent = `Show more (${rows.length - at})`;
    return added;
  };
  more.addEventListener("click", () => add(MOST)[0].querySelector("a").focus());
  add(FEW_ROWS);
  const heads = ["Relationship", "When", "Status"].map((text) => element("th", { scope: "col" }, text));
  const table = element("table", { class: "answer-rows" }, element("caption", {}, `${rowsInWords(rows)}, with evidence; status ${dayPhrase()}`), element("thead", {}, element("tr", {}, ...heads)), body);
  return [title, [...parts, table, more]];
}

// Which map shows an answer: the opening map, or everything where that has less than half of the claims.
function mapFor(claims) {
  if (!NETWORK.radial) return {};
  const drawn = new Set(NETWORK.radial.wide.edges.flatMap((edge) => edge.claims));
  return { everything: START.everything || claims.filter((claim) => drawn.has(claim)).length * 2 < claims.length };
}

// Ask a question: filters start anew, what was selected is let go, and the keyboard goes to the heading of the answer.
function ask(question) {
  const answer = answerTo(question);
  const unfiltered = FILTERS.filter((filter) => filter.name !== "date").map((filter) => [filter.name, filter.start]);
  change({ ...NOTHING, ...Object.fromEntries(unfiltered), step: null, focus: null, camera: null, question, ...mapFor(answer.rows.map((row) => row.claim)) });
  byId("questions-menu").open = false;
  document.querySelector(".explorer").scrollIntoView({ block: "nearest" });
  byId("panel-heading").focus({ preventScroll: true });
  byId("status").textContent = [answer.title, ...answer.sentences].join(" ");
}

// The bodies into which most claims of a kind lead: those that most is known about.
function bestChoices(kind) {
  const number = new Map();
  CLAIMS.kind.forEach((own, claim) => own === kind && number.set(CLAIMS.to[claim], (number.get(CLAIMS.to[claim]) ?? 0) + 1));
  return [...number.keys()].sort((a, b) => number.get(b) - number.get(a) || AROUND[b].length - AROUND[a].length || a - b).slice(0, FEW_CHOICES);
}
const bestConnected = () => BODIES.key.map((_, body) => body).filter((body) => body !== DATA.focus && AROUND[body].length).sort((a, b) => AROUND[b].length - AROUND[a].length || a - b).slice(0, FEW_CHOICES);

// By the name of a question, what the menu offers to choose: the code and the words of each choice.
const bodyChoices = (bodies) => bodies.map((body) => [BODIES.key[body], BODIES.label[body]]);
const CHOICES = {
  "partners-of-family": () => {
    const own = [...new Set([...ASKING.partners, ...ASKING.wider].map(([, body]) => body))];
    const families = DATA.families.map((family, at) => [family, own.filter((body) => BODIES.family[body] === at)]);
    return families.filter(([, bodies]) => bodies.length).map(([family, bodies]) => [family.code, `${family.plural ?? family.label} (${bodyNumbers(bodies)})`]);
  },
  "who-pays": () => bodyChoices(bestChoices(kindNumber("funding"))),
  "who-leads": () => bodyChoices(bestChoices(kindNumber("leadership"))),
  "way-to-us": () => bodyChoices(bestConnected()),
  "changed-since": () => {
    const last = Math.min(Number(daysNow()[1].slice(0, 4)), DATA.span[1]), first = Math.max(DATA.span[0], last - 11);
    return Array.from({ length: last - first + 1 }, (_, back) => String(last - back)).map((year) => [year, year]);
  },
};
// What can be asked about a body, each with its words.
function questionsAbout(body) {
  const name = nameOf(body), offers = (question) => ASKING.offered.some(([own]) => own === question);
  return [
    ["who-pays", `Who funds ${name} or part of its work?`, claimsInto(body, kindNumber("funding")).length],
    ["who-leads", `Who leads ${name}, and is it disputed?`, claimsInto(body, kindNumber("leadership")).length],
    ["way-to-us", `How is ${name} connected to us?`, body !== DATA.focus],
  ].filter(([question, , makesSense]) => makesSense && offers(question));
}

// The menu, made anew each time it opens: single questions first, then those with a choice, then any other body.
function fillMenu(menu) {
  const button = (code, text) => element("button", { type: "button", onclick: () => ask(code) }, text);
  const [single, chosen] = [false, true].map((withChoice) => ASKING.offered.filter(([name]) => name in CHOICES === withChoice));
  const group = (...children) => element("div", { class: "question-choices" }, ...children);
  const parts = [group(...single.map(([name, title]) => button(name, title)))];
  for (const [name, title] of chosen) {
    const id = "question-menu-" + name, entries = CHOICES[name]();
    if (entries.length) parts.push(element("div", { class: "question-group", role: "group", "aria-labelledby": id }, element("p", { id }, title), group(...entries.map(([choice, text]) => button(`${name}.${choice}`, text)))));
  }
  if (ASKING.offered.some(([name]) => ["who-pays", "who-leads", "way-to-us"].includes(name))) {
    const input = element("input", { id: "about", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": "about-found", "aria-autocomplete": "list", placeholder: "Name or acronym" });
    const list = element("ul", { id: "about-found", class: "found", role: "listbox", "aria-label": "Organisations found" });
    const found = group();
    list.hidden = true;
    finder(input, list, (body) => {
      const questions = questionsAbout(body);
      found.replaceChildren(...(questions.length ? questions.map(([name, text]) => button(`${name}.${BODIES.key[body]}`, text)) : [`Nothing can be asked about ${BODIES.label[body]}.`]));
      found.querySelector("button")?.focus();
    });
    parts.push(element("div", { class: "find" }, element("label", { for: "about" }, "About another organisation"), input, list), found);
  }
  menu.replaceChildren(...parts);
}

function startQuestions() {
  const menu = byId("questions-menu");
  if (!ASKING || !menu) return;
  menu.addEventListener("toggle", () => (menu.open ? fillMenu(menu.lastElementChild) : menu.lastElementChild.replaceChildren()));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.firstElementChild.focus();
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  for (const link of document.querySelectorAll("[data-question]")) link.addEventListener("click", () => ask(link.dataset.question));
  const rows = [...document.querySelectorAll("#questions tr[data-claim]")];
  listeners.push(() => rows.forEach((row) => {
    const claim = Number(row.dataset.claim);
    row.querySelector(".what").textContent = wordingOf(claim);
    row.lastElementChild.textContent = statusNow(claim);
  }));
}
