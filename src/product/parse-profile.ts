import { type BaseIssue, safeParse } from "valibot";
import { didYouMean } from "../did-you-mean.js";
import { InvalidInputError } from "../errors.js";
import type { ProductProfile, ProductProfileInput } from "./product-profile.js";
import { checkProfile, type ProfileFault } from "./profile-rules.js";
import { profileSchema } from "./profile-schema.js";

/** Most faults that one error lists. */
const MAX_FAULTS = 20;

/**
 * A profile from a user's JSON value, what it leaves out filled in with defaults.
 *
 * @throws InvalidInputError that lists each fault with its place in the JSON and what is expected there;
 *   `details.faults` holds them as `{ path, message }`.
 *
 * @example
 * const profile = parseProfile(JSON.parse(text), "my-product.json");
 */
export function parseProfile(value: unknown, source = "product profile"): ProductProfile {
  const result = safeParse(profileSchema, value);
  const faults = result.success ? checkProfile(result.output) : result.issues.map(describeIssue);
  if (result.success && faults.length === 0) return result.output;
  const listed = faults.slice(0, MAX_FAULTS);
  const lines = listed.map(({ path, message }) => `${path || "the profile"}: ${message}`);
  if (faults.length > listed.length) lines.push(`and ${faults.length - listed.length} more`);
  throw new InvalidInputError(`${source}: ${lines.join("; ")}`, {
    details: { source, faults: listed.map(({ path, message }) => ({ path, message })) },
  });
}

/**
 * A profile from the text of a user's JSON file.
 *
 * @throws InvalidInputError where it is no JSON, and as {@link parseProfile} does.
 */
export function parseProfileText(text: string, source: string): ProductProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError(`${source}: not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      details: { source },
      cause,
    });
  }
  return parseProfile(value, source);
}

/** A profile in code, checked as one in a file is. */
export function defineProfile(profile: ProductProfileInput): ProductProfile {
  return parseProfile(profile);
}

function describeIssue(issue: BaseIssue<unknown>): ProfileFault {
  const path = jsonPath(issue.path?.map(({ key }) => key) ?? []);
  const last = issue.path?.at(-1);
  // A strict object that meets a key it does not know expects nothing there.
  if (issue.expected === "never" && last !== undefined) {
    const keys = Object.keys(knownEntries(issue.path?.slice(0, -1).map(({ key }) => key) ?? []));
    return { path, message: `unknown key${didYouMean(String(last.key), keys)} (known: ${keys.join(", ")})` };
  }
  if (issue.received === "undefined") return { path, message: `missing, expected ${expectation(issue)}` };
  const choices = issue.type === "picklist" ? choicesOf(issue) : [];
  const meant = typeof issue.input === "string" ? didYouMean(issue.input, choices) : "";
  return { path, message: `expected ${expectation(issue)}, got ${shorten(issue.received)}${meant}` };
}

function expectation(issue: BaseIssue<unknown>): string {
  if (issue.type === "regex") return issue.message;
  const bound = { min_length: "length", max_length: "length", min_entries: "entries", max_value: "", min_value: "" };
  const what = Object.hasOwn(bound, issue.type) ? bound[issue.type as keyof typeof bound] : "";
  return [what, issue.expected ?? "something else"].filter((part) => part !== "").join(" ");
}

function choicesOf(issue: BaseIssue<unknown>): string[] {
  return [...(issue.expected ?? "").matchAll(/"([^"]*)"/g)].map(([, choice = ""]) => choice);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `bandSets.msi[3].wavelengthNm`. */
function jsonPath(keys: readonly unknown[]): string {
  return keys.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`)).join("");
}

/** The entries of the schema at a path into a value; {} where it knows none. */
function knownEntries(keys: readonly unknown[]): Record<string, unknown> {
  let schema: SchemaPart = profileSchema as unknown as SchemaPart;
  for (const key of keys) {
    const inner = unwrap(schema);
    schema = inner.entries?.[String(key)] ?? inner.item ?? inner.value ?? {};
  }
  return unwrap(schema).entries ?? {};
}

/** The parts of a valibot schema that lead to schemas inside it. */
interface SchemaPart {
  readonly entries?: Record<string, SchemaPart>;
  readonly item?: SchemaPart;
  readonly value?: SchemaPart;
  readonly wrapped?: SchemaPart;
}

function unwrap(schema: SchemaPart): SchemaPart {
  return schema.wrapped === undefined ? schema : unwrap(schema.wrapped);
}
