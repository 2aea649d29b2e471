// The filters, one entry each: the field of the state (`name`), its value when nothing is filtered (`start`), whether a value
// filters (`isActive`), which claims and bodies pass, its part of the address (`write`, `read`; an empty part is left out), its
// control, and what a value says in words (`words`: one text for each part that can be taken away, with the value without it).
// An entry that `chooses` brings forward what passes, any other leaves out what does not. Those that choose by what
// relationships say are made from the page's data (see filters.py).
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const wholeNumber = (text, most) => Math.min(most, Math.max(0, Math.trunc(Number(text) || 0)));
const asMonth = (text) => (MONTH.test(text) ? text : null);
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text + "T00:00Z").toJSON()?.startsWith(text) === true;
const asDate = (text) => (isDay(text) ? text : asMonth(text));
const STATUSES = ["current", "ended", "ahead", "not known"];
const FILTERS = [
  {
    name: "steps", // how far from the selected body; 0: everywhere. Its control stands in the panel.
    start: 0,
    isActive: (steps) => steps > 0,
    passesBody: (body) => near().has(body),
    write: (steps) => steps,
    read: (text) => wholeNumber(text, 3),
    words: (steps) => [[steps === 1 ? "direct neighbours only" : `within ${steps} steps`, 0]],
  },
  {
    name: "date", // a month or a day, such as 2014-06; what was over or lay ahead then is left out, unless a status is chosen
    start: null,
    isActive: (date) => date !== null,
    passes: (claim) => state.status !== null || status(claim) !== "no",
    passesBody: (body) => bodyExists(body),
    write: (date) => date,
    read: asDate,
    startControl: startDate,
    words: (date) => [["valid " + onDate(date), null]],
  },
  {
    name: "since", // the month to compare with: what changed until the date, or until today
    start: null,
    chooses: true,
    isActive: (month) => month !== null,
    passes: (claim) => CHANGED.includes(status(claim)),
    write: (month) => month,
    read: asMonth,
    startControl: startSince,
    words: (month) => [["changed since " + (month.endsWith("-01") ? month.slice(0, 4) : inWords(month)), null]],
  },
  {
    name: "ended", // whether what has ended by the day of reading is shown; the focus itself always is
    start: true,
    isActive: (on) => !on,
    passes: (claim) => pastStays() || (!claimOver(claim) && bodyRemains(CLAIMS.from[claim]) && bodyRemains(CLAIMS.to[claim])),
    passesBody: (body) => bodyRemains(body),
    write: (on) => !on && "no",
    read: (text) => text !== "no",
    startControl: startEnded,
  },
  {
    name: "status", // what a claim is at the chosen date, else on the day of reading
    start: null,
    chooses: true,
    isActive: (code) => code !== null,
    passes: (claim, code) => !isEvent(claim) && statusOn(claim, daysNow()) === code,
    write: (code) => code?.replace(" ", "-"),
    read: (text) => STATUSES.find((code) => code.replace(" ", "-") === text) ?? null,
    startControl: startStatus,
    words: (code) => [[code === "not known" ? "status not known" : code, null]],
  },
  ...DATA.filters.map((filter) => (filter.codes ? choiceFilter(filter) : switchFilter(filter))),
  {
    name: "types", // families of body that are ticked in the legend, by number
    start: [],
    chooses: true,
    isActive: (types) => types.length > 0,
    write: (types) => types.map((family) => DATA.families[family].code).join(","),
    read: (text = "") => text.split(",").map((code) => DATA.families.findIndex((family) => family.code === code)).filter((family, at, all) => family >= 0 && all.indexOf(family) === at).sort((a, b) => a - b),
    startControl: startLegend,
    words: (types) => types.map((family) => [DATA.families[family].label, types.filter((each) => each !== family)]),
  },
  {
    name: "mode", // what becomes of all that is not chosen: it fades, or it is left out ("hide")
    start: "highlight",
    isActive: () => false,
    write: (mode) => mode === "hide" && mode,
    read: (text) => (text === "hide" ? text : "highlight"),
    startControl: startMode,
  },
];

// One value of a list; its state is the number of the code, or null.
function choiceFilter({ name, codes }) {
  const column = CLAIMS[name];
  return {
    name,
    start: null,
    chooses: true,
    isActive: (number) => number !== null,
    passes: (claim, number) => (Array.isArray(column[claim]) ? column[claim].includes(number) : column[claim] === number),
    write: (number) => number !== null && codes[number],
    read: (text) => (codes.includes(text) ? codes.indexOf(text) : null),
    startControl: () => connectSelect(name, (value) => (value === "" ? null : Number(value))),
    words: (number) => [[byId(name).options[number + 1].textContent, null]],
  };
}

