// The filters, one entry each: the field of the state (`name`), its value when nothing is filtered (`start`), whether a value
// filters (`isActive`), which claims and bodies pass, its part of the address (`write`, `read`; an empty part is left out), and
// its control. Those that choose by what relationships say are made from the page's data (see filters.py).
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const wholeNumber = (text, most) => Math.min(most, Math.max(0, Math.trunc(Number(text) || 0)));
const asMonth = (text) => (MONTH.test(text) ? text : null);
const FILTERS = [
  {
    name: "steps", // how far from the selected body; 0: everywhere. Its control stands in the panel.
    start: 0,
    isActive: (steps) => steps > 0,
    passesBody: (body) => near().has(body),
    write: (steps) => steps,
    read: (text) => wholeNumber(text, 3),
  },
  {
    name: "date", // a month, such as 2014-06
    start: null,
    isActive: (month) => month !== null,
    passes: (claim) => status(claim) !== "no",
    write: (month) => month,
    read: asMonth,
    startControl: startDate,
  },
  {
    name: "since", // the month to compare with: it marks what changed and hides nothing
    start: null,
    isActive: () => false,
    write: (month) => month,
    read: asMonth,
  },
  ...DATA.filters.map((filter) => (filter.codes ? choiceFilter(filter) : switchFilter(filter))),
  {
    name: "hidden", // types of body that are not ticked in the legend, by number
    inAddress: "hide",
    start: new Set(),
    isActive: (hidden) => hidden.size > 0,
    passes: (claim, hidden) => !hidden.has(BODIES.family[CLAIMS.from[claim]]) && !hidden.has(BODIES.family[CLAIMS.to[claim]]),
    passesBody: (body, hidden) => !hidden.has(BODIES.family[body]),
    write: (hidden) => [...hidden].sort((a, b) => a - b).map((family) => DATA.families[family].code).join(","),
    read: (text = "") => new Set(text.split(",").map((code) => DATA.families.findIndex((family) => family.code === code)).filter((family) => family >= 0)),
    startControl: startLegend,
  },
];

// One value of a list; its state is the number of the code, or null.
function choiceFilter({ name, codes }) {
  const column = CLAIMS[name];
  return {
    name,
    start: null,
    isActive: (number) => number !== null,
    passes: (claim, number) => (Array.isArray(column[claim]) ? column[claim].includes(number) : column[claim] === number),
    write: (number) => number !== null && codes[number],
    read: (text) => (codes.includes(text) ? codes.indexOf(text) : null),
    startControl: () => connectSelect(name, (value) => (value === "" ? null : Number(value))),
  };
}

// A check box that hides some claims when it is not ticked.
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
  };
}

function connectSelect(name, read) {
  const control = byId(name);
  control.addEventListener("change", () => change({ [name]: read(control.value) }));
  listeners.push(() => (control.value = String(state[name] ?? "")));
}

function startFilters() {
  for (const filter of FILTERS) filter.startControl?.();
  byId("everything").addEventListener("click", () => {
    change({ ...START, body: state.body, claims: state.claims, unfolded: state.unfolded });
    byId(DATA.filters[0].name).focus(); // the button is gone
  });
  listeners.push(() => (byId("everything").hidden = !activeFilters.length));
}

function startLegend() {
  for (const box of document.querySelectorAll("[data-family]")) {
    const family = Number(box.dataset.family);
    box.addEventListener("change", () => {
      const hidden = new Set(state.hidden);
      if (box.checked) hidden.delete(family);
      else hidden.add(family);
      change({ hidden });
    });
    listeners.push(() => (box.checked = !state.hidden.has(family)));
  }
}

// The date: a slider by months, which can be played.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const inWords = (month) => `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
const SPAN = DATA.span && [Number(DATA.span[0]) * 12, Number(DATA.span[1]) * 12 + 11];
const monthOf = (at) => `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
const atOf = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
let playing = null;

function startDate() {
  if (!SPAN) return;
  const slider = byId("date"), output = byId("date-shown"), play = byId("play");
  slider.min = SPAN[0] - 1;
  slider.max = SPAN[1];
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    change(at < SPAN[0] ? { date: null, since: null } : { date: monthOf(at) });
  });
  connectSelect("since", (value) => value || null);
  play.addEventListener("click", () => (playing ? stop() : start()));
  // One year a step, and a stop at the end; nothing moves until a person asks for it.
  function start() {
    const from = state.date && atOf(state.date) < SPAN[1] ? atOf(state.date) : SPAN[0] - 12;
    let at = from;
    playing = setInterval(() => {
      at = Math.min(at + 12, SPAN[1]);
      change({ date: monthOf(at) });
      if (at === SPAN[1]) stop();
    }, 1200);
    play.textContent = "Stop";
  }
  function stop() {
    clearInterval(playing);
    playing = null;
    play.textContent = "Play";
  }
  listeners.push(() => {
    slider.value = state.date ? atOf(state.date) : SPAN[0] - 1;
    const shown = state.date ? inWords(state.date) : "any time";
    output.textContent = shown;
    slider.setAttribute("aria-valuetext", shown);
    byId("since").disabled = !state.date;
    byId("dated").hidden = !state.date;
    byId("compared").hidden = !state.since || !state.date;
  });
}
