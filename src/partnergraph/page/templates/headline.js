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
}
