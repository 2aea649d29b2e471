// The words of relationships: in the past for one that has ended by the day of the page. A verb of which no past is known stays.
const PAST = new Map(Object.entries(DATA.past));
// Several wordings, with commas between them, become one past: "was a member of, was funded by".
const inThePast = (wording) => PAST.get(wording) ?? wording.split(", ").map((part) => PAST.get(part) ?? part).join(", ");
const hasEnded = (claim) => statusOn(claim, daysNow()) === "ended";
const forwardOf = (claim) => DATA.wordings[CLAIMS.wording[claim]];
// Read from one of its ends, as if it went on.
const presentFrom = (body, claim) => (CLAIMS.from[claim] === body ? forwardOf(claim) : DATA.kinds[CLAIMS.kind[claim]][DATA.groups.includes(body) ? "plural" : "inverse"]);
const wordingOf = (claim) => (hasEnded(claim) ? inThePast(forwardOf(claim)) : forwardOf(claim));
const wordingFrom = (body, claim) => (hasEnded(claim) ? inThePast(presentFrom(body, claim)) : presentFrom(body, claim));
// Of several claims, each wording once; one that goes on speaks for one of the same words that has ended.
function wordingsFrom(body, claims) {
  const lasting = new Set(claims.filter((claim) => !hasEnded(claim)).map((claim) => presentFrom(body, claim)));
  return [...new Set(claims.filter((claim) => !hasEnded(claim) || !lasting.has(presentFrom(body, claim))).map((claim) => wordingFrom(body, claim)))];
}
// Of several claims in the same words: in the past when all have ended, "is or was" when some have.
function sharedWording(present, claims) {
  const past = inThePast(present), ended = claims.filter(hasEnded).length;
  return !ended || past === present ? present : ended === claims.length ? past : `${present.split(" ")[0]} or ${past}`;
}
