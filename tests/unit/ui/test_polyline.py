"""A line with fewer points is scikit-image's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.measure import approximate_polygon

from ui.formats.polyline import simplified


@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), tolerance=st.sampled_from([0.05, 0.3, 1.0]))
def test_a_line_keeps_the_points_that_scikit_image_keeps(seed: int, n: int, tolerance: float) -> None:
    line = np.random.default_rng(seed).normal(size=(n, 2)).cumsum(axis=0)
    assert np.array_equal(simplified(line, tolerance), approximate_polygon(line, tolerance))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_point_that_is_drawn_again_and_again_keeps_its_ends(n: int) -> None:
    assert len(simplified(np.ones((n, 2)), 0.1)) == min(n, 2)
