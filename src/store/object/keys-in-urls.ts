/** A key as a path of a URL: all but the slashes and RFC 3986's unreserved letters percent-encoded, as signatures want it. */
export function encodeKey(key: string): string {
  return key.split("/").map(encodeStrictly).join("/");
}

/** `encodeURIComponent` leaves `!'()*`, which signatures count as reserved. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
