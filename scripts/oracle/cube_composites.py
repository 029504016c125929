"""Composites of several bands over time, stretches and histograms, in plain numpy. Arrays are [time, band, y, x]."""
import numpy as np


def best(cube, score):
    """All bands of the scene with the largest score, the first of equals; and which scene that is. NaN where none has one."""
    there = np.isfinite(score)
    at = np.where(there, score, -np.inf).argmax(0)
    return taken(cube, at, there.any(0))


def medoid(cube):
    """
    All bands of the medoid (Flood 2013, "Seasonal composite Landsat TM/ETM+ images using the medoid"): of the observations
    that have every band, the one with the least sum of Euclidean distances over the bands to all the others; the first of
    equals. And which scene that is. One observation alone is its own medoid.
    """
    there = np.isfinite(cube).all(1)
    whole = np.where(there[:, None], cube, 0.0)
    distances = np.sqrt(((whole[:, None] - whole[None]) ** 2).sum(2))
    sums = np.where(there[None], distances, 0.0).sum(1)
    at = np.where(there, sums, np.inf).argmin(0)
    return taken(cube, at, there.any(0))


def taken(cube, at, any_there):
    values = np.take_along_axis(cube, at[None, None], 0)[0]
    return np.where(any_there, values, np.nan), np.where(any_there, at, np.nan)


def stretch(plane, low, high):
    """The percentiles (linear between neighbours) of what is there, and the plane from 0 to 1 between them, clipped."""
    ends = np.nanpercentile(plane, [low, high])
    return ends, np.clip((plane - ends[0]) / (ends[1] - ends[0]), 0, 1)


def histogram(values, bins, limits):
    """Counts and edges of what is there; the last bin includes its right edge, what lies outside the limits is left out."""
    return np.histogram(values[np.isfinite(values)], bins=bins, range=limits)
