/**
 * A process that commits again and again to a repository in a bucket, for s3-race.test.ts. Arguments: location, its own name,
 * number of commits. Each adds one to `/counter` and a chunk to an array of its own.
 */
import { Repository } from "../../src/icechunk/index.js";
import { openStore } from "../../src/store/open-store.js";
import { exampleArray } from "../icechunk/example-array.js";

const [location, name, commits] = process.argv.slice(2) as [string, string, string];
const repository = await Repository.open(openStore(location));

for (let i = 0; i < Number(commits); i++) {
  await repository.transact(
    (session) => {
      const count = Number(session.node("/counter")?.zarr.attributes?.count ?? 0);
      session.setGroup("/counter", { count: count + 1 });
      session.setArray(`/${name}`, exampleArray([i + 1], [1]));
      session.setChunk(`/${name}`, [i], Uint8Array.of(i));
    },
    { message: `${name} ${i}` },
  );
}
