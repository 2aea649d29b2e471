// The last queries, kept in this browser alone.
const KEY = "partnergraph.history";
const MOST = 50;
const LONGEST = 20000; // characters of a query that is still kept

export function past() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.hash === "string" && typeof one.title === "string") : [];
  } catch {
    return []; // a browser that keeps nothing, or something else under this name
  }
}

/** Remember what ran: its address, a title, and what came of it. The newest is first, nothing is there twice. */
export function remember(entry) {
  if (entry.hash.length > LONGEST) return;
  const others = past().filter((one) => one.hash !== entry.hash);
  try { localStorage.setItem(KEY, JSON.stringify([entry, ...others].slice(0, MOST))); } catch { /* it is full, or forbidden */ }
}

export function forget() {
  try { localStorage.removeItem(KEY); } catch { /* nothing is kept anyway */ }
}
