/** What the groups of a name matched. */
export type NameGroups = Readonly<Record<string, string | undefined>>;

/** What a group matched; undefined where it matched nothing. */
export type GroupReader = (name: string) => string | undefined;

/** What templates may name without a group: the path without its ending, its folders with `/` at the end, its last part. */
export const pathGroupNames: ReadonlySet<string> = new Set(["path", "folder", "stem"]);

/** A file or folder name's pattern, compiled: it must fit the whole name, in whatever case. */
export function compilePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "i");
}

/** Groups that a pattern names, in their order. */
export function groupsOfPattern(pattern: string): string[] {
  return [...pattern.matchAll(/\(\?<(?![=!])([^>]*)>/g)].map(([, name = ""]) => name);
}

/** Groups that a template names, in their order. */
export function groupsOfTemplate(template: string): string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
}

/** A template as a function of groups; groups that are missing leave nothing. */
export function compileTemplate(template: string): (group: GroupReader) => string {
  const names = groupsOfTemplate(template);
  const texts = template.split(/\{[^{}]*\}/);
  return (group) => {
    let filled = texts[0] ?? "";
    for (let i = 0; i < names.length; i++) filled += (group(names[i] ?? "") ?? "") + (texts[i + 1] ?? "");
    return filled;
  };
}

/** A template as a function of groups; null where there is no template or one of its groups is missing. */
export function compileOptionalTemplate(template: string | null): (group: GroupReader) => string | null {
  if (template === null) return () => null;
  const names = groupsOfTemplate(template);
  const fill = compileTemplate(template);
  return (group) => (names.every((name) => group(name) !== undefined) ? fill(group) : null);
}

/**
 * True where matching may take time that doubles with every character: what repeats often, or a choice, inside what
 * repeats often, such as `(a+)+` and `(a|b)*`. Often is without limit, or with one of ten or more.
 *
 * Some harmless patterns are caught too, and contrived ones pass: it keeps accidents out, as names are short.
 */
export function repeatsRepetition(pattern: string): boolean {
  const plain = pattern.replace(/\\./gs, "x").replace(/\[[^\]]*\]/g, "x");
  const open: boolean[] = [];
  // Whether what stands between the innermost brackets repeats often or offers a choice.
  let varies = false;
  for (let i = 0; i < plain.length; i++) {
    if (plain[i] === "(") {
      open.push(varies);
      varies = false;
    } else if (plain[i] === ")") {
      if (varies && repeatsAt(plain, i + 1)) return true;
      varies ||= open.pop() ?? false;
    } else if (plain[i] === "|") {
      varies = true;
    }
    if (repeatsAt(plain, i + 1)) varies = true;
  }
  return false;
}

function repeatsAt(pattern: string, index: number): boolean {
  return /^(?:[*+]|\{\d+,(?:\d{2,})?\})/.test(pattern.slice(index, index + 12));
}
