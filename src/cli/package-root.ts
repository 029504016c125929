/** The installed package's root, as a URL that ends in a slash: here lie `package.json` and the bundled data. */
export const packageRoot = new URL("../../", import.meta.url);
