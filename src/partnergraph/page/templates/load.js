"use strict";
// The map's library and the page's program travel packed (zlib, base64), and so does all data of a large page. Unpack them and
// run the library, then the program; the policy knows both by their hashes. Until then, and in a browser that cannot unpack,
// the page stands still.
(async () => {
  const bytesOf = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text); // several times as fast
    const letters = atob(text), bytes = new Uint8Array(letters.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
    return bytes;
  };
  const unpacked = (packed) => {
    return new Response(new Blob([bytesOf(packed.textContent)]).stream().pipeThrough(new DecompressionStream("deflate")));
  };
  const run = (text) => {
    const script = document.createElement("script");
    script.textContent = text;
    document.body.append(script);
    script.remove();
  };
  // The tables wait until the map is drawn, then come one after the other; what is not laid out, no screen reader would find.
  const layOut = () => {
    const next = document.querySelector(".starting .tables:not(.laid)");
    if (!next) return document.documentElement.classList.remove("starting");
    next.classList.add("laid");
    requestAnimationFrame(() => setTimeout(layOut));
  };
  const [data, library, program] = ["packed", "library", "program"].map((id) => document.querySelector(`script#${id}`));
  // The page as it came, to be saved with another view.
  globalThis.DELIVERED = `<!doctype html>\n<html lang="${document.documentElement.lang}">${document.head.outerHTML}${document.body.outerHTML}</html>\n`;
  try {
    if (!globalThis.DecompressionStream) {
      const why = document.createElement("p");
      why.className = "lead";
      why.textContent = "This browser is too old to unpack the program of this page (it has no DecompressionStream), so the map cannot be moved and nothing can be searched or filtered. What stands here can be read all the same.";
      document.querySelector("header").append(why);
      return;
    }
    const texts = [library, program].map((packed) => unpacked(packed).text());
    if (data) globalThis.UNPACKED = await unpacked(data).json();
    for (const text of texts) run(await text);
  } finally {
    requestAnimationFrame(() => setTimeout(layOut, 100));
  }
})();
