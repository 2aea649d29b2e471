// The desk: a workbook that is chosen or dropped is checked at once, and its answer comes into the page.
import { fetchOk } from "./client.js";
import { byId } from "./dom.js";

const form = byId("desk");
const input = byId("workbook");
const drop = byId("drop");
const status = byId("desk-status");
const result = byId("result");
const maxSize = Number(form.dataset.megabytes) * 1e6;
let running = null; // ends the check under way

function say(text, trouble = false) {
  status.textContent = text;
  status.classList.toggle("trouble", trouble);
}

/** Hold the file as it is now: one that is changed on the disk later can no longer be sent. */
async function hold(file) {
  const data = new DataTransfer();
  data.items.add(new File([await file.arrayBuffer()], file.name, { type: file.type }));
  input.files = data.files;
}

async function take(file) {
  running?.abort();
  result.replaceChildren();
  if (file.size > maxSize) {
    form.reset();
    say(`${file.name} is larger than ${form.dataset.megabytes} MB, the most that is checked here. Take out pictures and what is no table.`, true);
    return;
  }
  try {
    await hold(file);
  } catch {
    form.reset();
    say(`${file.name} cannot be read. A folder cannot be checked; put its tables into one .zip.`, true);
    return;
  }
  await check();
}

async function check() {
  const controller = new AbortController();
  running = controller;
  const body = new FormData(form);
  body.set("action", "check");
  say(`Checking ${input.files[0].name} …`);
  result.classList.add("old");
  try {
    const response = await fetchOk(form.getAttribute("action"), { method: "POST", body, signal: controller.signal, headers: { accept: "application/problem+json, text/html" } });
    // Every text in the answer was escaped by the server; scripts of a parsed document do not run.
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    result.replaceChildren(...page.getElementById("result").childNodes);
    document.title = page.title;
    say("");
    byId("found").focus();
  } catch (error) {
    if (error.name === "AbortError") return;
    result.replaceChildren();
    say(error.message, true);
  } finally {
    if (running === controller) {
      running = null;
      result.classList.remove("old");
    }
  }
}

input.addEventListener("change", () => { if (input.files.length) take(input.files[0]); });
form.addEventListener("submit", (event) => {
  const action = event.submitter?.value ?? "check";
  if (action === "check") {
    event.preventDefault();
    check();
  } else {
    say(action === "marked" ? "The marked copy comes as a download." : "The page opens in a new tab.");
  }
});
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  drop.classList.remove("over");
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});
