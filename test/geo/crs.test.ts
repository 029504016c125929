import { describe, expect, test } from "vitest";
import { crsText, parseCrs } from "../../src/geo/crs.js";

const wkt1 =
  'PROJCS["WGS 84 / UTM zone 18N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],' +
  'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]],' +
  'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-75],' +
  'PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]';

describe("parseCrs", () => {
  test("codes, in the forms that people and standards write", () => {
    for (const text of ["EPSG:32618", "32618", " epsg:32618 ", "urn:ogc:def:crs:EPSG::32618"]) {
      expect(crsText(parseCrs(text))).toBe("EPSG:32618");
    }
    expect(crsText(parseCrs("EPSG:4326+3855"))).toBe("EPSG:4326+3855");
    expect(crsText(parseCrs("OGC:CRS84"))).toBe("EPSG:4326");
  });

  test("WKT is its own outermost code, not one of its parts'", () => {
    expect(parseCrs(`${wkt1},AUTHORITY["EPSG","32618"]]`)).toEqual({
      code: "EPSG:32618",
      name: "WGS 84 / UTM zone 18N",
      definition: null,
    });
    expect(parseCrs(`${wkt1}]`)).toEqual({ code: null, name: "WGS 84 / UTM zone 18N", definition: `${wkt1}]` });
    expect(parseCrs('GEOGCRS["a ""b"", c]",CS[ellipsoidal,2],ID["EPSG",4326]]').code).toBe("EPSG:4326");
  });

  test("PROJJSON and PROJ strings are kept as they are unless they carry a code", () => {
    expect(parseCrs('{"type":"GeographicCRS","name":"WGS 84","id":{"authority":"EPSG","code":4326}}').code).toBe(
      "EPSG:4326",
    );
    const mine = '{"type":"GeographicCRS","name":"mine"}';
    expect(parseCrs(mine)).toEqual({ code: null, name: "mine", definition: mine });
    expect(crsText(parseCrs("+proj=utm +zone=18"))).toBe("+proj=utm +zone=18");
  });

  test("anything else is refused with what to write instead", () => {
    expect(() => parseCrs("the usual one")).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
    expect(() => parseCrs("{not json")).toThrow("is not JSON");
    expect(() => parseCrs("")).toThrow("write a code like EPSG:32618");
  });
});
