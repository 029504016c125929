/** What a machine tells about who asks: the places where the clouds' own tools look for credentials. */
export interface Environment {
  /** Environment variables; one that is empty counts as not set. */
  variable(name: string): string | null;
  /** The user's home folder. */
  readonly home: string;
  /** The text of a file; null where there is none. */
  readText(path: string): Promise<string | null>;
  /**
   * What a program prints to its standard output; null where there is no such program.
   *
   * @throws InvalidInputError where it fails. What it printed is not part of the message: it may be a secret.
   */
  run(command: string, args: readonly string[]): Promise<string | null>;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
}

/** True where a variable says yes as GDAL and the clouds' tools have it: `YES`, `TRUE`, `ON` or `1` in any case. */
export function isSet(environment: Environment, name: string): boolean {
  return /^(?:yes|true|on|1)$/i.test(environment.variable(name) ?? "");
}

/** The environment of a program that knows of no machine, such as a page in a browser: nothing is set, nothing can be read. */
export const emptyEnvironment: Environment = {
  variable: () => null,
  home: "/",
  readText: async () => null,
  run: async () => null,
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
};
