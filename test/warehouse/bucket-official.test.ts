import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { ingest } from "../../src/index.js";
import { openStore } from "../../src/store/index.js";
import { loadOfficialEngine, type OfficialEngine } from "../icechunk/oracle/official-engine.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "../store/radosgw.js";
import { startTestServer } from "../store/test-server.js";
import { readPointOracle } from "../support/point-oracle.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { registerPublishedCodecs } from "./published-codecs.js";
import { hashBands, readableOf } from "./zarr-readers.js";

registerPublishedCodecs();
const engine = loadOfficialEngine();
const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else if (engine === null) it.skip("needs the official Icechunk engine, which does not load here");
else describeOn(server, engine);

function describeOn(server: Radosgw, engine: OfficialEngine): void {
  const bucket = "pixelquery-official";
  const folder = createSharedTempDir();
  const before = { ...process.env };
  const scenes = readPointOracle("one-grid");
  const expected = new Map(scenes.map(({ name, bandSha256 }) => [name.split("/").at(-1), bandSha256]));
  const keys = { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey };
  const credentials = { type: "Static", field0: keys } as const;

  beforeAll(async () => {
    await createBucket(server, bucket);
    Object.assign(process.env, variablesOf(server));
    for (const place of ["plain", "scenes of 2018/ü+~'x"]) {
      const store = openOnServer(server, `s3://${bucket}/${place}`);
      await Promise.all(
        scenes.map(async ({ path, name }) => store.put(name.split("/").at(-1) ?? "", readFileSync(path))),
      );
    }
  }, 60_000);
  afterAll(() => {
    process.env = before;
  });

  describe("the official Icechunk engine, with the repository's own configuration and credentials alone", () => {
    it.each(["plain", "scenes of 2018/ü+~'x"])("reads GDAL's pixels of sources in s3://…/%s", async (place) => {
      const source = `s3://${bucket}/${place}`;
      const warehouse = `${folder}/${place.length}`;
      await ingest(source, { warehouse, productId: "p" });
      const storage = await engine.Storage.newLocalFilesystem(warehouse);
      const authorized = { [`${source}/`]: { type: "S3", field0: credentials } } as const;
      const repository = await engine.Repository.open(storage, undefined, authorized);
      expect(await hashBands(await readableOf(repository), "/p/exact-00")).toEqual(expected);
    });

    it("reads a warehouse that lies in a bucket as well, with credentials from the environment", async () => {
      const warehouse = `s3://${bucket}/warehouses/1`;
      await ingest(`s3://${bucket}/plain`, { warehouse, productId: "p" });
      const { endpoint, region } = server;
      const options = { region, endpointUrl: endpoint, allowHttp: true, forcePathStyle: true };
      const storage = engine.Storage.newS3(bucket, "warehouses/1", credentials, options);
      const repository = await engine.Repository.open(storage, undefined, { [`s3://${bucket}/plain/`]: null });
      expect(await hashBands(await readableOf(repository), "/p/exact-00")).toEqual(expected);
    });
  });

  it("the configuration says how the bucket is reached, and holds no credential", async () => {
    const warehouse = `s3://${bucket}/warehouses/2`;
    await ingest(`s3://${bucket}/plain`, { warehouse, productId: "p" });
    const [container] = await (await Repository.open(openStore(warehouse))).containers();
    const { urlPrefix, store } = container ?? {};
    expect({ urlPrefix, store }).toEqual({
      urlPrefix: `s3://${bucket}/plain/`,
      store: {
        s3_compatible: {
          region: server.region,
          endpoint_url: server.endpoint,
          anonymous: false,
          allow_http: true,
          force_path_style: true,
          network_stream_timeout_seconds: null,
          requester_pays: false,
        },
      },
    });
  });
}
