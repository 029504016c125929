import { SelectionError } from "../errors.js";
import type { MaskRule } from "../mask-rule.js";
import { readProduct } from "../warehouse/product.js";
import { bandsOfStacks, type Scope } from "./scope.js";

/** A rule, and the scenes that it is for. */
export interface AppliedRule {
  readonly rule: MaskRule;
  /** Products whose scenes it is for: in those of others its band may mean something else. null for all scenes. */
  readonly products: readonly string[] | null;
}

/** What takes clouds away: nothing, rules, or true for those that the warehouse keeps of the scenes' products. */
export type CloudMask = boolean | MaskRule | readonly MaskRule[];

/**
 * The rules that an option stands for in a scope.
 *
 * @throws SelectionError where true is asked for and no product of the scenes has rules, saying what each lacks.
 */
export function cloudRules(option: CloudMask | undefined, scope: Scope): readonly AppliedRule[] {
  if (option === undefined || option === false) return [];
  if (option !== true) return [option].flat().map((rule) => ({ rule, products: null }));
  const found = productsOf(scope).map((product) => storedRules(scope, product));
  const groups = new Map<string, AppliedRule[]>();
  for (const { productId, rules } of found) {
    const key = JSON.stringify(rules);
    const products = [...(groups.get(key)?.[0]?.products ?? []), productId];
    if (rules.length > 0) {
      groups.set(
        key,
        rules.map((rule) => ({ rule, products })),
      );
    }
  }
  const isEarlier = found.some(({ lack }) => lack?.isEarlier === true);
  if (found.length > 0 && (groups.size === 0 || isEarlier)) throw noRules(found);
  const applied = [...groups.values()].flat();
  const isForAll = applied[0]?.products?.length === found.length;
  return isForAll ? applied.map(({ rule }) => ({ rule, products: null })) : applied;
}

/** Products of the scope's scenes, with the bands that their stacks have. */
function productsOf({ warehouse, stacks }: Scope): { productId: string; bands: readonly string[] }[] {
  const used = [...new Set(stacks)].map((index) => warehouse.stack(index));
  return [...new Set(used.map(({ productId }) => productId))].map((productId) => ({
    productId,
    bands: bandsOfStacks(used.filter((stack) => stack.productId === productId)),
  }));
}

/** The rules of a product that count in some scenes, and what it lacks where none does. */
interface FoundRules {
  readonly productId: string;
  readonly rules: readonly MaskRule[];
  readonly lack: { readonly text: string; readonly isEarlier: boolean } | null;
}

function storedRules({ warehouse }: Scope, { productId, bands }: ReturnType<typeof productsOf>[number]): FoundRules {
  const stored = readProduct(warehouse.session, productId)?.cloudRules ?? null;
  const rules = stored?.filter(({ band }) => bands.includes(band)) ?? [];
  if (rules.length > 0) return { productId, rules, lack: null };
  return { productId, rules, lack: { text: lackOf(productId, stored, bands), isEarlier: stored === null } };
}

function lackOf(productId: string, stored: readonly MaskRule[] | null, bands: readonly string[]): string {
  if (stored === null) {
    return `${productId} was written before warehouses kept what finds clouds: ingest its files again, which reads none that did not change`;
  }
  if (stored.length === 0)
    return `nothing is known to find clouds in ${productId}, whose bands are ${bands.join(", ")}`;
  const missing = [...new Set(stored.map(({ band }) => band))].join(", ");
  return `clouds of ${productId} are found by ${missing}, which these scenes do not have (they have ${bands.join(", ")})`;
}

function noRules(found: readonly FoundRules[]): SelectionError {
  const lacks = found.flatMap(({ lack }) => (lack === null ? [] : [lack.text]));
  return new SelectionError(
    `cloudMask: ${lacks.join("; ")}; or give the rules themselves, as { band, values } or { band, bits }`,
    { details: { products: found.map(({ productId }) => productId) } },
  );
}

/** How conditions are put together: both as arrays of a Dataset and as expressions of a point series. */
export interface ConditionAlgebra<T> {
  /** The condition of one rule, missing in scenes that it is not for. */
  readonly conditionOf: (applied: AppliedRule) => T;
  /** 1 where any holds; missing where one is. */
  readonly anyOf: (conditions: readonly T[]) => T;
  /** The first that is known; of none the status that explains most. */
  readonly firstKnown: (conditions: readonly T[]) => T;
}

/**
 * Where any rule takes pixels away, of each scene those of its product; null without rules. A pixel whose flags are missing
 * is missing.
 */
export function combineRules<T>(rules: readonly AppliedRule[], algebra: ConditionAlgebra<T>): T | null {
  const own = groupRules(rules).map((group) => algebra.anyOf(group.map(algebra.conditionOf)));
  const shared = rulesOfAll(rules).map(algebra.conditionOf);
  const parts = own.length === 0 ? shared : [algebra.firstKnown(own), ...shared];
  return parts.length === 0 ? null : algebra.anyOf(parts);
}

/** Rules that are for all scenes. */
export function rulesOfAll(rules: readonly AppliedRule[]): AppliedRule[] {
  return rules.filter(({ products }) => products === null);
}

/** Rules that are for scenes of some products, those of the same ones together. */
export function groupRules(rules: readonly AppliedRule[]): AppliedRule[][] {
  const groups = new Map<string, AppliedRule[]>();
  for (const applied of rules.filter(({ products }) => products !== null)) {
    const key = JSON.stringify(applied.products);
    groups.set(key, [...(groups.get(key) ?? []), applied]);
  }
  return [...groups.values()];
}
