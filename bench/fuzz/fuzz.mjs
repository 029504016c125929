/**
 * Breaks thousands of TIFFs and reads each in a process of its own; prints what came of it.
 *
 *   node bench/fuzz/fuzz.mjs --cases 10000 --seed 1 [--first 0] [--data FOLDER] [--keep FOLDER] [--gdal] [--processes 2]
 *
 * `--data` breaks the files of a folder beside the bundled ones. `--keep` saves what was found. `--gdal` has GDAL read
 * the same broken files (python3 with osgeo and numpy) and compares the pixels; `--strict` then lists on stderr each file
 * that only one of the two reads.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleFuzzer, root } from "./bundle.mjs";
import { compareWithGdal } from "./compare.mjs";
import { GdalPeer } from "./gdal-peer.mjs";
import { printReport } from "./report.mjs";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    data: { type: "string" },
    keep: { type: "string" },
    gdal: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    processes: { type: "string", default: "2" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "pixelquery-fuzz-"));
const { bundledSeeds, seedsOfFolder, runFuzz, findingOf, LIMIT_MS } = await bundleFuzzer(folder);
const seeds = [...bundledSeeds(root), ...(values.data === undefined ? [] : seedsOfFolder(values.data))];
const peer = values.gdal ? new GdalPeer() : null;
const findings = [];
const verdicts = new Map();
const { cases, seed, first, processes } = values;
if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });

const done = await runFuzz({
  root,
  seeds,
  cases: Number(cases),
  seed: Number(seed),
  first: Number(first),
  processes: Number(processes),
  withValues: peer !== null,
  async onCase(fuzzCase, path) {
    const verdict = peer === null ? null : compareWithGdal(fuzzCase.outcome, await peer.read(path, fuzzCase.outcome));
    if (verdict !== null) verdicts.set(verdict.kind, (verdicts.get(verdict.kind) ?? 0) + 1);
    if (values.strict && verdict?.text)
      console.error(`${fuzzCase.number} ${fuzzCase.file} (${fuzzCase.mutations}): ${verdict.kind}: ${verdict.text}`);
    const fault = findingOf(fuzzCase, LIMIT_MS) ?? (verdict?.isFinding ? `${verdict.kind}: ${verdict.text}` : null);
    if (fuzzCase.outcome.pixels) fuzzCase.outcome.pixels.data = "";
    if (fault === null) return;
    const { number, file, mutations, bytes } = fuzzCase;
    findings.push({ number, file, mutations, fault });
    if (values.keep !== undefined) writeFileSync(join(values.keep, `seed-${seed}-case-${number}.tif`), bytes);
  },
});
peer?.close();
rmSync(folder, { recursive: true });
printReport({ done, findings, verdicts, seed, seeds: seeds.length });
process.exitCode = findings.length === 0 ? 0 : 1;
