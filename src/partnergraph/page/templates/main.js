// Everything is put together once the document stands; scripts only add to what can be read without them.
document.documentElement.classList.add("js");
startHeadline();
startMenus();
startFinding();
startFilters();
startPanel();
startTables();
startActive();
startMap();
startFocus();
startOpening();
startSaving();
startSharing();
startStory();
startQuestions();
listeners.push(() => (byId("over").hidden = Boolean(state.date) || !state.ended || !OVER.some(Boolean)));
startAddress();
// A link to a body or a claim selects it, and the map comes into sight.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  const key = link && decode(link.hash.slice(1));
  if (!BODY_AT.has(key) && !CLAIM_AT.has(key)) return;
  event.preventDefault();
  select(BODY_AT.has(key) ? { body: BODY_AT.get(key) } : { claims: [CLAIM_AT.get(key)] });
  byId("panel").focus({ preventScroll: true });
  bringIntoSight();
});
// A page that was saved with a view opens with it.
const VIEW = document.querySelector('meta[name="view"]').content;
if (VIEW && !location.hash) {
  try {
    history.replaceState(null, "", "#" + VIEW);
  } catch {
    // In a frame without an origin of its own there is no address to keep.
  }
  change(readAddress(VIEW), BACK);
} else fromAddress();
// The program of a large page, which is unpacked first, can come after the browser's jump.
if (document.readyState === "complete") toMap();
else addEventListener("load", toMap);
