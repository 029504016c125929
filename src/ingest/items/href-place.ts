import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { InvalidInputError } from "../../errors.js";
import { existingPath, percentDecoded, withoutQuery } from "../../stac/resolve-href.js";
import { type Container, containerFor } from "../sources/containers.js";
import { isRemote } from "../sources/source-place.js";

/** Where an asset lies: what a container may be made for, and the key below it. */
export interface HrefPlace {
  /** A folder, a bucket, a container of an account, or a web server: what all assets there share. */
  folder: string;
  key: string;
  /** True where the href came with a query, which is not kept: most are signatures that end. */
  hadQuery: boolean;
}

/**
 * The place of an asset. Few places hold many assets: a bucket, a web server; Azure's blobs on the web are read as
 * `az://`, with the credentials of Azure.
 *
 * @throws InvalidInputError for an href that names no file, or holds a password.
 */
export async function placeOfHref(href: string): Promise<HrefPlace> {
  if (/^\/vsi[a-z0-9_]+\//.test(href)) {
    const shown = withoutQuery(href);
    throw new InvalidInputError(`${shown}: a path of GDAL's; items name files by https://, s3:// and the like`, {
      details: { href: shown },
    });
  }
  if (!isRemote(href)) {
    const path = await existingPath(href);
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    return { folder, key: basename(path), hadQuery: false };
  }
  if (/^https?:/i.test(href)) return webPlace(href);
  const path = withoutQuery(href);
  const [, scheme = "", rest = ""] = /^([^:]+):\/\/(.*)$/.exec(path) ?? [];
  const roots = /^az(?:ure)?$/i.test(scheme) ? 2 : 1;
  const segments = rest.split("/");
  return placed(
    `${scheme}://${segments.slice(0, roots).join("/")}`,
    segments.slice(roots).join("/"),
    href,
    path !== href,
  );
}

function webPlace(href: string): HrefPlace {
  const url = URL.canParse(href) ? new URL(href) : null;
  const key = percentDecoded(url?.pathname.slice(1) ?? "");
  if (url === null || key === null || url.username !== "" || url.password !== "") {
    const shown = withoutQuery(href);
    throw new InvalidInputError(`${shown}: not an address that assets are read from`, { details: { href: shown } });
  }
  const [, account] = /^([a-z0-9]{3,24})\.blob\.core\.windows\.net$/.exec(url.hostname) ?? [];
  const hadQuery = url.search !== "";
  if (account === undefined) return placed(url.origin, key, href, hadQuery);
  const at = key.indexOf("/");
  return placed(`az://${account}/${key.slice(0, at)}`, key.slice(at + 1), href, hadQuery);
}

function placed(folder: string, key: string, href: string, hadQuery = false): HrefPlace {
  if (key === "" || /[^/]\/\/|\/$/.test(`${folder}/${key}`.replace("://", ":"))) {
    const shown = withoutQuery(href);
    throw new InvalidInputError(`${shown}: names no file`, { details: { href: shown } });
  }
  return { folder, key, hadQuery };
}

/**
 * A container for each place, as few as there can be: local folders share the one above them.
 *
 * @returns by the folder of {@link HrefPlace}
 */
export function containersFor(containers: Container[], folders: Iterable<string>): Map<string, Container> {
  const all = [...new Set(folders)];
  const local = all.filter((folder) => !isRemote(folder));
  const tops = new Map<string, string>();
  for (const folder of local) {
    const top = folder.split("/").slice(0, 2).join("/");
    tops.set(top, commonFolder(tops.get(top) ?? folder, folder));
  }
  return new Map(
    all.map((folder) => {
      const shared = isRemote(folder) ? folder : (tops.get(folder.split("/").slice(0, 2).join("/")) ?? folder);
      return [folder, containerFor(containers, shared)];
    }),
  );
}

function commonFolder(one: string, other: string): string {
  const [left, right] = [one.split("/"), other.split("/")];
  const differs = left.findIndex((segment, i) => segment !== right[i]);
  return (differs < 0 ? left : left.slice(0, differs)).join("/");
}
