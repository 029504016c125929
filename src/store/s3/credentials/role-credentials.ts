import { AwsV4Signer } from "aws4fetch";
import { CorruptDataError, InvalidInputError } from "../../../errors.js";
import { requestCredentials } from "../../credential-request.js";
import type { Environment } from "../../environment.js";
import { childOf, parseXml, type XmlElement } from "../../object/xml.js";
import type { S3Credentials } from "../s3-credentials.js";
import { parseCredentialFields } from "./parse-credentials.js";

const apiVersion = "2011-06-15";
const name = "AWS's security token service";

/** A role, and what it is taken on with. */
export interface RoleRequest {
  roleArn: string;
  sessionName: string;
  region: string;
  externalId?: string | null;
}

/** Credentials of a role for who holds a token of an identity provider (a pod of EKS, a workflow of GitHub). */
export async function webIdentityCredentials(
  environment: Environment,
  role: RoleRequest,
  tokenFile: string,
): Promise<S3Credentials> {
  const token = await environment.readText(tokenFile);
  if (token === null) {
    throw new InvalidInputError(`${tokenFile}, which AWS_WEB_IDENTITY_TOKEN_FILE or a profile names, does not exist.`);
  }
  const body = formOf(role, "AssumeRoleWithWebIdentity", { WebIdentityToken: token.trim() });
  return ask(environment, role.region, body, {});
}

/** Credentials of a role for who holds others that may take it on. */
export async function assumedRoleCredentials(
  environment: Environment,
  role: RoleRequest,
  source: S3Credentials,
): Promise<S3Credentials> {
  const body = formOf(role, "AssumeRole", role.externalId ? { ExternalId: role.externalId } : {});
  const signer = new AwsV4Signer({
    method: "POST",
    url: serviceUrl(environment, role.region),
    body,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    accessKeyId: source.accessKeyId,
    secretAccessKey: source.secretAccessKey,
    ...(source.sessionToken === null ? {} : { sessionToken: source.sessionToken }),
    service: "sts",
    region: role.region,
    datetime: new Date(environment.now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
  });
  const { headers } = await signer.sign();
  return ask(environment, role.region, body, Object.fromEntries(headers));
}

function formOf(role: RoleRequest, action: string, more: Readonly<Record<string, string>>): string {
  return new URLSearchParams({
    Action: action,
    Version: apiVersion,
    RoleArn: role.roleArn,
    RoleSessionName: role.sessionName,
    ...more,
  }).toString();
}

function serviceUrl(environment: Environment, region: string): string {
  const configured = environment.variable("AWS_ENDPOINT_URL_STS");
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return configured ?? `https://sts.${region}.${domain}/`;
}

async function ask(environment: Environment, region: string, body: string, headers: Readonly<Record<string, string>>) {
  const answer = await requestCredentials({
    fetch: environment.fetch,
    url: serviceUrl(environment, region),
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body,
    name,
  });
  const found = findElement(parseXml(answer, name), "Credentials");
  if (found === null) throw new CorruptDataError(`The answer of ${name} holds no credentials.`);
  const fields = Object.fromEntries(found.children.map(({ name: field, text }) => [field, text.trim()]));
  return parseCredentialFields(fields, name);
}

function findElement(element: XmlElement, wanted: string): XmlElement | null {
  const child = childOf(element, wanted);
  if (child !== null) return child;
  for (const inner of element.children) {
    const found = findElement(inner, wanted);
    if (found !== null) return found;
  }
  return null;
}
