import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/index.js";
import { fakeEnvironment } from "./fake-environment.js";

test("forty requests with one signal do not listen to it forty times, and end with its reason", async () => {
  const environment = fakeEnvironment({ variables: { AWS_NO_SIGN_REQUEST: "YES" } });
  const never: typeof fetch = (_url, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const store = openStore("s3://bucket/prefix", { environment, fetch: never, concurrency: 8 });
  const abort = new AbortController();
  const requests = Array.from({ length: 40 }, (_, i) => store.get(`${i}`, undefined, { signal: abort.signal }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(getEventListeners(abort.signal, "abort").length).toBeLessThanOrEqual(1);
  const reason = new Error("enough");
  abort.abort(reason);
  const ends = await Promise.allSettled(requests);
  expect(ends.map((end) => end.status === "rejected" && end.reason === reason)).toEqual(ends.map(() => true));
});
