/** PARAMETERs of WKT 1 that may hold a value, in lower case, the one that wins first. */
type Sources = readonly string[];

/** A projection of WKT 1 in PROJJSON's words. */
export interface Wkt1Method {
  /** Method by EPSG's name, or PROJ's where EPSG has none. */
  method: string;
  /** PROJJSON's parameter → where WKT 1 has it. */
  parameters: Readonly<Record<string, Sources>>;
}

const latitude = ["latitude_of_origin", "latitude_of_center"];
const longitude = ["central_meridian", "longitude_of_center", "longitude_of_origin"];
const easting = { "False easting": ["false_easting"], "False northing": ["false_northing"] };
const natural = {
  "Latitude of natural origin": latitude,
  "Longitude of natural origin": longitude,
  "Scale factor at natural origin": ["scale_factor"],
  ...easting,
};
const conic = {
  "Latitude of false origin": latitude,
  "Longitude of false origin": longitude,
  "Latitude of 1st standard parallel": ["standard_parallel_1"],
  "Latitude of 2nd standard parallel": ["standard_parallel_2", "standard_parallel_1"],
  "Easting at false origin": ["false_easting"],
  "Northing at false origin": ["false_northing"],
};
const parallel = {
  "Latitude of 1st standard parallel": ["standard_parallel_1", "latitude_of_origin"],
  "Longitude of natural origin": longitude,
  ...easting,
};
const polar = {
  "Latitude of standard parallel": ["standard_parallel_1", "latitude_of_origin"],
  "Longitude of origin": longitude,
  ...easting,
};
const oblique = {
  "Latitude of projection centre": ["latitude_of_center", "latitude_of_origin"],
  "Longitude of projection centre": ["longitude_of_center", "central_meridian"],
  "Azimuth at projection centre": ["azimuth"],
  "Angle from Rectified to Skew Grid": ["rectified_grid_angle", "xy_plane_rotation", "azimuth"],
  "Scale factor at projection centre": ["scale_factor"],
  ...easting,
};
const krovak = {
  "Latitude of projection centre": ["latitude_of_center"],
  "Longitude of origin": ["longitude_of_center"],
  "Co-latitude of cone axis": ["azimuth"],
  "Scale factor on pseudo standard parallel": ["scale_factor"],
  ...easting,
};

function named(method: string, parameters: Wkt1Method["parameters"]): Wkt1Method {
  return { method, parameters };
}

/** Projections by the names of OGC 01-009, GDAL and ESRI, in lower case. */
export const wkt1Methods: Readonly<Record<string, Wkt1Method>> = {
  transverse_mercator: named("Transverse Mercator", natural),
  gauss_kruger: named("Transverse Mercator", natural),
  transverse_mercator_south_orientated: named("Transverse Mercator (South Orientated)", natural),
  mercator: named("Mercator (variant B)", parallel),
  mercator_1sp: named("Mercator (variant A)", natural),
  mercator_2sp: named("Mercator (variant B)", parallel),
  mercator_auxiliary_sphere: named("Popular Visualisation Pseudo Mercator", natural),
  lambert_conformal_conic_1sp: named("Lambert Conic Conformal (1SP)", natural),
  lambert_conformal_conic_2sp: named("Lambert Conic Conformal (2SP)", conic),
  albers: named("Albers Equal Area", conic),
  albers_conic_equal_area: named("Albers Equal Area", conic),
  equidistant_conic: named("Equidistant Conic", conic),
  lambert_azimuthal_equal_area: named("Lambert Azimuthal Equal Area", natural),
  azimuthal_equidistant: named("Azimuthal Equidistant", natural),
  stereographic: named("Stereographic", natural),
  polar_stereographic: named("Polar Stereographic (variant B)", polar),
  stereographic_north_pole: named("Polar Stereographic (variant B)", polar),
  stereographic_south_pole: named("Polar Stereographic (variant B)", polar),
  oblique_stereographic: named("Oblique Stereographic", natural),
  double_stereographic: named("Oblique Stereographic", natural),
  equirectangular: named("Equidistant Cylindrical", { ...parallel, "Latitude of natural origin": [] }),
  equidistant_cylindrical: named("Equidistant Cylindrical", parallel),
  plate_carree: named("Equidistant Cylindrical", parallel),
  cassini: named("Cassini-Soldner", natural),
  cassini_soldner: named("Cassini-Soldner", natural),
  gnomonic: named("Gnomonic", natural),
  miller_cylindrical: named("Miller Cylindrical", natural),
  orthographic: named("Orthographic", natural),
  polyconic: named("American Polyconic", natural),
  robinson: named("Robinson", natural),
  sinusoidal: named("Sinusoidal", natural),
  mollweide: named("Mollweide", natural),
  vandergrinten: named("Van Der Grinten", natural),
  van_der_grinten_i: named("Van Der Grinten", natural),
  new_zealand_map_grid: named("New Zealand Map Grid", natural),
  cylindrical_equal_area: named("Lambert Cylindrical Equal Area", parallel),
  hotine_oblique_mercator: named("Hotine Oblique Mercator (variant A)", oblique),
  hotine_oblique_mercator_azimuth_natural_origin: named("Hotine Oblique Mercator (variant A)", oblique),
  rectified_skew_orthomorphic_natural_origin: named("Hotine Oblique Mercator (variant A)", oblique),
  hotine_oblique_mercator_azimuth_center: named("Hotine Oblique Mercator (variant B)", oblique),
  rectified_skew_orthomorphic_center: named("Hotine Oblique Mercator (variant B)", oblique),
  krovak: named("Krovak", krovak),
  eckert_vi: named("Eckert VI", natural),
  bonne: named("Bonne", {
    "Latitude of natural origin": ["standard_parallel_1"],
    "Longitude of natural origin": longitude,
    ...easting,
  }),
  geostationary_satellite: named("Geostationary Satellite (Sweep Y)", {
    "Longitude of natural origin": longitude,
    "Satellite Height": ["satellite_height", "height"],
    ...easting,
  }),
};
