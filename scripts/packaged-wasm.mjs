/** WebAssembly that comes compiled inside a package whose own loader wants a file or a URL: taken into the bundle as text. */
export const packaged = [
  { package: "lerc", file: "lerc-wasm.wasm", target: "src/codec/lerc/lerc-wasm.ts", name: "lercWasm" },
  {
    package: "@cwasm/webp",
    file: "webp.wasm",
    target: "src/codec/webp/webp-wasm.ts",
    name: "webpWasm",
    // The module is libwebp, whose licence the package does not ship.
    holds: { name: "libwebp", licence: "scripts/licences/libwebp.txt" },
  },
];
