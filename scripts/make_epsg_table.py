"""Writes data/epsg/proj4.txt.gz, the table behind `openProjection`, and test/fixtures/geo/epsg-samples.json, its oracle.

Usage: python3 scripts/make_epsg_table.py [PATH_OF_PROJ_DB]     (made with GDAL 3.6.2, PROJ 9.1.1, EPSG v10.076)

The table has one line a code, `code<TAB>definition`: the PROJ string of its horizontal part with the datum spelled out
as an ellipsoid and, where EPSG knows one, a Helmert shift to WGS 84 (`+towgs84`). A code whose text equals that of an
earlier one says `=earlier`.

PROJ chooses among many shifts by the place; a PROJ string can hold one. So for each CRS the shift is chosen that comes
nearest to PROJ's own answer at nine places of the CRS's area of use. Where PROJ uses a grid file, or nothing, the nearest
Helmert shift may still be metres away; the oracle keeps PROJ's numbers, so the test shows by how much.
"""

import gzip
import json
import math
import os
import random
import re
import sqlite3
import sys

from osgeo import gdal, osr

osr.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ARC_SECOND = math.pi / 180 / 3600

# EPSG codes of operation methods that are Helmert shifts of geocentric coordinates, and the sign of their rotations.
# The second line of each: Molodensky-Badekas, the same about a pivot point.
POSITION_VECTOR = {"1033", "1037", "9606",
                   "1061", "1062", "1063"}
COORDINATE_FRAME = {"1032", "1038", "9607",
                    "1034", "1039", "9636"}
TRANSLATIONS = {"1031", "1035", "9603"}


def traditional(srs):
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


def epsg(code):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(int(code))
    return traditional(srs)


def short(number):
    return repr(number).removesuffix(".0")


def proj4_text(srs):
    """The horizontal PROJ string without datum names, shifts and flags that mean nothing to a point's x and y.

    Ellipsoids are written as numbers, for programs name different ones alike. Linear units are written as metres (`+to_meter`) unless they are metres. Angular units other than the degree, which
    PROJ strings cannot hold, are written as `+degrees_per_unit`, a word of ours that `openProjection` takes out.
    """
    horizontal = srs.Clone()
    if horizontal.IsCompound() or srs.IsVertical():
        horizontal.StripVertical()
    text = horizontal.ExportToProj4()
    rf = srs.GetInvFlattening()
    ellipsoid = f"+a={short(srs.GetSemiMajor())} " + (f"+rf={rf!r}" if rf else f"+b={short(srs.GetSemiMajor())}")
    text = re.sub(r"\+(datum|ellps)=\S+", ellipsoid, text)
    text = re.sub(r" ?\+(towgs84|nadgrids|geoidgrids|vunits|vto_meter)=\S+", "", text)
    parts = [part for part in text.split() if part not in ("+no_defs", "+type=crs", "+wktext", "+units=m")]
    if any(part.startswith("+units=") for part in parts):
        parts = [part for part in parts if not part.startswith("+units=")] + [f"+to_meter={srs.GetLinearUnits()!r}"]
    degrees = srs.GetAngularUnits() * 180 / math.pi
    if "+proj=longlat" in parts and abs(degrees - 1) > 1e-9:
        parts.append(f"+degrees_per_unit={round(degrees, 12)!r}")
    return " ".join(parts)


def helmert_candidates(connection):
    """geodetic CRS code -> list of (dx, dy, dz, rx, ry, rz, ppm), position vector convention.

    Shifts to every other datum are kept: PROJ goes through those that it holds equal to WGS 84 (ETRS89, GDA94, ...), and
    a shift is only ever chosen for its numbers.
    """
    metre = {code: factor for code, factor in connection.execute(
        "SELECT code, conv_factor FROM unit_of_measure WHERE auth_name = 'EPSG'")}
    candidates = {}
    rows = connection.execute(
        "SELECT source_crs_code, method_code, tx, ty, tz, rx, ry, rz, rotation_uom_code, scale_difference,"
        " scale_difference_uom_code, px, py, pz FROM helmert_transformation_table WHERE source_crs_auth_name = 'EPSG'"
        " AND target_crs_auth_name = 'EPSG' AND translation_uom_code = 9001")
    for code, method, tx, ty, tz, rx, ry, rz, angle, scale, scale_unit, *pivot in rows:
        code, method = str(code), str(method)
        if method in TRANSLATIONS:
            shift = (tx, ty, tz, 0.0, 0.0, 0.0, 0.0)
        elif method in POSITION_VECTOR | COORDINATE_FRAME:
            sign = metre[angle] / ARC_SECOND * (1 if method in POSITION_VECTOR else -1)
            shift = (tx, ty, tz, rx * sign, ry * sign, rz * sign, scale * metre[scale_unit] * 1e6)
            if None not in pivot:
                moved = shifted(pivot, (0.0, 0.0, 0.0, *shift[3:]))
                shift = tuple(t + p - m for t, p, m in zip(shift, pivot, moved)) + shift[3:]
        else:
            continue
        candidates.setdefault(code, [])
        rounded = tuple(round(value, 6) + 0.0 for value in shift)
        if rounded not in candidates[code]:
            candidates[code].append(rounded)
    return candidates


