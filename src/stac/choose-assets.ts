import { withoutQuery } from "./resolve-href.js";
import type { StacAsset } from "./stac-scene.js";

/** Roles of what is there for people to look at, or to read. */
const otherRoles = new Set(["thumbnail", "overview", "visual", "metadata", "data-preview", "date", "graphic"]);
/** Keys of pictures that providers give the role `data`. */
const pictures = new Set(["visual", "preview", "rendered_preview", "overview", "thumbnail", "tilejson"]);

/** True for a file that can be read: a TIFF by its media type, else by its name. */
export function isTiff({ mediaType, href }: StacAsset): boolean {
  if (mediaType !== null) return /^image\/(?:tiff|vnd\.stac\.geotiff)\b/i.test(mediaType);
  return /\.(?:tiff?|gtiff)$/i.test(withoutQuery(href));
}

/**
 * The assets that are taken where nobody names any: TIFFs with the role `data`, or with none, and those that `isKnown` says a
 * product has as a quality band or a mask.
 */
export function defaultAssets(assets: readonly StacAsset[], isKnown: (asset: StacAsset) => boolean): StacAsset[] {
  return assets.filter((asset) => {
    const { key, roles } = asset;
    if (!isTiff(asset) || pictures.has(key.toLowerCase()) || roles.some((role) => otherRoles.has(role))) return false;
    return roles.length === 0 || roles.includes("data") || isKnown(asset);
  });
}

/**
 * The assets that a name may mean: the one with that key; else those with a band of that name, or that common name, or which
 * `otherNames` calls so. Files of one band come before others, TIFFs before other formats. Several are left where neither tells.
 */
export function assetsNamed(
  assets: readonly StacAsset[],
  name: string,
  otherNames: (asset: StacAsset) => readonly string[],
): StacAsset[] {
  const wanted = name.toLowerCase();
  const is = (text: string | null) => text?.toLowerCase() === wanted;
  const ways: ((asset: StacAsset) => boolean)[] = [
    ({ key }) => key === name,
    ({ key }) => is(key),
    ({ bands }) => bands.some((band) => is(band.name)),
    ({ bands }) => bands.some((band) => is(band.commonName)),
    (asset) => otherNames(asset).some(is),
  ];
  for (const fits of ways) {
    const found = assets.filter(fits);
    if (found.length === 0) continue;
    return prefer(
      prefer(found, isTiff),
      ({ bands, roles }) => bands.length === 1 && !roles.some((role) => otherRoles.has(role)),
    );
  }
  return [];
}

function prefer(assets: readonly StacAsset[], test: (asset: StacAsset) => boolean): StacAsset[] {
  const better = assets.filter(test);
  return better.length > 0 ? better : [...assets];
}
