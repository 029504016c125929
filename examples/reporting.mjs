// What the examples share to talk to people: where output goes, progress, a table.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { statusName } from "pixelquery";

/** The 19 Landsat 8 scenes that come with PixelQuery. */
export const bundledScenes = fileURLToPath(new URL("../data/landsat8-new-york/one-grid", import.meta.url));

/** The folder that the user named, else `examples/output`; made where it is missing. */
export async function outputFolder() {
  const folder = process.argv[2] ?? fileURLToPath(new URL("output", import.meta.url));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Options of `compute` with one line that counts the blocks of files read; on a terminal only. */
export function withProgress(what) {
  const { stderr } = process;
  if (!stderr.isTTY) return {};
  const onProgress = (done, total) => stderr.write(done < total ? `\r${what}: ${done} of ${total} blocks` : "\r\x1b[K");
  return { onProgress };
}

/** Print rows in columns, the first to the left and the others, which are numbers, to the right; null is an empty cell. */
export function printTable(heading, rows) {
  const lines = [heading, ...rows.map((cells) => cells.map((cell) => (cell === null ? "" : String(cell))))];
  const widths = heading.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  for (const cells of lines) {
    const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    console.log(padded.join("   ").trimEnd());
  }
  console.log();
}

/** A date with a value, or with the reason why there is none, for each time step of an array along time. */
export function pointsOf({ data, status, coords }) {
  return coords.time.values.map((time, i) => {
    const reason = statusName(status?.[i] ?? 0);
    return reason === "valid" ? { time, value: data[i] } : { time, value: null, status: reason };
  });
}
