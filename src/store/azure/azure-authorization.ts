/** How a request to Azure says who asks. */
export type AzureAuthorization =
  | { kind: "anonymous" }
  /** One of the account's two keys, decoded from base64. */
  | { kind: "key"; key: Uint8Array<ArrayBuffer> }
  /** A shared access signature, without the question mark; one that ends is fetched anew. */
  | { kind: "signature"; get(): Promise<string> }
  /** A token of Entra ID; `renew` after a server called it invalid. */
  | { kind: "token"; get(): Promise<string>; renew(): boolean };
