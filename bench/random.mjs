/** Uniform integers in [0, 2³²) from a seed (xorshift32): the same on every machine. */
export function createRandom(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // The first numbers of neighbouring seeds resemble each other.
  for (let skipped = 0; skipped < 16; skipped++) next();
  return next;
}
