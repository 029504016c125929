import { InvalidInputError } from "../../errors.js";

/**
 * The address of a server.
 *
 * @throws InvalidInputError for anything but an address of HTTP without password, query or fragment.
 */
export function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new InvalidInputError("An endpoint must be an address that begins with http:// or https://.");
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new InvalidInputError(
      `The endpoint ${url.host} must have no password, no query and no fragment in its address.`,
    );
  }
  return url;
}
