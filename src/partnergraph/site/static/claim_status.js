// What every claim of the page is today, where the page is read; without scripts, when it was last confirmed stands there.
for (const mark of document.querySelectorAll("[data-bounds]")) {
  const [start, end, confirmed] = JSON.parse(mark.dataset.bounds), days = daysOf(today());
  mark.textContent = statusInWords(start, end, confirmed, days);
  mark.closest(".claim").classList.toggle("over", statusOf(start, end, days) === "ended");
}
