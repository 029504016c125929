import type { InferInput, InferOutput } from "valibot";
import type { profileSchema, sidecarFormats } from "./profile-schema.js";

/** Nothing in it is written after it is made. */
type Frozen<T> = T extends readonly unknown[] | Readonly<Record<string, unknown>>
  ? { readonly [K in keyof T]: Frozen<T[K]> }
  : T;

/**
 * What is known of a product before its first file, as plain JSON: how names tell scene, band, time, tile and version;
 * bands with their wavelengths, scales and nodata; what finds clouds.
 *
 * What each field says is written in `profile-schema.ts`, which checks the profiles that users bring.
 */
export type ProductProfile = Frozen<InferOutput<typeof profileSchema>>;

/** A profile as people write it: what is left out has the default of the schema. */
export type ProductProfileInput = Frozen<InferInput<typeof profileSchema>>;

/** A band of a profile. */
export type BandProfile = ProductProfile["bandSets"][string][number];

/** One way that paths of a product are written. */
export type NamingRule = ProductProfile["namings"][number];

/** What takes pixels away, as data: where a band has one of some bits set, or one of some values. */
export type MaskRule = ProductProfile["cloudRules"][number];

/** What a file is for: measurements, figures about them, what takes pixels away, or metadata beside the pixels. */
export type FileRole = BandProfile["role"] | "sidecar";

/** Sidecar files that can be parsed. */
export type SidecarFormat = (typeof sidecarFormats)[number];
