import { InvalidInputError } from "../../errors.js";

/** What a connection string of a storage account holds; null for what it leaves out. */
export interface ConnectionString {
  account: string | null;
  key: string | null;
  /** A shared access signature, with or without a question mark. */
  signature: string | null;
  /** Address of the blob service. */
  endpoint: string | null;
}

/** Account, key and address of the emulator that ships with Azure's tools: published, and the same everywhere. */
const emulator: ConnectionString = {
  account: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
  signature: null,
  endpoint: "http://127.0.0.1:10000/devstoreaccount1",
};

/**
 * The parts of AZURE_STORAGE_CONNECTION_STRING.
 *
 * @throws InvalidInputError where it is none; it is not shown.
 */
export function parseConnectionString(text: string): ConnectionString {
  const parts = new Map<string, string>();
  for (const part of text.split(";")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    if (at < 1) throw new InvalidInputError("AZURE_STORAGE_CONNECTION_STRING is not made of Name=Value;Name=Value.");
    parts.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  if (parts.get("usedevelopmentstorage")?.toLowerCase() === "true") return emulator;
  const account = parts.get("accountname") ?? null;
  const protocol = parts.get("defaultendpointsprotocol") ?? "https";
  const suffix = parts.get("endpointsuffix");
  const built = account !== null && suffix !== undefined ? `${protocol}://${account}.blob.${suffix}` : null;
  return {
    account,
    key: parts.get("accountkey") ?? null,
    signature: parts.get("sharedaccesssignature") ?? null,
    endpoint: parts.get("blobendpoint") ?? built,
  };
}
