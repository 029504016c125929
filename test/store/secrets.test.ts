import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { errorToJson } from "../../src/errors.js";
import type { ByteStore } from "../../src/store/index.js";
import { openStore } from "../../src/store/open-store.js";
import { failureOf, listAll } from "./collect.js";
import { type FakeMachine, fakeEnvironment } from "./fake-environment.js";

const secret = "c2VjcmV0LXNlY3JldA==";
const pem = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`;

const machines: [string, string, FakeMachine][] = [
  ["an S3 secret", "s3://bucket/p", { variables: { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: secret } }],
  [
    "an S3 session",
    "s3://bucket/p",
    { variables: { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: secret } },
  ],
  [
    "an S3 secret in a profile",
    "s3://bucket",
    { files: { "/home/ada/.aws/credentials": `[default]\naws_access_key_id=A\naws_secret_access_key=${secret}\n` } },
  ],
  [
    "a web identity",
    "s3://bucket",
    { variables: { AWS_WEB_IDENTITY_TOKEN_FILE: "/t", AWS_ROLE_ARN: "r" }, files: { "/t": secret } },
  ],
  ["a Google token", "gs://bucket/p", { variables: { CLOUDSDK_AUTH_ACCESS_TOKEN: secret } }],
  [
    "a Google key",
    "gs://bucket",
    {
      variables: { GOOGLE_APPLICATION_CREDENTIALS: "/k" },
      files: { "/k": JSON.stringify({ type: "service_account", client_email: "e", private_key: pem }) },
    },
  ],
  [
    "a Google sign-in",
    "gs://bucket",
    {
      variables: { GOOGLE_APPLICATION_CREDENTIALS: "/k" },
      files: {
        "/k": JSON.stringify({ type: "authorized_user", client_id: "i", client_secret: secret, refresh_token: secret }),
      },
    },
  ],
  ["an Azure key", "az://account/box/p", { variables: { AZURE_STORAGE_KEY: secret } }],
  ["an Azure signature", "az://account/box/p", { variables: { AZURE_STORAGE_SAS_TOKEN: `sv=1&sig=${secret}` } }],
  [
    "an Azure connection string",
    "az://account/box",
    { variables: { AZURE_STORAGE_CONNECTION_STRING: `AccountName=account;AccountKey=${secret}` } },
  ],
  [
    "a broken connection string",
    "az://account/box",
    { variables: { AZURE_STORAGE_CONNECTION_STRING: secret.slice(1, -2) } },
  ],
  [
    "an Azure principal",
    "az://account/box",
    { variables: { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: secret } },
  ],
];

/** Servers that fail in their own ways; the first repeats all that it is sent, as some proxies do. */
const servers: [string, (url: string, init: RequestInit) => Response][] = [
  ["repeats what it is sent", (url, init) => repeat(400, url, init)],
  ["denies access, repeating what it is sent", (url, init) => repeat(403, url, init)],
  ["is broken, repeating what it is sent", (url, init) => repeat(500, url, init)],
  ["repeats what it is sent as if it were an answer", (url, init) => repeat(200, url, init)],
];

function repeat(status: number, url: string, init: RequestInit): Response {
  const sent = `${url} ${JSON.stringify(init.headers)} ${String(init.body)} ${secret}`;
  const text = sent.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return new Response(`<Error><Code>Odd</Code><Message>${text}</Message><Region>${text}</Region></Error>`, { status });
}

/** Every way in which a program shows a value: to people, in logs, over HTTP. */
function shown(value: unknown): string {
  const texts = [String(value), inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value) ?? ""];
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.stack ?? "", error.message, JSON.stringify(errorToJson(error)));
  }
  return texts.join("\n");
}

describe.each(machines)("%s", (_what, location, machine) => {
  test.each([...servers, ["cannot be reached", null] as const])(
    "is not shown when the server %s",
    async (_how, answer) => {
      const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
        if (answer === null) throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
        return answer(String(input), init ?? {});
      };
      const store: ByteStore = openStore(location, {
        environment: fakeEnvironment({ ...machine, fetch: (url, init) => fetch(url, init) }),
        fetch,
        retries: { attempts: 1 },
      });
      const errors = [
        await failureOf(store.get("a")),
        await failureOf(store.head("a")),
        await failureOf(store.put("a", Uint8Array.of(1))),
        await failureOf(store.putIf("a", Uint8Array.of(1), null)),
        await failureOf(listAll(store)),
        await failureOf(store.delete("a")),
      ];
      expect(errors.filter((error) => error !== null).length).toBeGreaterThan(0);
      const texts = [store, ...errors].map(shown).join("\n");
      for (const form of [secret, encodeURIComponent(secret), secret.slice(1, -2)]) expect(texts).not.toContain(form);
    },
  );
});
