import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isSet } from "../../src/store/environment.js";
import { nodeEnvironment } from "../../src/store/node-environment.js";
import { createTempDir } from "../support/temp-dir.js";
import { failureOf } from "./collect.js";

describe("the environment of a process", () => {
  const name = "PIXELQUERY_TEST_VARIABLE";
  afterEach(() => {
    delete process.env[name];
  });

  test("has its variables, of which empty ones are not set", () => {
    process.env[name] = "";
    expect([nodeEnvironment.variable(name), isSet(nodeEnvironment, name)]).toEqual([null, false]);
    process.env[name] = "Yes";
    expect([nodeEnvironment.variable(name), isSet(nodeEnvironment, name)]).toEqual(["Yes", true]);
    process.env[name] = "no";
    expect(isSet(nodeEnvironment, name)).toBe(false);
  });

  test("reads files, and has null for those that are not there", async () => {
    const path = join(createTempDir(), "key");
    expect(await nodeEnvironment.readText(path)).toBeNull();
    writeFileSync(path, "text");
    expect(await nodeEnvironment.readText(path)).toBe("text");
  });

  test("runs programs: what they print, null for none of that name, an error without their words where they fail", async () => {
    const run = (script: string) => nodeEnvironment.run(process.execPath, ["-e", script]);
    expect(await run("console.log('a b')")).toBe("a b\n");
    expect(await nodeEnvironment.run("no-such-program-anywhere", [])).toBeNull();
    const error = await failureOf(run("console.log('hush'); console.error('hush'); process.exit(2)"));
    expect(error).toMatchObject({ name: "InvalidInputError" });
    expect((error as Error).message).not.toContain("hush");
    expect((error as Error).cause).toBeUndefined();
  });
});
