"""A page that one test is done with may serve the next: led back to its beginning, and only if nothing differs."""

# Led back as a person would do it, and what has no way back is set as it was.
BACK = """
  for (const one of document.querySelectorAll("details[open]")) one.open = false;
  for (const id of ["find", "filter-bodies", "filter-claims"]) {
    byId(id).value = "";
    byId(id).dispatchEvent(new Event("input"));
  }
  for (const one of document.querySelectorAll("th[aria-sort]")) one.removeAttribute("aria-sort");
  for (const kind of ["bodies", "claims"]) {
    const rows = ROWS[kind].elements;
    if (sorting[kind] && rows) byId(kind).tBodies[0].append(...rows);
    sorting[kind] = null;
  }
  focused = null;
  change({ ...START });
  if (whole?.on) whole.fit();
  else if (network) fit();
  for (const id of ["status", "focus-note", "focus-more", "caption-title", "caption-text"]) {
    if (byId(id)) byId(id).textContent = "";
  }
  for (const id of ["story-back", "story-next"]) if (byId(id)) byId(id).disabled = false;
  const map = byId("map");
  if (map.title === "") map.removeAttribute("title");
  map.style.cursor = "";
  // The next Tab begins at the top of the page.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.blur();
  document.body.removeAttribute("tabindex");
  getSelection().removeAllRanges();
  for (const one of document.querySelectorAll(".scroll, #panel, #found")) one.scrollTo(0, 0);
  scrollTo(0, 0);
"""
# Everything there is: the elements, what controls hold, the data, the program's state, the drawing, and the globals.
PRINT = """
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const round = (number) => Number(number?.toFixed(6));
  const place = network?.getViewPosition(), camera = whole?.renderer?.getCamera?.();
  const text = JSON.stringify([
    document.documentElement.outerHTML.replace(/ (class|style)=""/g, ""), location.hash, document.title,
    [...document.querySelectorAll("input, select, option, details, button")].map((one) =>
      [one.value, one.checked, one.selected, one.open, one.disabled]),
    [...document.querySelectorAll(".scroll, #panel, #found")].map((one) => [one.scrollLeft, one.scrollTop]),
    scrollX, scrollY, document.activeElement.tagName, Object.getOwnPropertyNames(globalThis).sort(),
    state, DATA, NETWORK, playing, sorting, pageAt, inTable, nearby, focused, drawnView, labels,
    network && [round(place.x), round(place.y), round(network.getScale())],
    network && [dots.get(), lines.get(), network.getSelection()],
    camera && [camera.x, camera.y, camera.ratio, camera.angle].map(round),
  ]);
  let hash = 0n, part = 0;
  for (let at = 0; at < text.length; at++) {
    part = (Math.imul(part, 31) + text.charCodeAt(at)) | 0;
    if (at % 65536 === 65535) [hash, part] = [(hash * 1000003n + BigInt(part)) % (1n << 64n), 0];
  }
  return [text.length, String((hash * 1000003n + BigInt(part)) % (1n << 64n))].join();
"""
AS_IT_IS = f"async () => {{{PRINT}}}"
LED_BACK = f"async () => {{ try {{{BACK}{PRINT}}} catch (error) {{ return 'there is no way back: ' + error; }} }}"
