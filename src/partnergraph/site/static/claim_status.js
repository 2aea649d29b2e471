// What every claim of the page is today, where the page is read; without scripts, when it was last confirmed stands there.
for (const mark of document.querySelectorAll("[data-bounds]")) {
  const [start, end, confirmed] = JSON.parse(mark.dataset.bounds), days = daysOf(today());
  mark.textContent = statusInWords(start, end, confirmed, days);
  mark.closest(".claim").classList.toggle("over", statusOf(start, end, days) === "ended");
}
// The words of what has ended stand in the past, those of several of which some have in both.
for (const words of document.querySelectorAll("[data-present]")) {
  const { present, past, group } = words.dataset, claims = group ? [...document.getElementById(group).querySelectorAll(".claim")] : [words.closest(".claim")];
  const ended = claims.filter((claim) => claim.classList.contains("over")).length;
  if (!ended || past === present) words.textContent = present;
  else words.textContent = ended === claims.length ? past : `${present.split(" ")[0]} or ${past.charAt(0).toLowerCase()}${past.slice(1)}`;
}
