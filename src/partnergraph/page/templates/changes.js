// What began, ended, or became another body from the first day of a month on, until the day of the page: a change is sure when all
// days that its date can mean lie between. What rules derive is no change of its own, but that one body became another.
function sureChanges(month) {
  const [after] = daysOf(month), [, before] = daysNow(), changes = [];
  const note = (claim, days, mark) => {
    const [first, last] = days ?? [];
    if (first >= after && last <= before) changes.push({ claim, mark, days });
  };
  CLAIMS.from.forEach((_, claim) => {
    if (isEvent(claim)) note(claim, CLAIMS.start[claim], "became");
    else if (!DERIVED.has(claim)) {
      note(claim, CLAIMS.start[claim], "began");
      note(claim, CLAIMS.end[claim], "ended");
    }
  });
  return changes;
}

const SPELLED = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const spelled = (number) => SPELLED[number] ?? String(number);
function changesInWords(changes) {
  const number = (mark) => changes.filter((change) => change.mark === mark).length, [began, ended, became] = ["began", "ended", "became"].map(number);
  return inSeries([
    began && `${spelled(began)} ${began === 1 ? "relationship" : "relationships"} began`,
    ended && `${spelled(ended)} ${began ? "" : ended === 1 ? "relationship " : "relationships "}ended`,
    became && (became === 1 ? "once one body became another" : `${spelled(became)} times one body became another`),
  ].filter(Boolean));
}

// What a comparison with a month finds among some claims: what surely changed, and what may have.
function comparisonInWords(claims) {
  const own = new Set(claims), changes = sureChanges(state.since).filter(({ claim }) => own.has(claim)), sure = new Set(changes.map(({ claim }) => claim));
  const open = (mark) => claims.filter((claim) => !sure.has(claim) && status(claim) === mark).length;
  const possible = [[open("new"), "begun"], [open("ended"), "ended"]].filter(([number]) => number).map(([number, verb], place) => `${spelled(number)}${place ? "" : " more"} may have ${verb}`);
  const surely = changes.length ? `, for sure, ${changesInWords(changes)}` : " nothing is known to have begun or ended";
  return `Since ${inWords(state.since)}${surely}${possible.length ? `; ${inSeries(possible)}` : ""}.`;
}
