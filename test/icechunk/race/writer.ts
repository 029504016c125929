/**
 * A process that commits again and again, for race.test.ts. Arguments: repository folder, its own name, number of
 * commits ("forever" until it is killed). Each commit adds one to `/counter` and a chunk to an array of its own.
 */
import { Repository } from "../../../src/icechunk/index.js";
import { FileStore } from "../../../src/store/index.js";
import { exampleArray } from "../example-array.js";

const [folder, name, commits] = process.argv.slice(2) as [string, string, string];
const repository = await Repository.open(new FileStore(folder));
const last = commits === "forever" ? Number.POSITIVE_INFINITY : Number(commits);

for (let i = 0; i < last; i++) {
  await repository.transact(
    (session) => {
      const node = session.node("/counter");
      const count = Number(node?.zarr.attributes?.count ?? 0);
      session.setGroup("/counter", { count: count + 1 });
      session.setArray(`/${name}`, exampleArray([i + 1], [1]));
      session.setChunk(`/${name}`, [i], Uint8Array.of(i % 256));
    },
    { message: `${name} ${i}`, metadata: { i } },
  );
  process.stdout.write(`${i}\n`);
}