def same_datum_codes(connection):
    """geodetic CRS code -> every geodetic CRS code of the same datum (2D, 3D and geocentric share their shifts)."""
    by_datum, datum_of = {}, {}
    for code, datum in connection.execute(
            "SELECT code, datum_code FROM geodetic_crs WHERE auth_name = 'EPSG' AND datum_code IS NOT NULL"):
        by_datum.setdefault(datum, []).append(str(code))
        datum_of[str(code)] = datum
    return {code: by_datum[datum] for code, datum in datum_of.items()}


def to_geocentric(lon, lat, a, f):
    e2 = f * (2 - f)
    n = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
    return (n * math.cos(lat) * math.cos(lon), n * math.cos(lat) * math.sin(lon), n * (1 - e2) * math.sin(lat))


def shifted(point, shift):
    x, y, z = point
    dx, dy, dz, rx, ry, rz, ppm = shift
    rx, ry, rz, m = rx * ARC_SECOND, ry * ARC_SECOND, rz * ARC_SECOND, 1 + ppm * 1e-6
    return (dx + m * (x - rz * y + ry * z), dy + m * (rz * x + y - rx * z), dz + m * (-ry * x + rx * y + z))


def flat_distance(point, wgs84, lon, lat):
    """Metres between two geocentric points along the ground at lon, lat (radians); heights do not matter here."""
    normal = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    difference = [p - q for p, q in zip(point, wgs84)]
    up = sum(d * n for d, n in zip(difference, normal))
    return math.sqrt(sum((d - up * n) ** 2 for d, n in zip(difference, normal)))


def nearest_shift(geographic, candidates, places):
    """The candidate that comes nearest to PROJ's own shift at the places; None where keeping lon and lat is nearer."""
    a, f = geographic.GetSemiMajor(), 1 / geographic.GetInvFlattening() if geographic.GetInvFlattening() else 0.0
    wgs_a, wgs_f = 6378137.0, 1 / 298.257223563
    try:
        transformation = osr.CoordinateTransformation(epsg(4326), geographic)
    except RuntimeError:
        return None
    unit = geographic.GetAngularUnits()
    meridian = math.radians(float(geographic.GetAttrValue("PRIMEM", 1) or 0))
    errors = [0.0] * (len(candidates) + 1)
    for lon, lat in places:
        try:
            there_lon, there_lat, _ = transformation.TransformPoint(lon, lat)
        except RuntimeError:
            continue
        if not (math.isfinite(there_lon) and math.isfinite(there_lat)):
            continue
        there = (there_lon * unit + meridian, there_lat * unit)
        if math.hypot(there[0] - math.radians(lon), there[1] - math.radians(lat)) < 1e-12 and all(map(any, candidates)):
            continue  # PROJ has no shift there and keeps lon and lat: open sea, mostly
        here = (math.radians(lon), math.radians(lat))
        local, wgs84 = to_geocentric(*there, a, f), to_geocentric(*here, wgs_a, wgs_f)
        points = [to_geocentric(*there, wgs_a, wgs_f)] + [shifted(local, shift) for shift in candidates]
        errors = [error + flat_distance(point, wgs84, *here) for error, point in zip(errors, points)]
    best = min(range(len(errors)), key=lambda index: (round(errors[index], 4), index))
    return None if best == 0 else candidates[best - 1]


def area_places(area):
    """Nine [lon, lat] inside an area of use: thirds of its width and height, away from its edges."""
    west, south, east, north = area
    if east < west:
        east += 360
    return [
        (((west + (east - west) * fx) + 180) % 360 - 180, south + (north - south) * fy)
        for fx in (0.2, 0.5, 0.8) for fy in (0.2, 0.5, 0.8)
    ]


def areas_of_use(connection):
    rows = connection.execute(
        "SELECT u.object_code, e.west_lon, e.south_lat, e.east_lon, e.north_lat FROM usage u JOIN extent e"
        " ON e.auth_name = u.extent_auth_name AND e.code = u.extent_code WHERE u.object_auth_name = 'EPSG'"
        " AND u.object_table_name IN ('geodetic_crs', 'projected_crs', 'compound_crs')")
    return {str(code): area for code, *area in rows if None not in area}


