import { AwsClient } from "aws4fetch";
import { type OpenStoreOptions, openStore } from "../../src/store/open-store.js";
import { fakeEnvironment } from "./fake-environment.js";

/** What scripts/servers/start-radosgw.mjs prints. */
export interface Radosgw {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Make a bucket, by another client than ours. */
export async function createBucket(server: Radosgw, bucket: string): Promise<void> {
  const client = new AwsClient({ ...server, service: "s3" });
  const response = await client.fetch(`${server.endpoint}/${bucket}`, { method: "PUT" });
  if (!response.ok) throw new Error(`bucket ${bucket}: ${response.status} ${await response.text()}`);
}

/** The variables that point AWS's tools at the server. */
export function variablesOf(server: Radosgw, endpoint = server.endpoint): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: server.region,
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  };
}

/** A store of the server, found by environment variables alone. Waits are of milliseconds, so that tests are quick. */
export function openOnServer(
  server: Radosgw,
  location: string,
  endpoint = server.endpoint,
  more: OpenStoreOptions = {},
) {
  const environment = fakeEnvironment({ variables: variablesOf(server, endpoint), now: Date.now });
  return openStore(location, { environment, retries: { firstWaitMs: 2 }, ...more });
}
