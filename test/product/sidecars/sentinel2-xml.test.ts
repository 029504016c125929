import { describe, expect, it } from "vitest";
import { CorruptDataError } from "../../../src/errors.js";
import { mergeMetadata } from "../../../src/product/sidecars/scene-metadata.js";
import { parseSentinel2Product, parseSentinel2Tile } from "../../../src/product/sidecars/sentinel2-xml.js";

/** A product's metadata as ESA writes it, cut down to what is read and what could be taken for it. */
const product = (level: "1C" | "2A", characteristics: string) => `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-${level}_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-${level}.xsd">
  <n1:General_Info>
    <Product_Info>
      <PRODUCT_START_TIME>2023-05-12T18:59:19.024Z</PRODUCT_START_TIME>
      <PRODUCT_STOP_TIME>2023-05-12T18:59:19.024Z</PRODUCT_STOP_TIME>
      <PRODUCT_URI>S2B_MSIL${level}_20230512T185919_N0509_R013_T10SEG_20230512T232213.SAFE</PRODUCT_URI>
      <PROCESSING_BASELINE>05.09</PROCESSING_BASELINE>
    </Product_Info>
    <Product_Image_Characteristics>${characteristics}</Product_Image_Characteristics>
  </n1:General_Info>
  <n1:Quality_Indicators_Info><Cloud_Coverage_Assessment>3.415</Cloud_Coverage_Assessment></n1:Quality_Indicators_Info>
</n1:Level-${level}_User_Product>`;

const levelTwo = product(
  "2A",
  `<QUANTIFICATION_VALUES_LIST>
     <BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE>
     <AOT_QUANTIFICATION_VALUE unit="none">1000.0</AOT_QUANTIFICATION_VALUE>
     <WVP_QUANTIFICATION_VALUE unit="cm">1000.0</WVP_QUANTIFICATION_VALUE>
   </QUANTIFICATION_VALUES_LIST>
   <BOA_ADD_OFFSET_VALUES_LIST>
     <BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET>
     <BOA_ADD_OFFSET band_id="8">-1000</BOA_ADD_OFFSET>
     <BOA_ADD_OFFSET band_id="99">-1000</BOA_ADD_OFFSET>
   </BOA_ADD_OFFSET_VALUES_LIST>`,
);

const tile = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_Tile_ID xmlns:n1="https://psd-15.sentinel2.eo.esa.int/PSD/S2_PDI_Level-2A_Tile_Metadata.xsd">
  <n1:General_Info>
    <L1C_TILE_ID>S2B_OPER_MSI_L1C_TL_2BPS_20230512T222415_A032283_T10SEG_N05.08</L1C_TILE_ID>
    <TILE_ID metadataLevel="Brief">S2B_OPER_MSI_L2A_TL_2BPS_20230512T232213_A032283_T10SEG_N05.09</TILE_ID>
    <SENSING_TIME metadataLevel="Standard">2023-05-12T19:07:16.123456Z</SENSING_TIME>
  </n1:General_Info>
  <n1:Geometric_Info>
    <Tile_Angles>
      <Sun_Angles_Grid><Zenith><Values_List><VALUES>30.1 30.2</VALUES></Values_List></Zenith></Sun_Angles_Grid>
      <Mean_Sun_Angle><ZENITH_ANGLE unit="deg">23.5</ZENITH_ANGLE><AZIMUTH_ANGLE unit="deg">140.25</AZIMUTH_ANGLE></Mean_Sun_Angle>
      <Mean_Viewing_Incidence_Angle_List><Mean_Viewing_Incidence_Angle bandId="0">
        <ZENITH_ANGLE unit="deg">4.4</ZENITH_ANGLE><AZIMUTH_ANGLE unit="deg">107.5</AZIMUTH_ANGLE>
      </Mean_Viewing_Incidence_Angle></Mean_Viewing_Incidence_Angle_List>
    </Tile_Angles>
  </n1:Geometric_Info>
  <n1:Quality_Indicators_Info><Image_Content_QI>
    <CLOUDY_PIXEL_PERCENTAGE>2.75</CLOUDY_PIXEL_PERCENTAGE>
  </Image_Content_QI></n1:Quality_Indicators_Info>
