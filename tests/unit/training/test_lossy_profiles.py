"""The profiles of lossy codes: one for each length, finer the longer; the best of what fits is taken."""

import vae
from vae.calibration import Profile
from vae.codec.range_coding import payload_bytes
from vae.model import calibration_of
from vae.training.lossy_profiles import Option, _best_option, _fitted


def test_every_length_of_code_has_a_profile(model: vae.VAE) -> None:
    profiles = calibration_of(model).profiles
    assert {payload_bytes(n) for n in range(2, 65)} == set(profiles)
    for profile in profiles.values():
        assert profile.step > 0
        assert 1 <= profile.mean_dims <= model.config.latent_dim
        assert profile.std_dims > 0


def test_longer_codes_have_finer_steps_and_corrections(model: vae.VAE) -> None:
    shortest, middle, longest = (calibration_of(model).profiles[size] for size in (2, 16, 62))
    assert longest.mean_dims > shortest.mean_dims
    assert longest.step <= shortest.step
    assert shortest.mean_level == 0 < middle.mean_level < longest.mean_level


def test_the_least_error_that_fits_is_taken_and_else_the_shortest() -> None:
    options = [Option(1, 0, 5.0, 0.3), Option(2, 0, 9.0, 0.2), Option(2, 1, 30.0, 0.1)]
    dims, levels = [1.0, 2.0], [0.5, 1.5]
    assert _best_option(options, dims, levels, 40) == options[2]
    assert _best_option(options, dims, levels, 12) == options[1]
    assert _best_option(options, dims, levels, 3) == options[0]


def test_a_profile_expects_what_was_chosen_and_leaves_room_for_the_rest() -> None:
    wide = Profile(2.0, 16.0, 32.0, 12.0, 24.0)
    assert _fitted(wide, [Option(3, 0, 0.0, 0.1)] * 4) == Profile(2.0, 3.0, 0.5, 0.0, 0.3)
    assert _fitted(wide, [Option(2, 1, 0.0, 0.1), Option(6, 5, 0.0, 0.1)]) == Profile(2.0, 4.0, 2.0, 3.0, 2.0)
