// How two bodies are connected: the shortest routes over the claims that are shown, at most `most`, none through a body twice.
function routes(from, to, most = 5) {
  const neighbours = (body) => {
    const found = new Map();
    for (const claim of AROUND[body]) if (passes(claim)) found.set(other(claim, body), [...(found.get(other(claim, body)) ?? []), claim]);
    found.delete(body);
    return [...found].sort(([a], [b]) => a - b);
  };
  // How far every body is from the goal, so that no way is followed that cannot arrive in time.
  const far = new Map([[to, 0]]);
  for (let edge = [to]; edge.length; ) {
    edge = edge.flatMap((body) => neighbours(body).map(([next]) => [body, next])).filter(([body, next]) => !far.has(next) && far.set(next, far.get(body) + 1)).map(([, next]) => next);
  }
  const found = [];
  if (!far.has(from) || from === to) return found;
  const walk = (body, hops, seen, left) => {
    if (body === to) return left === 0 && found.push(hops);
    for (const [next, claims] of neighbours(body)) {
      if (found.length >= most) return;
      if (!seen.has(next) && (far.get(next) ?? Infinity) <= left - 1) walk(next, [...hops, { from: body, to: next, claims }], new Set([...seen, next]), left - 1);
    }
  };
  const shortest = far.get(from);
  for (let length = shortest; length <= shortest + 2 && found.length < most; length++) walk(from, [], new Set([from]), length);
  return found;
}
