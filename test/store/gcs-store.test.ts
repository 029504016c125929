import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.js";
import { describeByteStore } from "./byte-store-contract.js";
import { failureOf, listKeys } from "./collect.js";
import { type FakeMachine, fakeEnvironment } from "./fake-environment.js";
import { startGcsServer } from "./gcs-server.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const bucket = "pixelquery-test";
const server = await startGcsServer(bucket, publicKey);
afterAll(() => server.close());
beforeEach(() => {
  server.tokens.clear();
  server.tokens.add("ready");
  server.requests.length = 0;
  server.tokenSeconds = 3600;
});

const keyFile = JSON.stringify({
  type: "service_account",
  client_email: "reader@project.iam.gserviceaccount.com",
  private_key: privateKeyPem,
  token_uri: `${server.url}/token`,
});
const userFile = JSON.stringify({
  type: "authorized_user",
  client_id: "id",
  client_secret: "client-secret",
  refresh_token: "refresh-secret",
});

let count = 0;
const newLocation = () => `gs://${bucket}/run ${count++}/ü+(1)`;
const realFetch = (url: string, init: RequestInit) =>
  fetch(url.replace("https://oauth2.googleapis.com", server.url), init);
const open = (machine: FakeMachine, location = newLocation()) =>
  openStore(location, {
    environment: fakeEnvironment({ fetch: realFetch, now: Date.now, ...machine }),
    gcs: { endpoint: server.url },
    retries: { firstWaitMs: 2 },
  });
const withToken = (location?: string) => open({ variables: { CLOUDSDK_AUTH_ACCESS_TOKEN: "ready" } }, location);

describeByteStore("a GCS store, as its documentation has it", () => withToken());

describe("a GCS store", () => {
  test("lists in pages, with generations as versions", async () => {
    const store = withToken();
    const keys = ["a b", "a&b", "a+b", "b/1", "b/2", "c%20d", "ü"];
    for (const key of keys) await store.put(key, bytes(1));
    server.requests.length = 0;
    expect(await listKeys(store)).toEqual(keys);
    expect(server.requests).toHaveLength(3);
    expect((await store.head("ü"))?.version).toMatch(/^17\d{14}$/);
  });

  test("gets a token for a service account's key file, once for many requests", async () => {
    const store = open({
      variables: { GOOGLE_APPLICATION_CREDENTIALS: "/keys/reader.json" },
      files: { "/keys/reader.json": keyFile },
    });
    await Promise.all(["a", "b", "c"].map((key) => store.put(key, bytes(1))));
    expect((await store.get("b"))?.data).toEqual(bytes(1));
    expect(server.requests.filter((request) => request === "POST /token")).toHaveLength(1);
  });

  test("gets another token before the one it has ends, and when the server calls it invalid", async () => {
    let now = Date.now();
    const store = open({
      files: { "/home/ada/.config/gcloud/application_default_credentials.json": userFile },
      now: () => now,
    });
    await store.put("a", bytes(1));
    now += 54 * 60_000;
    await store.get("a");
    expect(server.requests.filter((request) => request === "POST /token")).toHaveLength(1);
    now += 2 * 60_000;
    await store.get("a");
    expect(server.requests.filter((request) => request === "POST /token")).toHaveLength(2);
    server.tokens.clear();
    expect((await store.get("a"))?.data).toEqual(bytes(1));
    expect(server.requests.filter((request) => request === "POST /token")).toHaveLength(3);
  });

  test("asks a machine of Google's for its service account's token", async () => {
    const asked: [string, unknown][] = [];
    const store = open({
      fetch: (url, init) => {
        asked.push([url, init.headers]);
        return new Response(JSON.stringify({ access_token: "ready", expires_in: 3599, token_type: "Bearer" }));
      },
    });
    await store.put("a", bytes(1));
    expect(asked).toEqual([
      [
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
        { "metadata-flavor": "Google" },
      ],
    ]);
  });

  test("says what to do where there are no credentials, or of a kind that is not read", async () => {
    expect(await failureOf(open({ fetch: () => new Response("", { status: 404 }) }).get("a"))).toMatchObject({
      name: "InvalidInputError",
      message: expect.stringContaining("gcloud auth application-default login") as string,
    });
    const federated = open({
      variables: { GOOGLE_APPLICATION_CREDENTIALS: "/f.json" },
      files: { "/f.json": '{"type": "external_account"}' },
    });
    expect(await failureOf(federated.get("a"))).toMatchObject({
      name: "UnsupportedError",
      details: { path: "/f.json", kind: "external_account" },
    });
  });

  test("says that it is not known to a bucket that is not public, and that a bucket does not exist", async () => {
    const anonymous = open({ variables: { GS_NO_SIGN_REQUEST: "YES" } });
    expect(await failureOf(anonymous.get("a"))).toMatchObject({ name: "InvalidInputError", details: { status: 401 } });
    expect(await failureOf(withToken("gs://no-such-bucket").get("a"))).toMatchObject({
      name: "NotFoundError",
      details: { code: "NoSuchBucket" },
    });
  });

  test("shows a private key in no message, be it broken", async () => {
    const broken = keyFile.replace("-----BEGIN PRIVATE KEY-----\\n", "-----BEGIN PRIVATE KEY-----\\nAAAA");
    const store = open({
      variables: { GOOGLE_APPLICATION_CREDENTIALS: "/k.json" },
      files: { "/k.json": broken },
    });
    const error = (await failureOf(store.get("a"))) as Error;
    expect(error.message).toBe(
      "The private key of reader@project.iam.gserviceaccount.com is no RSA key in PEM form (PKCS #8).",
    );
    expect(error.cause).toBeUndefined();
  });
});
