"use strict";
// A large page carries its data packed (zlib, base64). Unpack it, then run the program, whose hash the policy knows.
(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (character) => character.charCodeAt(0));
  const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  globalThis.UNPACKED = JSON.parse(text);
  const program = document.createElement("script");
  program.textContent = document.getElementById("program").textContent;
  document.body.append(program);
})();
