// What leads out of the page: a link to this view, this view as a file, and paper.
const NO_ADDRESS = location.protocol === "about:"; // in the frame of a notebook

async function copyLink() {
  const address = addressOf(), link = location.href.split("#")[0] + (address && "#" + address), field = byId("link");
  if (NO_ADDRESS) return shared("Here the page has no address of its own: save this view as a file instead.");
  let copied = true;
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    // Not allowed in a frame, or not there: the link is shown and selected, and copied as one would by hand.
    field.parentElement.hidden = false;
    field.value = link;
    field.focus();
    field.select();
    copied = document.execCommand("copy");
  }
  const local = location.protocol === "file:" ? " It opens on this computer only; to send this view, save it as a file." : "";
  shared((copied ? "Link copied." : "The link is selected: copy it with Ctrl and C.") + local);
}

function shared(text) {
  byId("shared").textContent = byId("status").textContent = text;
}

// The page as it came (load.js keeps it), but for the view that it opens with.
function pageOfView() {
  const view = addressOf().replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return DELIVERED.replace(/<meta name="view" content="[^"]*">/, () => `<meta name="view" content="${view}">`);
}

function nameOfView() {
  const label = state.body !== null ? BODIES.label[state.body] : "";
  return fold(`${document.title} ${label}`).replace(/[^a-z0-9]+/g, "-").slice(0, 120).replace(/^-|-$/g, "") || "page";
}

// One choice for paper, with scripts or without: the box in the footer.
function printed(everything) {
  const box = byId("print-everything"), before = box.checked;
  box.checked = everything;
  addEventListener("afterprint", () => (box.checked = before), { once: true });
  print();
}

// The report says what each relationship is on the day on which it is printed, or at the chosen date.
function dateReport() {
  const day = byId("report-day");
  if (day) day.textContent = ` Status: ${state.date ? onDate(state.date) : (AS_OF ? "as of " : "on ") + (AS_OF ?? READ[0])}; “current” and “ended” only where the dates say so.`;
  const seen = byId("report-view"), shown = [answerTo(state.question)?.title, state.body !== null && BODIES.label[state.body], byId("active-text").textContent].filter(Boolean);
  if (seen) seen.textContent = shown.length ? ` This report is of the whole page; on the screen was: ${shown.join(" ")}` : "";
  for (const row of document.querySelectorAll("#report [data-row]")) {
    const claims = row.dataset.row.split(" ").map(Number), all = claims.map((claim) => statusOf(CLAIMS.start[claim], CLAIMS.end[claim], daysNow()));
    // Of several claims about the same, one that holds is enough.
    const status = all.find((each) => each === "current") ?? (all.every((each) => each === all[0]) ? all[0] : "not known");
    const cell = row.querySelector(".on-day"), open = status === "not known", confirmed = CLAIMS.confirmed[claims[0]];
    row.classList.toggle("over", claims.every(claimOver));
    if (claims.every(isEvent)) continue; // its date stands there
    if (row.localName === "span") cell.textContent = open ? "" : ", " + status;
    else if (open && confirmed) cell.replaceChildren("last confirmed ", element("span", { class: "day" }, confirmed));
    else cell.textContent = status;
  }
  for (const words of document.querySelectorAll("#report .tense")) {
    const own = words.closest("[data-row]"), rows = own ? [own] : [...words.parentElement.querySelectorAll("[data-row]")];
    words.textContent = sharedWording(words.dataset.present, rows.flatMap((row) => row.dataset.row.split(" ").map(Number)));
  }
}

function startSharing() {
  byId("copy-link").addEventListener("click", copyLink);
  byId("save-view").addEventListener("click", () => {
    download(nameOfView() + ".html", "text/html", pageOfView());
    shared("Saved: the file opens with this view.");
  });
  byId("print").addEventListener("click", () => printed(false));
  byId("print-all").addEventListener("click", () => printed(true));
  addEventListener("beforeprint", dateReport);
  byId("link").closest(".menu").addEventListener("toggle", () => {
    byId("link").parentElement.hidden = true;
    byId("shared").textContent = "";
  });
}
