import type { Command } from "commander";
import { didYouMean } from "../../did-you-mean.js";
import { isPixelQueryError, NotFoundError } from "../../errors.js";
import type { IngestWarning } from "../../ingest/ingest-problem.js";
import { storedProfiles, withBuiltIn } from "../../ingest/products/known-profiles.js";
import { registerProduct } from "../../ingest/products/register-product.js";
import { builtInProfiles } from "../../product/built-in-profiles.js";
import { compactProfile } from "../../product/compact-profile.js";
import type { ProductProfile } from "../../product/product-profile.js";
import { catalog, type ProductSummary } from "../../warehouse/catalog.js";
import { openWarehouse } from "../../warehouse/warehouse.js";
import { type CliContext, stderrTerminal, tableTerminal, writeJson, writeNote } from "../context.js";
import { addCommonOptions, addExamples, addWarehouseOption, type WarehouseOptions } from "../options.js";
import { renderCard } from "../views/card.js";
import { renderProblems } from "../views/problem-list.js";
import { type ListedProduct, productsTable } from "../views/products-view.js";

/** `products`: what is known of products, built in and in the warehouse; `show` and `add` a profile. */
export function defineProducts(command: Command, context: CliContext): void {
  addWarehouseOption(command);
  addCommonOptions(command);
  addExamples(command, [
    "products",
    "products show sentinel2_l2a > mine.json",
    "products add ./vineyard.json -w ./warehouse",
    "ingest ./flights --product ./vineyard.json",
  ]);
  command.action(async (flags: WarehouseOptions) => {
    const isAsked = command.getOptionValueSource("warehouse") !== "default";
    const products = listProducts(await productsIn(flags.warehouse, isAsked));
    if (flags.json) writeJson(context, products);
    else context.stdout.write(productsTable(products, tableTerminal(context)));
  });
  defineShow(command, context);
  defineAdd(command, context);
}

function defineShow(command: Command, context: CliContext): void {
  const show = command.command("show").argument("<id>", "id of a product");
  show.description("print a profile as JSON, to start your own from").configureHelp({ showGlobalOptions: true });
  addExamples(show, ["products show planet_sr", "products show vineyard -w ./warehouse > vineyard.json"]);
  show.action(async (id: string) => {
    const { warehouse } = show.optsWithGlobals<WarehouseOptions>();
    const isAsked = command.getOptionValueSource("warehouse") !== "default";
    const profiles = withBuiltIn(await profilesIn(warehouse, isAsked));
    writeJson(context, compactProfile(findProfile(profiles, id)));
  });
}

function defineAdd(command: Command, context: CliContext): void {
  const add = command.command("add").argument("<file>", "path or URL of a product's profile, as JSON");
  add.description("store a profile in the warehouse, in one commit").configureHelp({ showGlobalOptions: true });
  addExamples(add, ["products add ./vineyard.json", "products add ./vineyard.json -w s3://bucket/warehouse"]);
  add.action(async (file: string) => {
    const { warehouse, json } = add.optsWithGlobals<WarehouseOptions>();
    const warnings: IngestWarning[] = [];
    const onWarning = (warning: IngestWarning) => warnings.push(warning);
    const { productId, snapshot } = await registerProduct(warehouse, file, { onWarning, signal: context.signal });
    if (json) writeJson(context, { warehouse, productId, snapshot });
    else {
      const rows = [
        ["Warehouse", warehouse] as const,
        ["Product", productId] as const,
        ["Snapshot", snapshot] as const,
      ];
      context.stdout.write(renderCard(rows, tableTerminal(context)));
    }
    context.stderr.write(renderProblems(warnings, stderrTerminal(context).colors.yellow("warning:")));
    if (!json) writeNote(context, "files with such names are recognised by the next ingest into this warehouse");
  });
}

/** Built-in products, then those that only the warehouse knows; a user's own profile in place of a built-in one. */
function listProducts(stored: readonly ProductSummary[]): ListedProduct[] {
  const byId = new Map(stored.map((product) => [product.productId, product]));
  const builtIn = builtInProfiles.map((profile) => {
    const own = byId.get(profile.id);
    return own?.hasProfile === true ? listStored(own) : listBuiltIn(profile, own);
  });
  const isOther = ({ productId }: ProductSummary) => !builtInProfiles.some(({ id }) => id === productId);
  return [...builtIn, ...stored.filter(isOther).map(listStored)];
}

function listBuiltIn(profile: ProductProfile, stored: ProductSummary | undefined): ListedProduct {
  const { id, title, provider, bandSets, cloudRules } = profile;
  const bands = Object.values(bandSets).flatMap((set) => set.map(({ name }) => name));
  return {
    ...{ id, title, provider, origin: "built-in" },
    bands: [...new Set(bands)],
    cloudBands: [...new Set(cloudRules.map(({ band }) => band))],
    scenes: stored?.scenes ?? 0,
  };
}

function listStored(product: ProductSummary): ListedProduct {
  const { productId: id, title, provider, bands, cloudRules, scenes } = product;
  const cloudBands = [...new Set((cloudRules ?? []).map(({ band }) => band))];
  return { id, title, provider, origin: "warehouse", bands, cloudBands, scenes };
}

async function productsIn(location: string, isAsked: boolean): Promise<ProductSummary[]> {
  return ifThere(isAsked, async () => (await catalog(location)).products());
}

async function profilesIn(location: string, isAsked: boolean): Promise<ProductProfile[]> {
  return ifThere(isAsked, async () => storedProfiles((await openWarehouse(location)).session, location));
}

/** What a warehouse has; nothing where nobody named one, and there is none in the usual place. */
async function ifThere<T>(isAsked: boolean, read: () => Promise<T[]>): Promise<T[]> {
  try {
    return await read();
  } catch (error) {
    if (isAsked || !isPixelQueryError(error, "NotFoundError")) throw error;
    return [];
  }
}

function findProfile(profiles: readonly ProductProfile[], wanted: string): ProductProfile {
  const found = profiles.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  const ids = profiles.map(({ id }) => id);
  throw new NotFoundError(
    `${wanted}: no product has such a profile${didYouMean(wanted, ids)}; there are ${ids.join(", ")}`,
    {
      details: { product: wanted, known: ids },
    },
  );
}
