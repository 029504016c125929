import { UnsupportedError } from "../errors.js";
import { type Directories, type Directory, readNumbers } from "./directories.js";
import type { HeaderBytes } from "./header-bytes.js";
import { readTiffImage, type TiffImage } from "./tiff-image.js";
import { Tag } from "./tiff-tags.js";

/** The images of a file that belong to its first one. */
export interface SortedImages {
  /** Full resolution first, then overviews from fine to coarse. */
  images: TiffImage[];
  /** Masks in the order of their images; an image without one has no place here. */
  masks: TiffImage[];
  /** What is damaged beside them. */
  defects: string[];
}

/** Bit of NewSubfileType (TIFF 6.0, section 8): a transparency mask. */
const MASK = 4;

/**
 * Tells overviews, masks and unrelated pages apart, by GDAL's rules: an overview is a reduced image of as many samples as
 * the first image, a mask has the size of its image and one bit or byte a sample. A second mask of one image, and one that
 * fits no image, is nobody's.
 *
 * Unlike GDAL, which lists overviews as they come, they are sorted, and one of another sample type is none.
 */
export function sortImages(header: HeaderBytes, { start, directories, defects }: Directories): SortedImages {
  const [first, ...others] = directories as [Directory, ...Directory[]];
  const full = readTiffImage(header, start, first);
  const found: SortedImages = { images: [full], masks: [], defects: [...defects] };
  const masks: TiffImage[] = [];
  for (const directory of others) {
    try {
      const image = readTiffImage(header, start, directory);
      if (image.isMask) masks.push(image);
      else if (isOverviewOf(full, image)) found.images.push(image);
    } catch (error) {
      // What cannot be read is no image of this file's, unless it says which pixels of it are valid.
      const isOtherImage = error instanceof UnsupportedError && (subfileType(header, start, directory) & MASK) === 0;
      if (!isOtherImage) found.defects.push(`the image at offset ${directory.offset}: ${(error as Error).message}`);
    }
  }
  found.images.sort((one, other) => Number(one !== full) - Number(other !== full) || other.width - one.width);
  found.masks = found.images.flatMap((image) => masks.find((mask) => isMaskOf(full, image, mask)) ?? []);
  return found;
}

function isOverviewOf(full: TiffImage, image: TiffImage): boolean {
  return image.isReduced && image.samples === full.samples && image.dtype === full.dtype;
}

function isMaskOf(full: TiffImage, image: TiffImage, mask: TiffImage): boolean {
  return (
    mask.isReduced === (image !== full) &&
    mask.width === image.width &&
    mask.height === image.height &&
    (mask.samples === 1 || mask.samples === full.samples) &&
    mask.bitsPerSample <= 8
  );
}

function subfileType(header: HeaderBytes, start: Directories["start"], directory: Directory): number {
  const field = directory.fields.get(Tag.NewSubfileType);
  return (field === undefined ? null : readNumbers(header, start, field, 1))?.[0] ?? 0;
}
