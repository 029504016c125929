"""What numpy says of each expression, for evaluate.test.ts. Run: python3 test/lazy/make_numpy_oracle.py

Each row is an expression here, the same in Python, and numpy's float64 answer; null where that is no finite number.
"""
import json
import pathlib
import numpy as np

red = np.array([0, 1, 812, 1500, 65535, 300, 7, 4096, 21824, 2720], dtype="uint16").astype("float64")
nir = np.array([0, 3051, 812, 44, 1, 300, 8, 255, 5440, 65535], dtype="uint16").astype("float64")
dem = np.array([-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 1e-3, -7.25, 123456.789])
qa = np.array([0, 1, 8, 21824, 21952, 22280, 65535, 4294967295, 2147483648, 54724], dtype="int64")
u = dict(red=red, nir=nir, dem=dem, qa=qa.astype("float64"), np=np)

cases = [
    "(nir - red) / (nir + red)", "red - nir", "2.5 * (nir - red) / (nir + 6 * red + 1)", "-dem ** 2", "2 ** -dem",
    "dem ** 2 ** 0.5", "red % 7", "dem % 2", "dem % -2", "-dem % 3", "red / nir", "1 / (1 + dem)", "dem / 0",
    ("where(red > nir, red, -nir)", "np.where(red > nir, red, -nir)"),
    ("min(red, nir, 500)", "np.minimum(np.minimum(red, nir), 500)"), ("max(red, dem)", "np.maximum(red, dem)"),
    ("clip(red, 100, 2000)", "np.clip(red, 100, 2000)"), ("clip(dem, -1, 1)", "np.clip(dem, -1, 1)"),
    ("red > 300 and nir > 300", "np.logical_and(red > 300, nir > 300)"), ("red == nir or dem", "np.logical_or(red == nir, dem)"),
    ("not dem", "np.logical_not(dem)"), "red < nir", "red <= nir", "red > nir", "red >= nir", "red == nir", "red != nir",
    ("qa & 8", "(qa & 8).astype(float)"), ("qa | 0xff", "(qa | 0xff).astype(float)"), ("qa >> 6 & 0b11", "(qa >> 6 & 0b11).astype(float)"),
    ("qa << 4", "(qa << 4).astype(float)"), ("qa & 0xffffffff", "(qa & 0xffffffff).astype(float)"), ("-qa & 255", "(-qa & 255).astype(float)"),
    ("-qa >> 3", "(-qa >> 3).astype(float)"), ("(qa & 8) == 0", "(qa & 8) == 0"), ("qa & 8 == 0", "qa & 8 == 0"),
]
for name in ["abs", "sign", "floor", "ceil", "round", "sqrt", "exp", "log", "log2", "log10", "log1p", "sin", "cos", "tan",
             "arcsin", "arccos", "arctan", "tanh"]:
    cases.append((f"{name}(dem)", f"np.{name}(dem)"))
cases.append(("arctan2(dem, red)", "np.arctan2(dem, red)"))

rows = []
for case in cases:
    text, python = case if isinstance(case, tuple) else (case, case)
    scope = dict(u, qa=qa) if "qa" in python else u
    with np.errstate(all="ignore"):
        answer = np.broadcast_to(np.asarray(eval(python, scope), dtype="float64"), (10,))
    rows.append({"expression": text, "answer": [float(v) if np.isfinite(v) else None for v in answer]})

out = {"numpy": np.__version__, "bands": {k: [float(v) for v in u[k]] for k in ["red", "nir", "dem", "qa"]}, "rows": rows}
pathlib.Path(__file__).with_name("numpy-oracle.json").write_text(json.dumps(out, indent=1) + "\n")
