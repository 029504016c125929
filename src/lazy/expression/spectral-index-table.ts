/** A published formula over bands by their common names. */
export interface SpectralIndex {
  /** The name in its usual spelling; looked up in any. */
  readonly name: string;
  /** Other names of the very same formula. */
  readonly alternatives?: readonly string[];
  readonly title: string;
  /** Band math over common band names and the names of {@link constants}. */
  readonly formula: string;
  /** Constants as published; a caller may give others. */
  readonly constants?: Readonly<Record<string, number>>;
  /**
   * True where the value means something only for reflectance from 0 to 1. The others are the same for any multiple of it,
   * but not where an offset has to be added (Landsat Collection 2, Sentinel-2 since processing baseline 04.00).
   */
  readonly needsReflectance: boolean;
  /** Who published it, when and where. */
  readonly source: string;
}

/**
 * The spectral indices known by name.
 *
 * Not here: what holds for one sensor only, such as the tasselled cap, whose coefficients differ with the sensor and the
 * level of processing. Of names that several authors gave, the commonest meaning: `NDWI` is of open water, `NDSI` of snow,
 * `NDTI` of tillage.
 */
export const spectralIndices: readonly SpectralIndex[] = [
  {
    name: "NDVI",
    title: "Normalized difference vegetation index",
    formula: "(nir - red) / (nir + red)",
    needsReflectance: false,
    source: "Rouse, Haas, Schell and Deering (1974), Third ERTS-1 Symposium, NASA SP-351",
  },
  {
    name: "GNDVI",
    title: "Green normalized difference vegetation index",
    formula: "(nir - green) / (nir + green)",
    needsReflectance: false,
    source: "Gitelson, Kaufman and Merzlyak (1996), Remote Sensing of Environment 58",
  },
  {
    name: "BNDVI",
    title: "Blue normalized difference vegetation index",
    formula: "(nir - blue) / (nir + blue)",
    needsReflectance: false,
    source: "Wang, Huang, Tang and Wang (2007), Rice Science 14",
  },
  {
    name: "EVI",
    title: "Enhanced vegetation index",
    formula: "G * (nir - red) / (nir + C1 * red - C2 * blue + L)",
    constants: { G: 2.5, C1: 6, C2: 7.5, L: 1 },
    needsReflectance: true,
    source: "Huete et al. (2002), Remote Sensing of Environment 83",
  },
  {
    name: "EVI2",
    title: "Enhanced vegetation index without a blue band",
    formula: "G * (nir - red) / (nir + C * red + L)",
    constants: { G: 2.5, C: 2.4, L: 1 },
    needsReflectance: true,
    source: "Jiang, Huete, Didan and Miura (2008), Remote Sensing of Environment 112",
  },
  {
    name: "SAVI",
    title: "Soil-adjusted vegetation index",
    formula: "(1 + L) * (nir - red) / (nir + red + L)",
    constants: { L: 0.5 },
    needsReflectance: true,
    source: "Huete (1988), Remote Sensing of Environment 25",
  },
  {
    name: "OSAVI",
    title: "Optimized soil-adjusted vegetation index",
    formula: "(nir - red) / (nir + red + X)",
    constants: { X: 0.16 },
    needsReflectance: true,
    source: "Rondeaux, Steven and Baret (1996), Remote Sensing of Environment 55",
  },
  {
    name: "MSAVI",
    alternatives: ["MSAVI2"],
    title: "Modified soil-adjusted vegetation index",
    formula: "(2 * nir + 1 - sqrt((2 * nir + 1) ** 2 - 8 * (nir - red))) / 2",
    needsReflectance: true,
    source: "Qi, Chehbouni, Huete, Kerr and Sorooshian (1994), Remote Sensing of Environment 48",
  },
  {
    name: "ARVI",
    title: "Atmospherically resistant vegetation index",
    formula: "(nir - (red - gamma * (blue - red))) / (nir + (red - gamma * (blue - red)))",
    constants: { gamma: 1 },
    needsReflectance: false,
    source: "Kaufman and Tanré (1992), IEEE Transactions on Geoscience and Remote Sensing 30",
  },
  {
    name: "VARI",
    title: "Visible atmospherically resistant index",
    formula: "(green - red) / (green + red - blue)",
    needsReflectance: false,
    source: "Gitelson, Kaufman, Stark and Rundquist (2002), Remote Sensing of Environment 80",
  },
  {
    name: "GEMI",
    title: "Global environment monitoring index",
    formula:
      "(2 * (nir ** 2 - red ** 2) + 1.5 * nir + 0.5 * red) / (nir + red + 0.5)" +
      " * (1 - 0.25 * (2 * (nir ** 2 - red ** 2) + 1.5 * nir + 0.5 * red) / (nir + red + 0.5))" +
      " - (red - 0.125) / (1 - red)",
    needsReflectance: true,
    source: "Pinty and Verstraete (1992), Vegetatio 101",
  },
  {
    name: "RVI",
    alternatives: ["SR"],
    title: "Ratio vegetation index, or simple ratio",
    formula: "nir / red",
    needsReflectance: false,
    source: "Jordan (1969), Ecology 50",
  },
  {
    name: "DVI",
    title: "Difference vegetation index",
    formula: "nir - red",
    needsReflectance: true,
    source: "Tucker (1979), Remote Sensing of Environment 8",
  },
  {
    name: "NGRDI",
    title: "Normalized green-red difference index",
    formula: "(green - red) / (green + red)",
    needsReflectance: false,
    source: "Tucker (1979), Remote Sensing of Environment 8",
  },
  {
    name: "WDRVI",
    title: "Wide dynamic range vegetation index",
    formula: "(alpha * nir - red) / (alpha * nir + red)",
    constants: { alpha: 0.1 },
    needsReflectance: false,
    source: "Gitelson (2004), Journal of Plant Physiology 161",
  },
  {
    name: "kNDVI",
    title: "Kernel NDVI, its length scale half the sum of both bands",
    formula: "tanh(((nir - red) / (nir + red)) ** 2)",
    needsReflectance: false,
    source: "Camps-Valls et al. (2021), Science Advances 7",
  },
  {
    name: "NIRv",
    title: "Near-infrared reflectance of vegetation",
    formula: "(nir - red) / (nir + red) * nir",
    needsReflectance: true,
    source: "Badgley, Field and Berry (2017), Science Advances 3",
  },
  {
    name: "NDRE",
    title: "Normalized difference red edge index",
    formula: "(nir - rededge) / (nir + rededge)",
    needsReflectance: false,
    source: "Gitelson and Merzlyak (1994), Journal of Plant Physiology 143",
  },
  {
    name: "CIre",
    title: "Chlorophyll index of the red edge",
    formula: "nir / rededge - 1",
    needsReflectance: false,
    source: "Gitelson, Gritz and Merzlyak (2003), Journal of Plant Physiology 160",
  },
  {
    name: "CIgreen",
    alternatives: ["GCI", "CIg"],
    title: "Chlorophyll index of the green band",
    formula: "nir / green - 1",
    needsReflectance: false,
    source: "Gitelson, Gritz and Merzlyak (2003), Journal of Plant Physiology 160",
  },
  {
    name: "MCARI",
    title: "Modified chlorophyll absorption in reflectance index",
    formula: "((rededge071 - red) - 0.2 * (rededge071 - green)) * (rededge071 / red)",
    needsReflectance: true,
    source: "Daughtry et al. (2000), Remote Sensing of Environment 74",
  },
  {
    name: "PSRI",
    title: "Plant senescence reflectance index",
    formula: "(red - blue) / rededge075",
    needsReflectance: false,
    source: "Merzlyak, Gitelson, Chivkunova and Rakitin (1999), Physiologia Plantarum 106",
  },
  {
    name: "SIPI",
    title: "Structure-insensitive pigment index",
    formula: "(nir - coastal) / (nir - red)",
    needsReflectance: false,
    source: "Peñuelas, Baret and Filella (1995), Photosynthetica 31",
  },
  {
    name: "NDWI",
    title: "Normalized difference water index: open water",
    formula: "(green - nir) / (green + nir)",
    needsReflectance: false,
    source: "McFeeters (1996), International Journal of Remote Sensing 17",
  },
  {
    name: "MNDWI",
    title: "Modified normalized difference water index",
    formula: "(green - swir16) / (green + swir16)",
    needsReflectance: false,
    source: "Xu (2006), International Journal of Remote Sensing 27",
  },
  {
    name: "AWEInsh",
    title: "Automated water extraction index, where there are no shadows",
    formula: "4 * (green - swir16) - (0.25 * nir + 2.75 * swir22)",
    needsReflectance: true,
    source: "Feyisa, Meilby, Fensholt and Proud (2014), Remote Sensing of Environment 140",
  },
  {
    name: "AWEIsh",
    title: "Automated water extraction index, where there are shadows",
    formula: "blue + 2.5 * green - 1.5 * (nir + swir16) - 0.25 * swir22",
    needsReflectance: true,
    source: "Feyisa, Meilby, Fensholt and Proud (2014), Remote Sensing of Environment 140",
  },
  {
    name: "NDCI",
    title: "Normalized difference chlorophyll index: algae in water",
    formula: "(rededge071 - red) / (rededge071 + red)",
    needsReflectance: false,
    source: "Mishra and Mishra (2012), Remote Sensing of Environment 117",
  },
  {
    name: "NDMI",
    alternatives: ["NDII", "LSWI"],
    title: "Normalized difference moisture index: water in leaves",
    formula: "(nir - swir16) / (nir + swir16)",
    needsReflectance: false,
    source:
      "Hardisky, Klemas and Smart (1983), Photogrammetric Engineering and Remote Sensing 49; " +
      "Wilson and Sader (2002), Remote Sensing of Environment 80",
  },
  {
    name: "MSI",
    title: "Moisture stress index",
    formula: "swir16 / nir",
    needsReflectance: false,
    source: "Hunt and Rock (1989), Remote Sensing of Environment 30",
  },
  {
    name: "NBR",
    title: "Normalized burn ratio",
    formula: "(nir - swir22) / (nir + swir22)",
    needsReflectance: false,
    source: "López García and Caselles (1991), Geocarto International 6",
  },
  {
    name: "NBR2",
    title: "Normalized burn ratio 2",
    formula: "(swir16 - swir22) / (swir16 + swir22)",
    needsReflectance: false,
    source: "U.S. Geological Survey (2017), Landsat Surface Reflectance-derived Spectral Indices Product Guide",
  },
  {
    name: "BAI",
    title: "Burned area index",
    formula: "1 / ((0.1 - red) ** 2 + (0.06 - nir) ** 2)",
    needsReflectance: true,
    source: "Chuvieco, Martín and Palacios (2002), International Journal of Remote Sensing 23",
  },
  {
    name: "MIRBI",
    title: "Mid-infrared burn index",
    formula: "10 * swir22 - 9.8 * swir16 + 2",
    needsReflectance: true,
    source: "Trigg and Flasse (2001), International Journal of Remote Sensing 22",
  },
  {
    name: "NDSI",
    title: "Normalized difference snow index",
    formula: "(green - swir16) / (green + swir16)",
    needsReflectance: false,
    source: "Hall, Riggs and Salomonson (1995), Remote Sensing of Environment 54",
  },
  {
    name: "NDBI",
    title: "Normalized difference built-up index",
    formula: "(swir16 - nir) / (swir16 + nir)",
    needsReflectance: false,
    source: "Zha, Gao and Ni (2003), International Journal of Remote Sensing 24",
  },
  {
    name: "UI",
    title: "Urban index",
    formula: "(swir22 - nir) / (swir22 + nir)",
    needsReflectance: false,
    source: "Kawamura, Jayamana and Tsujiko (1996), International Archives of Photogrammetry and Remote Sensing 31",
  },
  {
    name: "BSI",
    title: "Bare soil index",
    formula: "((swir16 + red) - (nir + blue)) / ((swir16 + red) + (nir + blue))",
    needsReflectance: false,
    source: "Rikimaru, Roy and Miyatake (2002), Tropical Ecology 43",
  },
  {
    name: "NDTI",
    title: "Normalized difference tillage index: crop residue on soil",
    formula: "(swir16 - swir22) / (swir16 + swir22)",
    needsReflectance: false,
    source: "van Deventer, Ward, Gowda and Lyon (1997), Photogrammetric Engineering and Remote Sensing 63",
  },
];