def definition(srs, area, candidates, families):
    text = proj4_text(srs)
    if "+proj=" not in text:
        return None
    geographic = srs.Clone()
    if geographic.IsCompound():
        geographic.StripVertical()
    geographic = traditional(geographic.CloneGeogCS())
    code = geographic.GetAuthorityCode(None)
    relatives = families.get(code, [code])
    if float(geographic.GetAttrValue("PRIMEM", 1) or 0) != 0:
        relatives = candidates  # EPSG has the shift at the Greenwich twin of the datum
    options = [shift for relative in relatives for shift in candidates.get(relative, [])]
    if code == "4326" or not options:
        return text
    shift = nearest_shift(geographic, options, area_places(area or (-180, -80, 180, 80)))
    if shift is None:
        return text
    numbers = shift if any(shift[3:]) else shift[:3]
    return f"{text} +towgs84={','.join(short(value) for value in numbers)}"


def says_the_same(text, srs, area):
    """Whether PROJ, given the text, puts the middle of the area where it puts it given the code, to 10 km.

    A PROJ string cannot say everything (some axes, some methods): such a code is left out rather than answered wrongly.
    """
    west, south, east, north = area or (-180, -80, 180, 80)
    lon, lat = area_places((west, south, east, north))[4]
    text, degrees = (re.sub(r" ?\+degrees_per_unit=\S+", "", text), re.search(r"degrees_per_unit=(\S+)", text))
    said = osr.SpatialReference()
    said.ImportFromProj4(text)
    scale = 1 / float(degrees[1]) if degrees else 1
    try:
        x, y, _ = osr.CoordinateTransformation(epsg(4326), srs).TransformPoint(lon, lat)
    except RuntimeError:
        return True
    there_x, there_y, _ = osr.CoordinateTransformation(epsg(4326), traditional(said)).TransformPoint(lon, lat)
    unit = 111000 if srs.IsGeographic() else srs.GetLinearUnits()
    return not math.hypot(there_x * scale - x, there_y * scale - y) * unit > 10000


def samples(codes, areas):
    """PROJ's x and y at nine places for some hundred codes, the same ones at each run."""
    chosen = random.Random(20240601).sample(codes, 400)
    always = [4326, 3857, 32618, 32633, 32652, 31985, 3035, 3031, 2263, 26711, 5514, 2154, 27700, 28992, 21781, 2056, 31467, 5070,
              3413, 3995, 6933, 2193, 27200, 2053, 3978, 3577, 5186, 4490, 4267, 27563, 4807, 2180, 3067, 25832, 8857]
    result = {}
    for code in sorted(set(chosen) | set(always)):
        try:
            transformation = osr.CoordinateTransformation(epsg(4326), epsg(code))
        except RuntimeError:
            continue
        rows = []
        for lon, lat in area_places(areas.get(str(code), (-180, -80, 180, 80)))[::4]:
            lon, lat = round(lon, 6), round(lat, 6)
            try:
                x, y, _ = transformation.TransformPoint(lon, lat)
            except RuntimeError:
                continue
            if math.isfinite(x) and math.isfinite(y):
                rows.append([lon, lat, round(x, 9 if abs(x) < 400 else 4), round(y, 9 if abs(y) < 400 else 4)])
        if rows:
            result[str(code)] = rows
    return result


def main():
    database = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/proj/proj.db"
    connection = sqlite3.connect(database)
    candidates, families, areas = helmert_candidates(connection), same_datum_codes(connection), areas_of_use(connection)
    codes = sorted(int(code) for (code,) in connection.execute(
        "SELECT code FROM crs_view WHERE auth_name = 'EPSG' AND type IN"
        " ('geographic 2D', 'geographic 3D', 'projected', 'compound')"))
    lines, first = [], {}
    for code in codes:
        try:
            text = definition(epsg(code), areas.get(str(code)), candidates, families)
        except RuntimeError:
            text = None
        if text is None or not says_the_same(text, epsg(code), areas.get(str(code))):
            print("left out:", code, text)
            continue
        lines.append(f"{code}\t{'=' + str(first[text]) if text in first else text}")
        first.setdefault(text, code)
    table = os.path.join(ROOT, "data", "epsg", "proj4.txt.gz")
    with open(table, "wb") as file:
        file.write(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    oracle = os.path.join(ROOT, "test", "fixtures", "geo", "epsg-samples.json")
    listed = [int(line.split("\t")[0]) for line in lines]
    with open(oracle, "w") as file:
        rows = [f'"{code}":{json.dumps(rows, separators=(",", ":"))}' for code, rows in samples(listed, areas).items()]
        file.write("{\n" + ",\n".join(rows) + "\n}\n")
    print(f"{len(lines)} codes, {os.path.getsize(table)} bytes; oracle {os.path.getsize(oracle)} bytes")


main()
