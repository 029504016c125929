// A process that ingests when it is told to: `node ingest-process.mjs SOURCE WAREHOUSE`, over Node's message channel.
// It sends "ready", waits for any message, and sends the report. It then waits to be ended.
import { once } from "node:events";
import { ingest } from "../../dist/index.js";

const [source, warehouse] = process.argv.slice(2);
process.send("ready");
await once(process, "message");
process.send(await ingest(source, { warehouse, productId: "p" }));
setInterval(() => {}, 60_000);
