// Legend, filters and date: each control shows the state and changes it.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const inWords = (month) => `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
const SPAN = DATA.span && [Number(DATA.span[0]) * 12, Number(DATA.span[1]) * 12 + 11];
const monthOf = (at) => `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
const atOf = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
let playing = null;

function startFilters() {
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
  choice("kind", (value) => ({ kind: value === "" ? null : Number(value) }), () => state.kind ?? "");
  choice("source", (value) => ({ source: value === "" ? null : Number(value) }), () => state.source ?? "");
  choice("standing", (value) => ({ standing: value || null }), () => state.standing ?? "");
  byId("inferred").addEventListener("change", (event) => change({ inferred: event.target.checked }));
  listeners.push(() => (byId("inferred").checked = state.inferred));
  byId("everything").addEventListener("click", () => {
    change({ ...START, body: state.body, claims: state.claims, unfolded: state.unfolded });
    byId("kind").focus(); // the button is gone
  });
  listeners.push(() => (byId("everything").hidden = !filtered()));
  if (SPAN) startDate();
}

const filtered = () => state.hidden.size > 0 || state.kind !== null || state.source !== null || state.standing !== null || !state.inferred || state.date !== null || state.steps > 0;

function choice(id, read, show) {
  const control = byId(id);
  control.addEventListener("change", () => change(read(control.value)));
  listeners.push(() => (control.value = String(show())));
}

function startDate() {
  const slider = byId("date"), output = byId("date-shown"), play = byId("play");
  slider.min = SPAN[0] - 1;
  slider.max = SPAN[1];
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    change(at < SPAN[0] ? { date: null, since: null } : { date: monthOf(at) });
  });
  choice("since", (value) => ({ since: value || null }), () => state.since ?? "");
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
