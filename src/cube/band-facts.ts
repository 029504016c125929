import { type ProductBand, readProduct } from "../warehouse/product.js";
import type { Scope } from "./scope.js";

/** What is known of a band in every scene that has it. */
export interface KnownFacts {
  /** STAC's name for what it measures. */
  readonly commonName?: string;
  /** Centre, in nanometres. */
  readonly wavelengthNm?: number;
  /** Full width at half maximum, in nanometres. */
  readonly fwhmNm?: number;
}

const keys = ["commonName", "wavelengthNm", "fwhmNm"] as const;

/** What the products of a scope's scenes say of a band, as far as they agree. */
export function bandFacts({ warehouse, stacks }: Scope, band: string): KnownFacts {
  const holding = [...new Set(stacks)]
    .map((index) => warehouse.stack(index))
    .filter(({ bands }) => bands.includes(band));
  const products = [...new Set(holding.map(({ productId }) => productId))];
  const told = products.map((id) => readProduct(warehouse.session, id)?.bands.find(({ name }) => name === band));
  return Object.fromEntries(keys.flatMap((key) => agreed(told, key)));
}

function agreed(told: readonly (ProductBand | undefined)[], key: (typeof keys)[number]) {
  const [value, ...others] = new Set(told.map((band) => band?.[key] ?? null));
  return value == null || others.length > 0 ? [] : [[key, value] as const];
}
