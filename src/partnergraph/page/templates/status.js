// What a relationship is on a day or in a time (its first and last day), from the bounds of its first and its last day; a
// bound is null where it is open. The same rule as `Claim.status` in Python, to which a test holds it.
function statusOf(start, end, [first, last]) {
  const [begins, begun] = start ?? [], [lasts, over] = end ?? [];
  if (over && over < first) return "ended";
  if (begins && begins > last) return "ahead";
  if (begins && over && begins > over) return "ended";
  return begun && lasts && begun <= last && lasts >= first ? "current" : "not known";
}

function statusInWords(start, end, confirmed, days) {
  const status = statusOf(start, end, days);
  if (status === "ended") return "ended " + boundsInWords(end);
  if (status === "ahead") return "ahead, from " + boundsInWords(start);
  return status === "not known" && confirmed ? `last confirmed ${confirmed} (status not known)` : status;
}

// The first and the last day of a year, a month or a day. No month has more than 31 days, and days are compared as text.
const daysOf = (text) => [text + { 4: "-01-01", 7: "-01", 10: "" }[text.length], text + { 4: "-12-31", 7: "-31", 10: "" }[text.length]];

function boundsInWords([earliest, latest]) {
  if (!earliest || !latest) return latest ? latest + " at the latest" : earliest + " at the earliest";
  if (earliest === latest) return earliest;
  if (earliest.endsWith("-01-01") && latest === earliest.slice(0, 4) + "-12-31") return earliest.slice(0, 4);
  const month = earliest.slice(0, 7), days = new Date(Date.UTC(earliest.slice(0, 4), earliest.slice(5, 7), 0)).getUTCDate();
  return earliest === month + "-01" && latest === `${month}-${days}` ? month : `between ${earliest} and ${latest}`;
}

// Today where the page is read.
function today() {
  const now = new Date(), two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
