import type { AzureOptions } from "./azure/open-azure-store.js";
import type { ByteStore } from "./byte-store.js";
import { deferStore } from "./deferred-store.js";
import type { Environment } from "./environment.js";
import { FileStore } from "./file-store.js";
import type { GcsOptions } from "./gcs/open-gcs-store.js";
import { HttpStore } from "./http-store.js";
import { withConcurrencyLimit } from "./limited-store.js";
import type { ObjectStoreOptions } from "./object/object-store.js";
import { withOwnSignals } from "./own-signals.js";
import { withRetries } from "./retrying-store.js";
import type { S3Options } from "./s3/open-s3-store.js";
import { cloudUrl, parseStoreLocation, type StoreLocation } from "./store-location.js";

/** As many as web servers take from one client without complaint. */
const defaultHttpConcurrency = 32;

/** Settings for whichever kind of store a location turns out to be. */
export interface OpenStoreOptions extends ObjectStoreOptions {
  s3?: S3Options;
  gcs?: GcsOptions;
  azure?: AzureOptions;
  /** Where settings and credentials are looked for; this process's environment unless given. */
  environment?: Environment;
}

/**
 * The store at a location: a path, `file://`, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://account/container/prefix`,
 * `abfs(s)://`, or `http(s)://` for reading. Nothing is read yet, and no credentials are looked for.
 *
 * Stores over a network try again what may pass, and have so many requests under way at most.
 *
 * @throws InvalidInputError for a location that is none of these.
 */
export function openStore(location: string, options: OpenStoreOptions = {}): ByteStore {
  const parsed = parseStoreLocation(location);
  if (parsed.kind === "file") return new FileStore(parsed.path);
  if (parsed.kind === "http") return openHttpStore(parsed.url, options);
  return withOwnSignals(deferStore(cloudUrl(parsed), () => openCloudStore(parsed, options)));
}

type CloudLocation = Exclude<StoreLocation, { kind: "file" | "http" }>;

function openHttpStore(url: string, options: OpenStoreOptions): ByteStore {
  const { fetch, idleTimeoutMs } = options;
  const store = new HttpStore(url, { ...(fetch && { fetch }), ...(idleTimeoutMs !== undefined && { idleTimeoutMs }) });
  const limited = withConcurrencyLimit(store, options.concurrency ?? defaultHttpConcurrency);
  return withOwnSignals(withRetries(limited, options.retries));
}

async function openCloudStore(location: CloudLocation, options: OpenStoreOptions): Promise<ByteStore> {
  const environment = options.environment ?? (await import("./node-environment.js")).nodeEnvironment;
  const { s3, gcs, azure, environment: _, ...common } = options;
  switch (location.kind) {
    case "s3": {
      const { openS3Store } = await import("./s3/open-s3-store.js");
      return openS3Store(location.bucket, location.prefix, environment, { ...common, ...s3 });
    }
    case "gs": {
      const { openGcsStore } = await import("./gcs/open-gcs-store.js");
      return openGcsStore(location.bucket, location.prefix, environment, { ...common, ...gcs });
    }
    case "azure": {
      const { openAzureStore } = await import("./azure/open-azure-store.js");
      return openAzureStore(location, environment, { ...common, ...azure });
    }
  }
}
