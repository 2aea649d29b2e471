// The headline as of the day on which the page is read, and links that lead to several claims at once, wherever they stand.
function startHeadline() {
  const { versions, claims } = DATA.headline ?? {};
  if (versions) {
    const day = today(), [, sentences] = versions.findLast(([from]) => from <= day) ?? versions[0];
    const part = ([text, anchor, list, detail]) => element(anchor ? "a" : "span", {
      ...(anchor ? { href: "#" + anchor } : {}), ...(claims[list].length ? { "data-claims": claims[list].join(" ") } : {}), ...(detail ? { class: "detail" } : {}),
    }, text);
    byId("headline").replaceChildren(...sentences.flatMap((parts) => [element("span", {}, ...parts.map(part)), " "]));
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-claims]");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    select({ claims: link.dataset.claims.split(" ").map(Number) });
    byId("panel").focus({ preventScroll: true });
    document.querySelector(".explorer").scrollIntoView({ block: "start" });
  }, true);
  byId("now-all").addEventListener("click", () => {
    change({ ended: true });
    byId("moment-all").focus();
  });
  listeners.push(() => {
    const why = state.ended ? "" : emptiness();
    byId("now-note").hidden = !why;
    byId("now-note").firstChild.textContent = why;
  });
}

// Why "now" leaves nothing around the focus; empty where something is left.
function emptiness() {
  const focus = DATA.focus;
  if (focus === null || !AROUND[focus].length || AROUND[focus].some((claim) => !isEvent(claim) && claimShown(claim))) return "";
  const name = capitalised(nameOf(focus)), hasEnd = statusOf(null, BODIES.end?.[focus], READ) === "ended";
  return `${hasEnd ? `${name} ended ${DATA.focus_end}` : `All that is on record of ${nameOf(focus)} and its partners has ended`}; what became of its own partnerships since is not recorded.`;
}
