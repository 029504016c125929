import { InvalidInputError, NotFoundError, type PixelQueryError, UnavailableError } from "../../errors.js";
import { retryAfterSeconds } from "../http-answer.js";
import type { HttpExchange } from "../http-exchange.js";
import type { Fault, ObjectProtocol, ObjectRequest } from "./object-protocol.js";
import { parseXml, textOf, type XmlElement } from "./xml.js";

/** An error message of a server is no longer. */
const longestMessageBytes = 65_536;
/** Names of faults are shown to people, so they must be names. */
const codePattern = /^[A-Za-z][\w.]{0,99}$/;
/** Request timeout, too early, too many requests. */
const passingStatuses: readonly number[] = [408, 425, 429];
/** Codes of overloaded servers that come with any status; S3's `RequestTimeout` is a 400. */
const passingCodes: readonly string[] = [
  "SlowDown",
  "RequestTimeout",
  "ServerBusy",
  "OperationTimedOut",
  "InternalError",
  "OperationAborted",
];
/** Faults behind which the server has surely not written: it turned the request away at the door. */
const untouchedCodes: readonly string[] = ["SlowDown", "ServerBusy", "TooManyRequests", "RequestLimitExceeded"];

/** What an answer that is no success says, its body read. Answers that are no XML are faults without a code. */
export async function readFault(exchange: HttpExchange, method: ObjectRequest["method"], name: string): Promise<Fault> {
  const body = new TextDecoder().decode(await exchange.read(0, longestMessageBytes));
  const message = parseMessage(body, name);
  // Azure repeats the code in a header, so that HEAD has one too.
  const code = (message && textOf(message, "Code")) ?? exchange.header("x-ms-error-code");
  return {
    method,
    status: exchange.status,
    code: code !== null && codePattern.test(code) ? code : null,
    message,
    name,
    header: (header) => exchange.header(header),
  };
}

function parseMessage(body: string, name: string): XmlElement | null {
  if (!body.trimStart().startsWith("<")) return null;
  try {
    const root = parseXml(body, name);
    return root.name === "Error" ? root : null;
  } catch {
    // A proxy's HTML page, or half a message: the status says enough.
    return null;
  }
}

/** True where the server is overloaded or broken for the moment. */
export function mayPass({ status, code }: Fault): boolean {
  return status >= 500 ? status !== 501 : passingStatuses.includes(status) || passingCodes.includes(code ?? "");
}

/** True where a write has surely not happened, so that the same one may be asked for again. */
export function isUntouched({ status, code }: Fault): boolean {
  return status === 429 || (status < 500 && code === "RequestTimeout") || untouchedCodes.includes(code ?? "");
}

/** The error to throw for a fault. It shows the object, the status and the server's code: never what was sent. */
export function toError(protocol: ObjectProtocol, fault: Fault): PixelQueryError {
  return protocol.explain(fault) ?? explainCommon(protocol, fault);
}

function explainCommon(protocol: ObjectProtocol, fault: Fault): PixelQueryError {
  const { status, name } = fault;
  const said = saidBy(fault);
  const details = detailsOf(protocol, fault);
  if (mayPass(fault)) {
    const seconds = retryAfterSeconds(fault.header("retry-after"));
    const hint = seconds === null ? "" : `; it asks to wait ${seconds} s`;
    return new UnavailableError(`The server of ${name} cannot answer now (${said})${hint}.`, {
      details: seconds === null ? details : { ...details, retryAfterSeconds: seconds },
    });
  }
  if (status === 401 || status === 403) {
    return new InvalidInputError(
      `Access to ${name} was denied (${said}). Check that these credentials may ${actionOf(fault)} there.`,
      { details },
    );
  }
  if (status === 404) return new NotFoundError(`${name} is not there (${said}).`, { details });
  return new InvalidInputError(`${protocol.service} refused the request for ${name} (${said}).`, { details });
}

/** `HTTP status 403, AccessDenied` */
export function saidBy({ status, code }: Fault): string {
  return code === null ? `HTTP status ${status}` : `HTTP status ${status}, ${code}`;
}

/** The facts of a fault as an error's details. */
export function detailsOf({ endpoint }: ObjectProtocol, { status, code, name }: Fault) {
  return { url: name, status, ...(code === null ? {} : { code }), ...(endpoint === null ? {} : { endpoint }) };
}

function actionOf({ method }: Fault): string {
  return method === "PUT" ? "write" : method === "DELETE" ? "delete" : "read and list";
}
