"""The series that cube.py asks about, read with rasterio as xarray arrays of float64 with NaN for missing."""
import datetime
import pathlib
import re

import numpy as np
import rasterio
import xarray as xr
from scipy.ndimage import distance_transform_edt

ROOT = pathlib.Path(__file__).resolve().parents[2]


def time_in_name(path):
    day, moment = re.search(r"(\d{8})(?:T(\d{6}))?", path.name).groups()
    return np.datetime64(datetime.datetime.strptime(day + (moment or "000000"), "%Y%m%d%H%M%S"), "ns")


def read_series(folder, name=None):
    """
    A Dataset of (time, y, x) bands of the folder's files, by time and, of equal times, by file name. A band's nodata value
    and NaN are missing. x and y are pixel centres.
    """
    paths = sorted(folder.glob("*.tif"), key=lambda path: (time_in_name(path), path.name))
    if not paths:
        raise SystemExit(f"no TIFF files in {folder}")
    planes, names = [], None
    for path in paths:
        with rasterio.open(path) as scene:
            planes.append(scene.read(masked=True).astype("float64").filled(np.nan))
            names = [name] if name else scene.descriptions
            transform, height, width = scene.transform, scene.height, scene.width
    cube = np.stack(planes)
    coords = {
        "time": [time_in_name(path) for path in paths],
        "y": transform.f + (np.arange(height) + 0.5) * transform.e,
        "x": transform.c + (np.arange(width) + 0.5) * transform.a,
    }
    bands = {band: (("time", "y", "x"), cube[:, i]) for i, band in enumerate(names)}
    return xr.Dataset(bands, coords, {"files": [path.name for path in paths]})


def landsat():
    """19 Landsat 8 scenes on one grid; nodata 0 in every band; bit 4 of BQA is cloud. Four days lie in two scenes."""
    return read_series(ROOT / "data/landsat8-new-york/one-grid")


def slovenia(folder):
    """NDVI and its cloud mask CLM (1 is cloud), one band in each file."""
    ndvi, clm = read_series(folder / "NDVI", "NDVI"), read_series(folder / "CLM", "CLM")
    assert (ndvi.time.values == clm.time.values).all()
    return ndvi.assign(CLM=clm.CLM)


def bits(band):
    """A band's whole numbers, 0 where it is missing."""
    return band.fillna(0).astype("int64")


def grown(hit, metres):
    """True also within a distance of what is True in the same scene, from pixel centre to pixel centre."""
    pixel = [abs(float(hit[dim][1] - hit[dim][0])) for dim in ("y", "x")]
    planes = [
        distance_transform_edt(~plane, sampling=pixel) <= metres if plane.any() else plane for plane in hit.values
    ]
    return hit.copy(data=np.stack(planes))


def is_masked(dataset, rule):
    """True where a rule takes the pixel away, or the mask itself is missing; what is missing does not grow."""
    band = dataset[rule["band"]]
    if "bits" in rule:
        hit = (bits(band) & sum(1 << bit for bit in rule["bits"])) != 0
    elif "bitRange" in rule:
        low, high = rule["bitRange"]
        hit = (np.right_shift(bits(band), low) & ((1 << (high - low + 1)) - 1)).isin(rule["values"])
    else:
        hit = band.isin(rule["values"])
    if "growMetres" in rule:
        hit = grown(hit, rule["growMetres"])
    return hit | band.isnull()


def masked(dataset, rules):
    """The dataset with every band missing where any rule says so."""
    clear = dataset
    for rule in rules:
        clear = clear.where(~is_masked(dataset, rule))
    return clear
