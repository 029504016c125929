import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("gdal_peer.py", import.meta.url));
const WATCHDOG_MS = 20_000;

/** GDAL in a process of its own, which reads the same window of the same file; started again where it dies. */
export class GdalPeer {
  #process = null;
  #waiting = [];
  #last = Promise.resolve();

  /** What GDAL makes of a file: `{ pixels, dtype, errors, warnings }`, or `{ died: true }`. */
  read(path, { pixels }) {
    const window = pixels ?? { bands: 8, rows: 1024, cols: 1024 };
    const { bands, rows, cols } = window;
    const answer = this.#last.then(() => this.#ask(JSON.stringify({ path, bands, rows, cols })));
    this.#last = answer;
    return answer;
  }

  close() {
    this.#process?.kill();
  }

  #ask(question) {
    this.#process ??= this.#start();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#process?.kill("SIGKILL"), WATCHDOG_MS);
      this.#waiting.push((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#process.stdin.write(`${question}\n`);
    });
  }

  #start() {
    const child = spawn("/usr/bin/python3", [program], { stdio: ["pipe", "pipe", "ignore"] });
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.(JSON.parse(line)));
    child.on("exit", () => {
      if (this.#process === child) this.#process = null;
      this.#waiting.shift()?.({ died: true });
    });
    child.stdin.on("error", () => {});
    return child;
  }
}
