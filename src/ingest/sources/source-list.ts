import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { InvalidInputError, NotFoundError } from "../../errors.js";
import { openStore } from "../../store/index.js";
import { isRemote, pathIn } from "./source-place.js";

/** A source, and where a list names it. */
export interface NamedSource {
  source: string;
  /** `scenes.txt, line 3`; null for one that was not named by a list. */
  from: string | null;
}

/**
 * Sources, each `@FILE` among them replaced by those that FILE names, one a line. A path is relative to the folder of the
 * list; empty lines and those that begin with `#` say nothing. What exists under a name that begins with `@` is meant itself.
 *
 * @throws NotFoundError where a list does not exist, InvalidInputError where it names nothing.
 */
export async function expandLists(sources: readonly string[]): Promise<NamedSource[]> {
  const expanded: NamedSource[] = [];
  for (const source of sources) {
    if (await isList(source)) expanded.push(...(await readList(source.slice(1))));
    else expanded.push({ source, from: null });
  }
  return expanded;
}

async function isList(source: string): Promise<boolean> {
  return source.length > 1 && source.startsWith("@") && (await stat(source).catch(() => null)) === null;
}

async function readList(list: string): Promise<NamedSource[]> {
  const text = await readText(list);
  const named = text.split(/\r\n|\r|\n/).flatMap((line, i): NamedSource[] => {
    const source = line.trim();
    if (source === "" || source.startsWith("#")) return [];
    return [{ source: resolveIn(folderOf(list), source), from: `${list}, line ${i + 1}` }];
  });
  if (named.length > 0) return named;
  throw new InvalidInputError(`${list}: names no source; write a path, a pattern or a URL on each line`, {
    details: { list },
  });
}

async function readText(list: string): Promise<string> {
  const stored = await openStore(folderOf(list)).get(
    isRemote(list) ? list.slice(folderOf(list).length + 1) : basename(list),
  );
  if (stored === null) {
    throw new NotFoundError(`${list}: no such list of sources (named as @${list})`, { details: { list } });
  }
  // A byte order mark, as editors on Windows write it, is left out by the decoder.
  return new TextDecoder().decode(stored.data);
}

function folderOf(list: string): string {
  return isRemote(list) ? list.slice(0, list.lastIndexOf("/")) : dirname(list);
}

function resolveIn(folder: string, source: string): string {
  if (isRemote(source) || /^file:/i.test(source) || isAbsolute(source)) return source;
  return isRemote(folder) ? pathIn(folder, source) : join(folder, source);
}
