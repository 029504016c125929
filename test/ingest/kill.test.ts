import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { catalog, ingest, isPixelQueryError, openDataset } from "../../src/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { startIngest } from "./start-ingest.js";
import { writeFlatScene } from "./write-scene.js";

/** Scenes in January and February of 2020 whose one value is their number, each on one of three grids. */
function writeScenes(folder: string, numbers: readonly number[]): void {
  for (const number of numbers) {
    const day = new Date(Date.UTC(2020, 0, number)).toISOString().slice(0, 10);
    writeFlatScene(folder, `${day}.tif`, number, { transform: [10, 0, 500000 + 3 * (number % 3), 0, -10, 4500000] });
  }
}

async function sceneCount(warehouse: string): Promise<number | "no warehouse"> {
  try {
    return (await openDataset(warehouse)).dims.time;
  } catch (error) {
    if (isPixelQueryError(error, "NotFoundError")) return "no warehouse";
    throw error;
  }
}

async function expectComplete(warehouse: string, numbers: readonly number[]) {
  const dataset = await openDataset(warehouse);
  const values: number[] = [];
  for (let time = 0; time < dataset.dims.time; time++) {
    const { data } = await dataset.isel({ time }).band("band_1").compute({ threads: 0 });
    values.push(Number(data[11]));
  }
  expect(values).toEqual(numbers);
  expect((await (await catalog(warehouse)).snapshots()).length).toBeGreaterThan(1);
}

const few = Array.from({ length: 6 }, (_, i) => i + 1);
const all = Array.from({ length: 60 }, (_, i) => i + 1);
const kills = 8;

describe("an ingest that is killed", () => {
  it.each([
    ["the first one", [] as number[], ["no warehouse", 0, 60]],
    ["one into a warehouse of six scenes", few, [6, 60]],
  ])(
    "at any moment, %s, leaves all of its scenes or none, and running it again completes it",
    async (_, before, allowed) => {
      const folder = createTempDir();
      const cogs = `${folder}/cogs`;
      const warehouse = `${folder}/w`;
      const prepare = async () => {
        rmSync(warehouse, { recursive: true, force: true });
        rmSync(cogs, { recursive: true, force: true });
        writeScenes(cogs, before);
        if (before.length > 0) await ingest(cogs, { warehouse, productId: "p" });
        writeScenes(
          cogs,
          all.filter((number) => !before.includes(number)),
        );
      };

      await prepare();
      const whole = await startIngest(cogs, warehouse);
      const started = performance.now();
      await whole.run();
      const wholeMs = performance.now() - started;
      await whole.kill();
      await expectComplete(warehouse, all);

      const found: (number | "no warehouse")[] = [];
      for (let i = 0; i < kills; i++) {
        await prepare();
        const victim = await startIngest(cogs, warehouse);
        victim.run().catch(() => {});
        // From the first millisecond to a little after the end, at a random moment of each part.
        await sleep(((i + Math.random()) / kills) * wholeMs * 1.1);
        await victim.kill();
        found.push(await sceneCount(warehouse));
        const { failed } = await ingest(cogs, { warehouse, productId: "p" });
        expect(failed).toEqual([]);
        await expectComplete(warehouse, all);
      }
      expect(found.filter((count) => !allowed.includes(count))).toEqual([]);
      expect(found).toContain(allowed[0]);
    },
  );
});
