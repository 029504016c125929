import type { Expiring } from "../expiring.js";

/** What a request to S3 is signed with. */
export interface S3Credentials extends Expiring {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials; null for those that last. */
  sessionToken: string | null;
}