// A check box that leaves out some claims when it is not ticked.
function switchFilter({ name }) {
  return {
    name,
    start: true,
    isActive: (on) => !on,
    passes: (claim) => !CLAIMS[name][claim],
    write: (on) => !on && "no",
    read: (text) => text !== "no",
    startControl: () => {
      byId(name).addEventListener("change", (event) => change({ [name]: event.target.checked }));
      listeners.push(() => (byId(name).checked = state[name]));
    },
    words: () => [["without: " + byId(name).parentElement.textContent.trim().replace(/^also /, ""), true]],
  };
}

function connectSelect(name, read, id = name) {
  const control = byId(id);
  control.addEventListener("change", () => change({ [name]: read(control.value) }));
  listeners.push(() => (control.value = String(state[name] ?? "")));
}

function startFilters() {
  for (const filter of FILTERS) filter.startControl?.();
}

// Above the map: what filters, each part to be taken away with a click, and what that leaves, in words.
function startActive() {
  const chips = byId("chips"), text = byId("active-text"), all = byId("everything");
  // A button that is gone hands the keyboard on.
  const handOn = () => (chips.querySelector("button") ?? (phone.matches ? byId("views").querySelector("summary") : document.querySelector("#moment:not([hidden]) input:checked")) ?? byId("find")).focus();
  all.addEventListener("click", () => {
    change({ ...Object.fromEntries(FILTERS.map((filter) => [filter.name, filter.start])), question: null });
    handOn();
  });
  let shown = "";
  listeners.push(() => {
    const parts = FILTERS.flatMap((filter) => (state[filter.name] === filter.start || !filter.words ? [] : filter.words(state[filter.name]).map(([words, rest]) => ({ words, name: filter.name, rest }))));
    all.hidden = !activeFilters.length && state.question === null;
    const key = JSON.stringify([parts, state.mode, state.ended, state.question, state.steps && state.body, all.hidden || isOpeningOn()]);
    if (key === shown) return;
    chips.replaceChildren(...parts.map(({ words, name, rest }) => element("button", { type: "button", "aria-label": words + ": take away this filter", onclick: () => {
      change({ [name]: rest });
      handOn();
    } }, words, " ×")));
    const said = text.textContent;
    text.textContent = all.hidden ? "" : emphasisInWords();
    // What stands above the map has grown or shrunk: the control in use stays in sight.
    if (document.activeElement.closest(".filters, .legend")) document.activeElement.scrollIntoView({ block: "nearest" });
    if (shown && state.question === null && text.textContent !== said) byId("status").textContent = text.textContent || "Everything is shown."; // an answer speaks for itself
    shown = key;
  });
}

function startLegend() {
  for (const box of document.querySelectorAll("[data-family]")) {
    const family = Number(box.dataset.family);
    box.addEventListener("change", () => {
      const rest = state.types.filter((each) => each !== family);
      change({ types: box.checked ? [...rest, family].sort((a, b) => a - b) : rest });
    });
    listeners.push(() => (box.checked = state.types.includes(family)));
  }
}

// Now, or all: what has ended by the day of reading is hidden, or pale. Who asks for what has ended, or what changed, sees it.
const pastAsked = () => state.date !== null || state.since !== null || state.status === "ended";
const pastStays = () => state.ended || pastAsked();
const bodyRemains = (body) => pastStays() || body === DATA.focus || !bodyOver(body);
function startEnded() {
  const past = (body) => body !== DATA.focus && bodyEnded(body);
  const claims = OVER.filter((over, claim) => !isEvent(claim) && (over || past(CLAIMS.from[claim]) || past(CLAIMS.to[claim]))).length, bodies = BODIES.key.filter((_, body) => past(body)).length;
  const numbers = [claims && counted(claims, "relationship"), bodies && (bodies === 1 ? "1 body" : bodies + " bodies")].filter(Boolean).join(" and ");
  const currentCount = CLAIMS.from.filter((_, claim) => statusOf(CLAIMS.start[claim], CLAIMS.end[claim], READ) === "current").length;
  byId("moment").hidden = !numbers.length;
  for (const [id, ended] of [["moment-now", false], ["moment-all", true]]) {
    byId(id).addEventListener("change", () => change({ ended }));
    listeners.push(() => (byId(id).checked = state.ended === ended));
  }
  listeners.push(() => {
    byId("moment").disabled = pastAsked();
    const why = state.date ? "with a date, the map is of that time" : state.since ? "a comparison shows what has ended too" : "what has ended is asked for";
    byId("moment-note").textContent = pastAsked() ? why : state.ended ? `“now” hides ${numbers}` : emptiness() ? "" : `${numbers} hidden; ${currentCount || "none"} of the rest known to be current`;
  });
}

