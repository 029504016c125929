"""
The spectral indices of src/lazy/expression/spectral-index-table.ts by numpy, on real Landsat 8 pixels.

Run: /usr/bin/python3 -B scripts/oracle/spectral_indices.py && npx biome check --write test/lazy/expression/*-oracle.json
Writes test/lazy/expression/spectral-indices-oracle.json. Formulas are written here from the publications, in their own
terms, not taken from the table. Reflectance is at the top of the atmosphere, sun angle left out: 2e-5 * DN - 0.1 (USGS,
Landsat 8 Data Users Handbook, section 5). OLI sees no red edge: those bands are made between red and near infrared.
"""
import json
import pathlib

import numpy as np
import rasterio

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENE = ROOT / "data/landsat8-new-york/one-grid/LC08_L1TP_014032_20180615.tif"
OUT = ROOT / "test/lazy/expression/spectral-indices-oracle.json"


def pixels():
    """Twelve valid pixels spread evenly over the scene, as reflectance."""
    with rasterio.open(SCENE) as scene:
        names, data = scene.descriptions, scene.read()
    rows, cols = np.nonzero((data[:6] != 0).all(axis=0))
    pick = np.linspace(0, rows.size - 1, 12).astype(int)
    bands = {name: 2e-5 * data[i, rows[pick], cols[pick]].astype("float64") - 0.1 for i, name in enumerate(names[:6])}
    bands["swir16"], bands["swir22"] = bands.pop("swir1"), bands.pop("swir2")
    red, nir = bands["red"], bands["nir"]
    bands.update(
        coastal=1.05 * bands["blue"],
        rededge=0.5 * red + 0.5 * nir,
        rededge071=0.7 * red + 0.3 * nir,
        rededge075=0.2 * red + 0.8 * nir,
    )
    return bands


def normalized(a, b):
    return np.divide(np.subtract(a, b), np.add(a, b))


def gemi(nir, red):
    eta = (2 * (np.square(nir) - np.square(red)) + 1.5 * nir + 0.5 * red) / (nir + red + 0.5)
    return eta * (1 - 0.25 * eta) - (red - 0.125) / (1 - red)


def indices(b):
    blue, green, red, nir, s1, s2 = (b[name] for name in ["blue", "green", "red", "nir", "swir16", "swir22"])
    # Kaufman and Tanré: red corrected by what the atmosphere does to blue.
    red_blue = red - 1.0 * (blue - red)
    # Qi et al.: the self-adjusting soil factor solved for, MSAVI2.
    msavi = 0.5 * (2 * nir + 1 - np.sqrt(np.square(2 * nir + 1) - 8 * (nir - red)))
    re1 = b["rededge071"]
    return {
        "NDVI": normalized(nir, red),
        "GNDVI": normalized(nir, green),
        "BNDVI": normalized(nir, blue),
        "EVI": 2.5 * (nir - red) / (1 + nir + 6 * red - 7.5 * blue),
        "EVI2": 2.5 * (nir - red) / (1 + nir + 2.4 * red),
        "SAVI": 1.5 * (nir - red) / (0.5 + nir + red),
        "OSAVI": (nir - red) / (0.16 + nir + red),
        "MSAVI": msavi,
        "ARVI": normalized(nir, red_blue),
        "VARI": (green - red) / (green + red - blue),
        "GEMI": gemi(nir, red),
        "RVI": nir / red,
        "DVI": nir - red,
        "NGRDI": normalized(green, red),
        "WDRVI": normalized(0.1 * nir, red),
        "kNDVI": np.tanh(np.square(normalized(nir, red))),
        "NIRv": nir * normalized(nir, red),
        "NDRE": normalized(nir, b["rededge"]),
        "CIre": nir / b["rededge"] - 1,
        "CIgreen": nir / green - 1,
        "MCARI": re1 / red * (re1 - red - 0.2 * (re1 - green)),
        "PSRI": (red - blue) / b["rededge075"],
        "SIPI": (nir - b["coastal"]) / (nir - red),
        "NDWI": normalized(green, nir),
        "MNDWI": normalized(green, s1),
        "AWEInsh": 4 * green - 4 * s1 - 0.25 * nir - 2.75 * s2,
        "AWEIsh": blue + 2.5 * green - 1.5 * nir - 1.5 * s1 - 0.25 * s2,
        "NDCI": normalized(re1, red),
        "NDMI": normalized(nir, s1),
        "MSI": s1 / nir,
        "NBR": normalized(nir, s2),
        "NBR2": normalized(s1, s2),
        "BAI": np.reciprocal(np.square(0.1 - red) + np.square(0.06 - nir)),
        "MIRBI": 10 * s2 - 9.8 * s1 + 2,
        "NDSI": normalized(green, s1),
        "NDBI": normalized(s1, nir),
        "UI": normalized(s2, nir),
        "BSI": normalized(s1 + red, nir + blue),
        "NDTI": normalized(s1, s2),
    }


def main():
    bands = pixels()
    values = indices(bands)
    assert all(np.isfinite(v).all() for v in values.values())
    lines = [
        "{",
        f'"command": "/usr/bin/python3 -B scripts/oracle/spectral_indices.py",',
        f'"numpy": "{np.__version__}",',
        '"bands": {',
    ]
    lines.append(",\n".join(f'"{name}": {json.dumps(v.tolist())}' for name, v in bands.items()))
    lines.append('},\n"indices": {')
    lines.append(",\n".join(f'"{name}": {json.dumps(v.tolist())}' for name, v in values.items()))
    OUT.write_text("\n".join(lines) + "\n}\n}\n")
    print(f"{len(values)} indices of {bands['red'].size} pixels")


if __name__ == "__main__":
    main()
