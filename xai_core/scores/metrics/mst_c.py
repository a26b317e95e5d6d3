"""MST-C: whether a map's brightest pixels lie close together and in few pieces."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from xai_core.base.arrays import Map, Maps, Scores
from xai_core.scores.metrics.base import METRICS, Direction, Metric

PERCENTILE = 80.0


@METRICS.register
class MSTC(Metric):
    """100 · D · (1 / √A) · (n / L): of n bright pixels, A is the area of the convex hull, L the
    length of the minimum spanning tree, and D the map's diagonal.

    Own code over SciPy: Quantus has it (`MSTC`) only after 0.6.0, and takes the tree of the 20
    nearest neighbours. This is the tree of all pixels, the same where those are connected. Pixels
    at 0 never count as bright, also where most of a map is 0.
    """

    name: ClassVar[str] = "mst-c"
    title: ClassVar[str] = "MST-C"
    order: ClassVar[int] = 30
    direction: ClassVar[Direction] = "higher"
    definition: ClassVar[str] = (
        "Minimum Spanning Tree Compactness of the brightest fifth of a map, 100·D·n / (L·√A): n "
        "pixels above 0, the length L of the tree that joins them, the area A of their convex "
        "hull, the map's diagonal D. Computed with SciPy."
    )
    cost: ClassVar[str] = "No model: a triangulation of a fifth of the pixels."
    citation: ClassVar[str] = (
        "Mesgari et al., Structural Compactness as a Complementary Criterion for Explanation "
        "Quality, 2026, arXiv 2603.29491"
    )

    def score(self, maps: Maps) -> Scores:
        """float64 `[B]` above 0; NaN where bright pixels enclose no area, or values not finite."""
        return np.array([_compactness(np.abs(one)) for one in maps], dtype=np.float64)

    def undefined_because(self, values: Maps) -> str:
        """As the contract says."""
        if np.isfinite(values).all() and values.any():
            return "The map's bright pixels lie on one line, so they enclose no area."
        return super().undefined_because(values)


def _compactness(one: Map) -> float:
    from scipy.spatial import ConvexHull, QhullError

    if not np.isfinite(one).all():
        return float("nan")
    bright = (one >= np.percentile(one, PERCENTILE)) & (one > 0)
    points = np.argwhere(bright).astype(np.float64)
    if len(points) < 3:
        return float("nan")
    try:
        area = ConvexHull(points).volume  # of a flat hull; its `area` is the outline's length
    except QhullError:  # all on one line
        return float("nan")
    length = _tree_length(points)
    return float(100 * np.hypot(*one.shape) * len(points) / (length * np.sqrt(area)))


def _tree_length(points: Float64[np.ndarray, "n 2"]) -> float:
    """Length of the Euclidean minimum spanning tree, which lies in the Delaunay triangulation."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import Delaunay

    corners = Delaunay(points).simplices
    pairs = np.unique(np.sort(corners[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2)), axis=0)
    lengths = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    graph = coo_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(len(points),) * 2)
    return float(minimum_spanning_tree(graph.tocsr()).sum())
