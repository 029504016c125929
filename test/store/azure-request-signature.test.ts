import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/index.js";
import { type FakeMachine, fakeEnvironment } from "./fake-environment.js";

const service = "https://pc.example/api/sas/v1/token";
const secret = "SECRETSIGNATURE";

/** A container whose service of signatures gives one that ends in an hour, and the requests that are made. */
function openSigned(machine: FakeMachine, answer?: () => Response) {
  const requests: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const url = String(input);
    requests.push(url);
    if (url.startsWith("http://169.254.169.254")) throw new TypeError("fetch failed");
    if (!url.startsWith(service)) {
      const headers = { etag: '"1"', "content-length": "4", "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" };
      return new Response(null, { status: 200, headers });
    }
    const expiry = new Date(now + 3_600_000).toISOString();
    return answer?.() ?? new Response(JSON.stringify({ "msft:expiry": expiry, token: `se=1&sig=${secret}` }));
  };
  const environment = fakeEnvironment({ ...machine, fetch: (url) => fetch(url), now: () => now });
  const store = openStore("az://account/box", { environment, fetch, retries: { attempts: 1 } });
  return { store, requests, wait: (ms: number) => (now += ms) };
}

describe("signatures from a service, as the Planetary Computer gives them", () => {
  test("are asked for by account and container once, and go with every request until they end", async () => {
    const { store, requests, wait } = openSigned({ variables: { AZURE_SAS_TOKEN_URL: service } });
    expect((await store.head("a.tif"))?.sizeBytes).toBe(4);
    await store.head("b.tif");
    const signed = (name: string) => `https://account.blob.core.windows.net/box/${name}?se=1&sig=${secret}`;
    expect(requests).toEqual([`${service}/account/box`, signed("a.tif"), signed("b.tif")]);
    wait(56 * 60_000);
    await store.head("a.tif");
    expect(requests.slice(3)).toEqual([`${service}/account/box`, signed("a.tif")]);
  });

  test("are not asked for where the account's own key is known", async () => {
    const variables = { AZURE_SAS_TOKEN_URL: service, AZURE_STORAGE_SAS_TOKEN: "sv=1&sig=own" };
    const { store, requests } = openSigned({ variables });
    await store.head("a.tif");
    expect(requests).toEqual(["https://account.blob.core.windows.net/box/a.tif?sv=1&sig=own"]);
  });

  test.each([
    ["refuses", () => new Response(`no ${secret}`, { status: 403 }), "InvalidInputError"],
    ["is overloaded", () => new Response(`later ${secret}`, { status: 503 }), "UnavailableError"],
    ["answers without an end", () => new Response(JSON.stringify({ token: secret })), "CorruptDataError"],
    ["answers with no time", () => new Response(`{"token":"${secret}","msft:expiry":"soon"}`), "CorruptDataError"],
  ])("whose service %s are an error that names it and shows no secret", async (_how, answer, name) => {
    const { store } = openSigned({ variables: { AZURE_SAS_TOKEN_URL: service } }, answer);
    const error = (await store.head("a.tif").catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({ name, message: expect.stringContaining("AZURE_SAS_TOKEN_URL for account/box") });
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain(secret);
  });

  test("are said to be the way where there are no credentials", async () => {
    const { store } = openSigned({});
    await expect(store.head("a.tif")).rejects.toMatchObject({
      message: expect.stringContaining("AZURE_SAS_TOKEN_URL=https://planetarycomputer.microsoft.com/api/sas/v1/token"),
    });
  });
});