</n1:Level-2A_Tile_ID>`;

describe("the metadata of a Sentinel-2 product", () => {
  it("of Level-2A says baseline, clouds, time and each band's scale and offset", () => {
    const metadata = parseSentinel2Product(levelTwo);
    expect(metadata).toMatchObject({
      timeMs: Date.UTC(2023, 4, 12, 18, 59, 19, 24),
      cloudCover: 3.415,
      baseline: "05.09",
      productId: "S2B_MSIL2A_20230512T185919_N0509_R013_T10SEG_20230512T232213",
      sunAzimuth: null,
    });
    expect(metadata.bands.B04).toEqual({ scale: 0.0001, offset: -0.1 });
    expect(metadata.bands.B8A).toEqual({ scale: 0.0001, offset: -0.1 });
    expect(metadata.bands.B02).toEqual({ scale: 0.0001, offset: 0 });
    expect(metadata.bands.WVP).toEqual({ scale: 0.001, offset: 0 });
    expect(Object.keys(metadata.bands)).not.toContain("B10");
  });

  it("of Level-1C says them in other words", () => {
    const { bands } = parseSentinel2Product(
      product(
        "1C",
        `<QUANTIFICATION_VALUE unit="none">10000</QUANTIFICATION_VALUE>
         <Radiometric_Offset_List><RADIO_ADD_OFFSET band_id="10">-1000</RADIO_ADD_OFFSET></Radiometric_Offset_List>`,
      ),
      "MTD_MSIL1C.xml",
    );
    expect(bands.B10).toEqual({ scale: 0.0001, offset: -0.1 });
    expect(bands.B11).toEqual({ scale: 0.0001, offset: 0 });
    expect(Object.keys(bands)).toHaveLength(13);
  });
});

describe("the metadata of a Sentinel-2 tile", () => {
  it("says the exact time, the mean sun, not the sight, and its own baseline, not that of Level-1C", () => {
    expect(parseSentinel2Tile(tile)).toEqual({
      timeMs: Date.UTC(2023, 4, 12, 19, 7, 16, 123),
      cloudCover: 2.75,
      sunAzimuth: 140.25,
      sunElevation: 66.5,
      baseline: "05.09",
      productId: null,
      bands: {},
    });
  });

  it("completes the product's, which is asked second", () => {
    const merged = mergeMetadata([parseSentinel2Tile(tile), parseSentinel2Product(levelTwo)]);
    expect(merged).toMatchObject({
      timeMs: Date.UTC(2023, 4, 12, 19, 7, 16, 123),
      cloudCover: 2.75,
      sunAzimuth: 140.25,
    });
    expect(merged.productId).toBe("S2B_MSIL2A_20230512T185919_N0509_R013_T10SEG_20230512T232213");
    expect(merged.bands.B04).toEqual({ scale: 0.0001, offset: -0.1 });
  });
});

describe("XML that is not to be trusted", () => {
  it.each([
    ["is cut off", levelTwo.slice(0, 900), /^a\.xml: not well-formed XML: /],
    ["is another document", "<html></html>", /^a\.xml: not the metadata of a Sentinel-2 product/],
    ["declares entities", `<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`, /document type declaration/],
    ["nests without end", "<a>".repeat(100_000), /nests more than 64 elements/],
    ["is too long", `<a>${"x".repeat(16_000_000)}</a>`, /16000007 characters/],
    ["is empty", "", /^a\.xml: not /],
  ])("is refused where it %s", (_, text, message) => {
    expect(() => parseSentinel2Product(text, "a.xml")).toThrow(CorruptDataError);
    expect(() => parseSentinel2Product(text, "a.xml")).toThrow(message);
  });

  it("with numbers that cannot be says null", () => {
    const strange = tile.replace(">23.5<", ">1e99<").replace(">2.75<", ">nan<").replace("2023-05-12T", "2023-15-12T");
    expect(parseSentinel2Tile(strange)).toMatchObject({ sunElevation: null, cloudCover: null, timeMs: null });
  });
});
