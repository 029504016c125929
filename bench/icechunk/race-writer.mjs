/**
 * One process of races.mjs. Arguments: the engine's bundle, the repository's folder, the way of writing, this writer's
 * number, how many commits. Each commit appends a chunk of two numbers, the writer's and the commit's; the parent is
 * told the number of commits after each.
 */
import { pathToFileURL } from "node:url";
import { loadOfficialEngine, storageOver } from "./official.mjs";

const [bundle, folder, way, writerText, countText] = process.argv.slice(2);
const writer = Number(writerText);
const count = Number(countText);
const { FileStore, Repository } = await import(pathToFileURL(bundle));
const store = new FileStore(folder);

const arrayPath = way.startsWith("own-array") ? `/x${writer}` : "/x";
const branch = way === "own-branch" ? `b${writer}` : "main";

function metadataOf(length) {
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [length],
    data_type: "uint64",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [1] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
  };
}

const chunkOf = (i) => new Uint8Array(Uint32Array.of(writer, i).buffer);

async function commitOurs(repository, i) {
  await repository.transact(
    (session) => {
      const length = session.node(arrayPath)?.zarr.shape[0] ?? 0;
      session.setArray(arrayPath, metadataOf(length + 1));
      session.setChunk(arrayPath, [length], chunkOf(i));
    },
    { message: `${writer} ${i}`, branch, ...(way === "own-array-rebased" ? { rebase: {} } : {}) },
  );
}

/** The official engine through our store; it says of a conflict what it says, and the commit is made again. */
async function commitOfficial(official, i) {
  for (;;) {
    const session = await official.writableSession("main");
    const stored = await session.store.get("x/zarr.json");
    const length = stored ? JSON.parse(Buffer.from(stored).toString()).shape[0] : 0;
    await session.store.set("x/zarr.json", Buffer.from(JSON.stringify(metadataOf(length + 1))));
    await session.store.set(`x/c/${length}`, Buffer.from(chunkOf(i)));
    try {
      return await session.commit(`${writer} ${i}`);
    } catch (error) {
      if (!/conflict|parent|latest/i.test(String(error))) throw error;
    }
  }
}

let commit;
if (way === "with-official" && writer % 2 === 1) {
  const engine = loadOfficialEngine();
  const official = await engine.Repository.open(storageOver(engine, store));
  commit = (i) => commitOfficial(official, i);
} else {
  const repository = await Repository.open(store);
  commit = (i) => commitOurs(repository, i);
}
for (let i = 0; i < count; i++) {
  await commit(i);
  process.send(i + 1);
}
process.disconnect();
