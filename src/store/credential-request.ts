import { CorruptDataError, InvalidInputError, UnavailableError } from "../errors.js";
import { withAttempts } from "./attempts.js";
import { HttpExchange } from "./http-exchange.js";

/** An answer with credentials is a few thousand bytes. */
const longestAnswerBytes = 2 ** 20;

export interface CredentialRequest {
  fetch: typeof globalThis.fetch;
  url: string;
  method?: "GET" | "POST" | "PUT";
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** What messages call the server. */
  name: string;
  /** 5,000 unless given. */
  timeoutMs?: number;
  /** How often a server that cannot answer now is asked in all, 3 unless given. */
  attempts?: number;
}

/**
 * The text of a server's answer to a request for credentials.
 *
 * @throws UnavailableError where it is not reached or overloaded.
 * @throws InvalidInputError where it refuses, by its status alone: its words may repeat what it was sent.
 */
export function requestCredentials(request: CredentialRequest): Promise<string> {
  return withAttempts(() => askOnce(request), { attempts: request.attempts ?? 3 }, undefined);
}

async function askOnce({ fetch, url, method = "GET", headers = {}, body, name, timeoutMs = 5000 }: CredentialRequest) {
  const exchange = await HttpExchange.open({ fetch, url, method, headers, body, name, idleTimeoutMs: timeoutMs });
  try {
    const { status } = exchange;
    if (status >= 200 && status < 300) return new TextDecoder().decode(await exchange.read(0, longestAnswerBytes));
    const details = { url: name, status };
    if (status >= 500 || status === 429) {
      throw new UnavailableError(`${name} cannot give credentials now (HTTP status ${status}).`, { details });
    }
    throw new InvalidInputError(`${name} gave no credentials (HTTP status ${status}).`, { details });
  } finally {
    exchange.close();
  }
}

/**
 * The fields of a JSON object.
 *
 * @throws CorruptDataError where it is none; the text, which may be a secret, is not shown.
 */
export function parseFields(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Its message would quote the text.
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CorruptDataError(`${name} holds no JSON object.`, { details: { url: name } });
}

/** A field's text. @throws CorruptDataError where it is missing, empty or something else. */
export function requiredText(fields: Readonly<Record<string, unknown>>, field: string, name: string): string {
  const value = fields[field];
  if (typeof value === "string" && value !== "") return value;
  throw new CorruptDataError(`${name} holds no "${field}".`, { details: { url: name, field } });
}

/** A field's text; null where it is missing or empty. */
export function optionalText(fields: Readonly<Record<string, unknown>>, field: string): string | null {
  const value = fields[field];
  return typeof value === "string" && value !== "" ? value : null;
}
