/** Names of the objects that are written to ask a server a question, and removed again. */
const probePrefix = ".pixelquery-probe-";

/** A key that nobody else uses, for an object that answers a question. */
export function newProbeKey(): string {
  return probePrefix + crypto.randomUUID();
}

/** True for an object that was left by a question: no listing shows it. */
export function isProbe(key: string): boolean {
  return key.startsWith(probePrefix);
}
