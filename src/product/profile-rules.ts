import { didYouMean } from "../did-you-mean.js";
import { faultOfMaskRule, type MaskRule } from "../mask-rule.js";
import {
  compilePattern,
  groupsOfPattern,
  groupsOfTemplate,
  pathGroupNames,
  repeatsRepetition,
} from "./naming-pattern.js";
import type { BandProfile, NamingRule, ProductProfile } from "./product-profile.js";

/** Something wrong in a profile: its place in the JSON, and what is expected there. */
export interface ProfileFault {
  readonly path: string;
  readonly message: string;
}

/** What is wrong between the parts of a profile that are each well formed; [] where nothing is. */
export function checkProfile(profile: ProductProfile): ProfileFault[] {
  const sets = Object.entries(profile.bandSets);
  return [
    ...checkId(profile.id),
    ...sets.flatMap(([name, bands]) => checkBandSet(`bandSets.${name}`, bands)),
    ...sets.flatMap(([name, bands]) => checkScales(`bandSets.${name}`, bands)),
    ...profile.namings.flatMap((naming, i) => checkNaming(`namings[${i}]`, naming, profile)),
    ...profile.cloudRules.flatMap((rule, i) => checkCloudRule(`cloudRules[${i}]`, rule, profile)),
  ];
}

/** The rule of the warehouse: a product is a group under its id. */
function checkId(id: string): ProfileFault[] {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(id) && id !== "scenes") return [];
  return [{ path: "id", message: 'takes letters, digits, "_", "-" and ".", and is not "scenes"' }];
}

/** Any name leads to one band: of its own, its alias or its common name. */
function checkBandSet(path: string, bands: readonly BandProfile[]): ProfileFault[] {
  const holders = new Map<string, number>();
  return bands.flatMap(({ name, commonName, aliases }, place) => {
    const names = new Set([name, ...(commonName === null ? [] : [commonName]), ...aliases].map((n) => n.toLowerCase()));
    const taken = [...names].filter((each) => holders.has(each));
    for (const each of names) if (!holders.has(each)) holders.set(each, place);
    return taken.map((each) => ({
      path: `${path}[${place}]`,
      message: `the name "${each}" is ${path}[${holders.get(each)}]'s already`,
    }));
  });
}

/** With a scale of 0 all pixels would be one value. */
function checkScales(path: string, bands: readonly BandProfile[]): ProfileFault[] {
  return bands.flatMap(({ scale }, place) =>
    scale === 0 ? [{ path: `${path}[${place}].scale`, message: "expected another number than 0" }] : [],
  );
}

function checkNaming(path: string, naming: NamingRule, profile: ProductProfile): ProfileFault[] {
  const patterns = [
    ...checkPattern(`${path}.file`, naming.file),
    ...(naming.folder === null ? [] : checkPattern(`${path}.folder`, naming.folder)),
  ];
  if (patterns.length > 0) return patterns;
  const groups = new Set([...groupsOfPattern(naming.file), ...groupsOfPattern(naming.folder ?? "")]);
  return [
    ...checkTemplates(path, naming, groups),
    ...checkTime(path, groups),
    ...checkBandNames(path, naming, groups, profile),
  ];
}

function checkPattern(path: string, pattern: string): ProfileFault[] {
  try {
    compilePattern(pattern);
  } catch (cause) {
    return [{ path, message: `not a regular expression: ${cause instanceof Error ? cause.message : String(cause)}` }];
  }
  if (!repeatsRepetition(pattern)) return [];
  return [
    {
      path,
      message: "repeats a group that itself varies, such as (a+)* or (a|b)+, which may take for ever: unroll it",
    },
  ];
}

function checkTemplates(path: string, naming: NamingRule, groups: ReadonlySet<string>): ProfileFault[] {
  return (["scene", "acquisition", "tile", "version", "baseline"] as const).flatMap((key) => {
    const unknown = groupsOfTemplate(naming[key] ?? "").filter(
      (name) => !groups.has(name) && !pathGroupNames.has(name),
    );
    return unknown.map((name) => ({
      path: `${path}.${key}`,
      message: `neither pattern has a group "${name}"${didYouMean(name, groups)}`,
    }));
  });
}

function checkTime(path: string, groups: ReadonlySet<string>): ProfileFault[] {
  const hasDay = groups.has("doy") || (groups.has("month") && groups.has("day"));
  if (groups.has("year") === hasDay) return [];
  const message = 'a date takes the groups "year", "month" and "day", or "year" and "doy"';
  return [{ path: `${path}.file`, message }];
}

function checkBandNames(
  path: string,
  { bandSet, bands, sidecar }: NamingRule,
  groups: ReadonlySet<string>,
  { bandSets }: ProductProfile,
): ProfileFault[] {
  const sets = Object.keys(bandSets);
  const name = bandSet ?? sets[0] ?? "";
  const set = Object.hasOwn(bandSets, name) ? bandSets[name] : undefined;
  if (set === undefined) {
    return [{ path: `${path}.bandSet`, message: `no such set in bandSets${didYouMean(bandSet ?? "", sets)}` }];
  }
  if (bands === null) return [];
  if (groups.has("band") || sidecar !== null) {
    return [
      { path: `${path}.bands`, message: "a file has bands, or a group `band`, or is a sidecar: not two of them" },
    ];
  }
  const known = set.map(({ name }) => name);
  return bands.flatMap((name, i) =>
    known.includes(name)
      ? []
      : [{ path: `${path}.bands[${i}]`, message: `no such band in its set${didYouMean(name, known)}` }],
  );
}

function checkCloudRule(path: string, rule: MaskRule, { bandSets }: ProductProfile): ProfileFault[] {
  const known = Object.values(bandSets).flatMap((bands) => bands.map(({ name }) => name));
  const unknown = { path: `${path}.band`, message: `no set has such a band${didYouMean(rule.band, known)}` };
  const faults = known.includes(rule.band) ? [] : [unknown];
  const fault = faultOfMaskRule(rule);
  return fault === null ? faults : [...faults, { path, message: fault }];
}
