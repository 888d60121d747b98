"""A line with fewer points."""

import numpy as np
from numpy.typing import NDArray


def simplified(points: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Those of a line's points (n, 2), n > 0, that keep it within `tolerance` of all the others.

    scikit-image has the same as `approximate_polygon`; importing that takes longer than all else of a page.

    Source: Douglas & Peucker 1973, doi:10.3138/FM57-6770-U75U-7727.
    """
    kept = np.zeros(len(points), dtype=bool)
    kept[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        between, chord = points[first + 1 : last] - points[first], points[last] - points[first]
        share = np.clip(between @ chord / max(chord @ chord, np.finfo(float).tiny), 0, 1)
        away = np.linalg.norm(between - share[:, None] * chord, axis=1)
        if away.max() > tolerance:
            farthest = first + 1 + int(away.argmax())
            kept[farthest] = True
            spans += [(first, farthest), (farthest, last)]
    return points[kept]
