// The history of queries, stored in this browser alone.
const KEY = "partnergraph.history";
const MAX_ENTRIES = 50;
const MAX_FRAGMENT_LENGTH = 20000; // characters of the URL fragment of an entry

export function readHistory() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(entries) ? entries.filter((item) => typeof item?.hash === "string" && typeof item.title === "string") : [];
  } catch {
    return []; // a browser that keeps nothing, or something else under this name
  }
}

/** Add a query that ran: its URL fragment (`hash`), a title, and the size of its answer (`told`). The newest is first, each query is there once. */
export function addToHistory(entry) {
  if (entry.hash.length > MAX_FRAGMENT_LENGTH) return;
  const others = readHistory().filter((item) => item.hash !== entry.hash);
  try { localStorage.setItem(KEY, JSON.stringify([entry, ...others].slice(0, MAX_ENTRIES))); } catch { /* it is full, or forbidden */ }
}

export function clearHistory() {
  try { localStorage.removeItem(KEY); } catch { /* nothing is kept anyway */ }
}
