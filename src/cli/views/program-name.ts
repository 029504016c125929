import type { Environment } from "../terminal/color.js";

/** How the person at the keyboard starts this program: through `npx` where npm started it. */
export function programName(env: Environment): string {
  return env.npm_command === undefined ? "pixelquery" : "npx pixelquery";
}
