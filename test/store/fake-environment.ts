import type { Environment } from "../../src/store/environment.js";

/** A machine with these variables and files and nothing else. */
export interface FakeMachine {
  variables?: Readonly<Record<string, string>>;
  /** Text by path; the home folder is `/home/ada`. */
  files?: Readonly<Record<string, string>>;
  /** What programs print, by their whole command line. */
  programs?: Readonly<Record<string, string>>;
  /** Answers of servers; all others cannot be reached. */
  fetch?: (url: string, init: RequestInit) => Response | Promise<Response>;
  now?: () => number;
}

/** The environment of such a machine: nothing of the real one is seen. */
export function fakeEnvironment({ variables = {}, files = {}, programs = {}, fetch, now }: FakeMachine): Environment {
  return {
    variable: (name) => variables[name] || null,
    home: "/home/ada",
    readText: async (path) => files[path] ?? null,
    run: async (command, args) => programs[[command, ...args].join(" ")] ?? null,
    fetch: async (input, init) => {
      const answer = fetch?.(String(input), init ?? {});
      if (answer === undefined) throw new TypeError("fetch failed");
      return answer;
    },
    now: now ?? (() => Date.UTC(2026, 0, 1)),
  };
}
