import { CorruptDataError } from "../../errors.js";
import { parseFields, requestCredentials, requiredText } from "../credential-request.js";
import type { Environment } from "../environment.js";
import type { Expiring } from "../expiring.js";

/** A shared access signature, without a question mark, and its end. */
export interface TimedSignature extends Expiring {
  query: string;
}

/**
 * A signature for reading a container, from a service that gives them to who asks: Microsoft's Planetary Computer does, at
 * `SERVICE/ACCOUNT/CONTAINER` ("Using Tokens for Data Access" of its documentation).
 *
 * @param service address of the service, `https://planetarycomputer.microsoft.com/api/sas/v1/token`
 * @throws UnavailableError where it is not reached, InvalidInputError where it refuses.
 */
export async function requestSignature(
  service: string,
  { account, container }: { account: string; container: string },
  environment: Environment,
): Promise<TimedSignature> {
  const name = `The service of AZURE_SAS_TOKEN_URL for ${account}/${container}`;
  const url = `${service.replace(/\/+$/, "")}/${encodeURIComponent(account)}/${encodeURIComponent(container)}`;
  const answer = parseFields(await requestCredentials({ fetch: environment.fetch, url, name }), name);
  const query = requiredText(answer, "token", name).replace(/^\?/, "");
  const expiresAtMs = Date.parse(requiredText(answer, "msft:expiry", name));
  if (Number.isNaN(expiresAtMs)) {
    throw new CorruptDataError(`${name} does not say when its signature ends.`, { details: { account, container } });
  }
  return { query, expiresAtMs };
}
