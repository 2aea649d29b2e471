// Everything is put together once the document stands; scripts only add to what can be read without them.
function selectFromAddress() {
  let key = "";
  try {
    key = decodeURIComponent(location.hash.slice(1));
  } catch {
    return;
  }
  const known = KEYS.get(key);
  if (known) change({ fold: null, ...known });
  else if (!key) change({ body: null, claims: null, fold: null });
}

function startLegend() {
  for (const box of document.querySelectorAll("[data-family]")) {
    box.addEventListener("change", () => {
      const hidden = new Set(state.hidden);
      if (box.checked) hidden.delete(Number(box.dataset.family));
      else hidden.add(Number(box.dataset.family));
      change({ hidden });
    });
  }
  byId("kind").addEventListener("change", (event) => change({ kind: event.target.value === "" ? null : Number(event.target.value) }));
  byId("inferred").addEventListener("change", (event) => change({ inferred: event.target.checked }));
}

document.documentElement.classList.add("js");
startFinding();
startLegend();
startPanel();
startTables();
startMap();
// A link to a body or a claim selects it. From a table the map comes into sight too; the row itself stays one click away.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  const known = link && KEYS.get(decodeURIComponent(link.hash.slice(1)));
  if (!known) return;
  event.preventDefault();
  select(known);
  byId("panel").focus({ preventScroll: true });
  document.querySelector(".explorer").scrollIntoView({ block: "start" });
});
// The browser jumps to the row that an address names; what it means is on the map.
function toMap() {
  if (state.body !== null || state.claims) requestAnimationFrame(() => document.querySelector(".explorer").scrollIntoView({ block: "start" }));
}
addEventListener("popstate", () => {
  selectFromAddress();
  toMap();
});
addEventListener("load", toMap);
change({});
selectFromAddress();