// A status that nothing has cannot be chosen, and says so.
function startStatus() {
  connectSelect("status", (value) => value || null, "status-of");
  let counts = "";
  listeners.push(() => {
    const days = daysNow(), key = JSON.stringify([days, state.status]);
    if (key === counts) return;
    counts = key;
    const numbers = new Map(STATUSES.map((code) => [code, 0]));
    CLAIMS.from.forEach((_, claim) => isEvent(claim) || numbers.set(statusOn(claim, days), numbers.get(statusOn(claim, days)) + 1));
    for (const option of byId("status-of").options) {
      const number = numbers.get(option.value);
      if (number !== undefined) Object.assign(option, { textContent: `${option.value} ${number ? `(${number})` : "– none known"}`, disabled: !number && option.value !== state.status });
    }
  });
}

function startMode() {
  for (const mode of ["highlight", "hide"]) {
    byId("mode-" + mode).addEventListener("change", () => change({ mode }));
    listeners.push(() => (byId("mode-" + mode).checked = state.mode === mode));
  }
}

// The date: a slider by months, which can be played, and a field for any day within its span.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const inWords = (date) => `${date.length > 7 ? Number(date.slice(8)) + " " : ""}${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;
const onDate = (date) => (date.length > 7 ? "on " : "in ") + inWords(date);
const SPAN = DATA.span && [Number(DATA.span[0]) * 12, Number(DATA.span[1]) * 12 + 11];
const monthOf = (at) => `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
const atOf = (date) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
let playing = null;

function startDate() {
  if (!SPAN) return;
  const slider = byId("date"), day = byId("day"), output = byId("date-shown"), play = byId("play");
  slider.min = SPAN[0] - 1;
  slider.max = SPAN[1];
  [day.min, day.max] = DATA.span.map((year, end) => daysOf(String(year).padStart(4, "0"))[end]);
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    change({ date: at < SPAN[0] ? null : monthOf(at) }, "date");
  });
  // While a day is typed, nothing is a day; out of the span it is none of this page's.
  day.addEventListener("input", () => {
    const { badInput, rangeUnderflow, rangeOverflow } = day.validity;
    if (!badInput && !rangeUnderflow && !rangeOverflow) change({ date: day.value || null }, "day");
    else if (!badInput && day.value > "1") output.textContent = byId("status").textContent = `choose a day from ${inWords(day.min)} to ${inWords(day.max)}`;
  });
  for (const control of [slider, day]) for (const event of ["pointerdown", "blur"]) control.addEventListener(event, endRun);
  day.addEventListener("blur", showDate);
  // The browser takes a while to make a field for dates: it comes once the map is drawn.
  requestAnimationFrame(() => setTimeout(() => (day.type = "date"), 50));
  play.addEventListener("click", () => (playing ? stop() : start()));
  // One year a step, and a stop at the end; nothing moves until a person asks for it.
  function start() {
    const from = state.date && atOf(state.date) < SPAN[1] ? atOf(state.date) : SPAN[0] - 12;
    let at = from;
    playing = setInterval(() => {
      at = Math.min(at + 12, SPAN[1]);
      change({ date: monthOf(at) }, "play");
      if (at === SPAN[1]) stop();
    }, 1200);
    play.textContent = "Stop";
  }
  function stop() {
    clearInterval(playing);
    playing = null;
    play.textContent = "Play";
    endRun();
  }
  function showDate() {
    const { date } = state, shown = date ? inWords(date) : "any time";
    slider.value = date ? atOf(date) : SPAN[0] - 1;
    if (document.activeElement !== day || !day.validity.badInput) day.value = isDay(date) ? date : "";
    output.textContent = shown;
    slider.setAttribute("aria-valuetext", shown);
    byId("dated").hidden = !date;
  }
  listeners.push(showDate);
}

// What changed since a month until the date, or until today: usable at once; what the words mean stands below.
function startSince() {
  if (!SPAN) return;
  connectSelect("since", (value) => value || null);
  listeners.push(() => {
    const { date, since } = state;
    for (const option of byId("since").options) option.disabled = date !== null && option.value >= date.slice(0, 7);
    for (const key of document.querySelectorAll(".compared.scripted, #compared")) key.hidden = since === null;
    if (since !== null) byId("compared").textContent = `From ${inWords(since)} to ${inWords(date ?? READ[1])}. New: surely not begun before. Ended: surely over now, and not surely before.`;
  });
}
