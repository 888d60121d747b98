"""Generate: digits that nobody wrote, from two numbers, at random, or on the way from one to another."""

from collections.abc import Sequence

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "Invent new digits",
    "pages/generate.py",
    "Each point on this map is a digit that the model can draw; yours is marked in white. Move, look, click.",
)
with frame.loading():
    from torch import Tensor

    import vae
    from ui import failures, likeness, naming, neighbourhood, scores
    from ui.digit import digit, digit_input
    from ui.digit.digit import Digit
    from ui.formats import gif
    from ui.shell import load
    from ui.shell.again import again
    from ui.view import latent_map, morph, pictures, plane

MAP = "generate_map"
AXES = {"generate_right": "Left to right", "generate_up": "Bottom to top"}
N_SHOWN, N_SAMPLES = 3, 12
ROW_WIDTH = 280
FIRST_TARGETS = (3, 8)  # of the film; the second where the visitor's digit is the first
N_FRAMES, EVERY = 16, 3  # of the film; the strip shows every so many
FILM, FILM_WIDTH = "film", 168
HANDFUL = 4
FIGURES = ("Fréchet distance over its floor", "sure of a class")
FARTHEST = 3.0
WAYS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


@st.fragment
def show_map(mine: Digit) -> None:
    """The map, and what its point decodes to; a move there redraws nothing else of the page."""
    with frame.sentence():
        chosen = latent_map.show(mine, key=MAP, side=frame.HERO_WIDTH)
        st.markdown(neighbourhood.whereabouts(mine))
        st.markdown(
            "The map is a slice of the **latent space**, the space of all codes: neighbours look alike. Of "
            f"the {load.model().config.latent_dim} numbers of a code, it shows the two that say most. They "
            "give no more than a rough idea of a digit, so yours may lie among others."
        )
        show_point(choose_point(chosen or plane.point_of(mine.image)))


def choose_point(chosen: Sequence[float]) -> tuple[float, float]:
    """The point chosen on the map, or another one by two sliders."""

    def slid() -> None:
        st.session_state.setdefault(MAP, {})["point"] = [st.session_state[key] for key in AXES]

    for key, u in zip(AXES, chosen, strict=True):
        st.session_state[key] = min(max(round(u, 2), -FARTHEST), FARTHEST)
    with st.container(horizontal=True):
        right, up = (
            st.slider(label, -FARTHEST, FARTHEST, step=0.05, key=key, on_change=slid, width=240)
            for key, label in AXES.items()
        )
    return right, up


def show_point(point: tuple[float, float]) -> None:
    """What a point decodes to, what more numbers would add, and which real digits lie there."""
    here = f"({point[0]:.2f}, {point[1]:.2f})"
    digits = plane.variations(point, N_SHOWN)
    middle, *others = digits
    this, *those = map(naming.said, naming.names(digits))
    with st.container(horizontal=True):
        with st.container(width=112, gap="xsmall"):
            st.caption(f"This point: {this}")
            pictures.show(middle, alt=f"{this} decoded at {here}", width=112)
        with st.container(width=ROW_WIDTH, gap="xsmall"):
            st.caption("The same two numbers, all others random")
            alts = [f"variation {i} at {here}: {said}" for i, said in enumerate(those, start=1)]
            pictures.strip(others, alts=alts)
        with st.container(width=ROW_WIDTH, gap="xsmall"):
            st.caption("Held-out digits nearest to this point")
            near = neighbourhood.neighbours(point, N_SHOWN)
            pictures.strip([d.image for d in near], alts=[f"a real {d.label}" for d in near])


def show_morph(mine: Digit) -> None:
    """A film and a strip from the visitor's digit to another one."""
    settings, picture = frame.split()
    with settings:
        label = choose_target(mine)
        turn = again("Another one", key="generate_turn_over")
        plays = st.toggle("Play the film", value=True, key="generate_plays", bind="query-params")
    other = digit.from_gallery(label, turn)
    frames = vae.interpolate(load.model(), mine.image, other.image, N_FRAMES)
    with picture:
        show_film(mine, other, frames, plays=plays)
    show_ways(mine, other, frames[::EVERY])


def choose_target(mine: Digit) -> int:
    """The class that the film goes to: the visitor's choice, until then another one than their digit's.

    The pills have no default, so that every choice is in the address and outlives a change of digit.
    """
    chosen = st.pills(
        "To which digit?", range(10), required=True, wrap=True, key="generate_to", bind="query-params"
    )
    if chosen is not None:
        return chosen
    label = next(label for label in FIRST_TARGETS if label != naming.looks_like(mine))
    st.caption(f"Until you choose, it turns into {naming.said(label)}.")
    return label


def show_film(mine: Digit, other: Digit, frames: Tensor, *, plays: bool) -> None:
    """The film, or where it does not play its middle, what happens in it, and its file to take away."""
    moving, target = morph.there_and_back(frames, FILM_WIDTH), naming.said(other.label)
    with st.container(horizontal=True):
        with st.container(key=FILM, width=FILM_WIDTH):
            if plays:
                alt = f"film: {mine.name} turns into {target} and back"
                st.image(gif.address(moving), width=FILM_WIDTH, alt=alt)
            else:
                alt = f"half-way from {mine.name} to {target}"
                pictures.show(frames[len(frames) // 2], alt=alt, width=FILM_WIDTH)
        st.html(
            f"<style>@media (prefers-reduced-motion: reduce) {{ .st-key-{FILM} {{ display: none }} }}</style>"
        )
        with st.container(width=FILM_WIDTH + 140):
            st.markdown(
                f"{mine.subject} turns into {target} and back: all {load.model().config.latent_dim} "
                f"numbers of its code move in a straight line to those of the {other.label}, "
                "and every frame is decoded from a point on the way."
            )
            st.download_button(
                "Download the film",
                moving,
                f"to-a-{other.label}.gif",
                "image/gif",
                icon=":material/download:",
                on_click="ignore",
                key="generate_gif",
            )


def show_ways(mine: Digit, other: Digit, frames: Tensor) -> None:
    """The film's frames as a strip, above those of a plain cross-fade."""
    shares = [f"{i / (len(frames) - 1):.0%}" for i in range(len(frames))]
    faded = morph.crossfade(mine.image, other.image, len(frames))
    for way, pictured in {"The model's way": frames, "A plain cross-fade, to compare": faded}.items():
        st.caption(way)
        alts = [f"{way}, {share} there" for share in shares]
        pictures.strip(pictured, alts=alts, captions=shares)


def show_samples() -> None:
    """Random digits with temperature, each beside the held-out digit that it resembles most."""
    settings, picture = frame.split()
    with settings:
        temperature = st.slider(
            "Temperature",
            *(0.0, 1.5, 0.8, 0.1),
            key="generate_temperature",
            bind="query-params",
            help="How far samples stray from the most ordinary digit; 1 is as varied as real handwriting.",
        )
        seed = again("New samples", key="generate_new")
    with frame.sentence():
        samples = vae.sample(load.model(), N_SAMPLES, temperature=temperature, seed=seed)
        found = likeness.matches(samples)
        with picture:
            st.caption("Left: a sample. Right: the held-out digit nearest to it, and how near it is.")
            with st.container(horizontal=True, gap="xsmall"):
                named = zip(samples, naming.names(samples), found, strict=True)
                for i, (sample, label, match) in enumerate(named):
                    show_match(i, sample, label, match, temperature)
        with settings:
            st.markdown(likeness.originality(found))
            st.caption(
                "*Near* and *far* are relative to real digits of that class: any two people's 1s look alike. "
                "This app does not hold the digits that the model learned from. So this shows whether "
                "samples look like handwriting that it never saw, not whether they copy what it did see."
            )
        st.caption(
            "Measured on thousands of samples, by the Fréchet distance "
            f"({glossary.gloss('Fréchet distance')}) and by how often a classifier is sure of a class: "
            f"{scores.measured('Generation', *FIGURES)}. The floor is the distance between real digits and "
            f"other real digits. A prior says {glossary.gloss('prior')}."
        )


def show_match(i: int, sample: Tensor, label: int | None, match: likeness.Match, temperature: float) -> None:
    """A sample, named as what it looks like, and its nearest held-out digit, in one picture."""
    both = f"{naming.said(label)} beside a real {match.digit.label}"
    pictures.show(
        match.beside(sample),
        alt=f"sample {i + 1} at temperature {temperature:.1f}: {both}",
        width=118,
        caption=f"{both}: {match.word}",
    )


def show_numbers(mine: Digit) -> None:
    """A handful of sliders, each moving one number of the visitor's digit."""
    n_dims = load.model().config.latent_dim
    st.markdown(f"To the model, {mine.name} is {n_dims} numbers. Move some of them and see what they do.")
    first = st.select_slider(
        "Which numbers?",
        range(0, n_dims, HANDFUL),
        format_func=lambda i: f"{i + 1} to {min(i + HANDFUL, n_dims)}",
        key="generate_handful",
        bind="query-params",
        width=frame.INPUT_WIDTH,
        help="The first ones matter most: the model was trained to put first what tells digits apart.",
    )
    with frame.sentence():
        numbers = tuple(range(first, min(first + HANDFUL, n_dims)))
        walks = plane.walks(mine.image, numbers, WAYS)
        steps = {i: show_walk(walk, i) for i, walk in zip(numbers, walks, strict=True)}
        before, after = plane.moved(mine.image, steps)
        st.caption("All these moves together")
        with st.container(horizontal=True, gap="xsmall"):
            pictures.show(before, alt=f"{mine.name} as the model decodes it", width=112, caption="As it was")
            pictures.show(after, alt="decoded after the moves", width=112, caption="Moved")
            pictures.difference(after, before, alt="what the moves changed", width=112, caption="Difference")


def show_walk(walk: Tensor, i: int) -> float:
    """One number's slider beside what its whole way from end to end does to the digit."""
    slider, picture = frame.split()
    with picture:
        alt = f"number {i + 1} moved from {WAYS[0]:g} to {WAYS[-1]:g}"
        pictures.show(walk, alt=alt, width=504)
    with slider:
        return st.slider(
            f"Move number {i + 1} by",
            *(-FARTHEST, FARTHEST, 0.0, 0.1),
            key=f"generate_number_{i}",
            bind="query-params",
        )


def show_atlas() -> None:
    """The whole map as one picture."""
    settings, picture = frame.split()
    with settings:
        n_side = st.slider("Digits per side", 5, 25, 15, key="generate_side", bind="query-params")
        extent = st.slider(
            "From the centre to the edge",
            *(0.5, 5.0, 3.0, 0.5),
            key="generate_extent",
            bind="query-params",
            help="In standard deviations; most digits lie within two of the centre.",
        )
        st.caption(
            "Near the centre are digits as most people write them; far out, shapes that nobody writes."
        )
    with picture, frame.sentence():
        pictures.show(
            plane.atlas(n_side, extent),
            alt=f"{n_side} by {n_side} decoded digits, both numbers from {-extent} to {extent}",
            width=504,
        )


mine = digit_input.chip(place)
show_map(mine)
frame.section("From one digit to another, as a film", "generate_film", show_morph, mine)
frame.section("Random digits", "generate_samples", show_samples)
frame.section("One number at a time", "generate_numbers", show_numbers, mine)
frame.section("The whole map in one picture", "generate_atlas", show_atlas)

frame.what_is_happening(
    f"The decoder turns any latent code ({glossary.gloss('latent code')}) into a picture. The prior says "
    f"{glossary.gloss('prior')}: each number has a distribution *F* that depends on the numbers before it. "
    "That lets every number be rescaled to a standard normal one, *u*. Random draws of *u*, points on the "
    "map and straight lines between two digits therefore all lead to likely codes. Where the decoder is "
    "undecided about a pixel, a sample draws its grey value, similar for neighbouring pixels. "
    "The most important numbers come first: the map moves the first two, and all others stay in the middle "
    "of what the prior expects after them.",
    r"\begin{gathered} u \sim \mathcal N(0, T^2 I) \\ F_i(z_i \mid z_{<i}) = \Phi(u_i) \\"
    r"\hat x = \operatorname{decode}(z) \end{gathered}",
    code=(vae.sample, vae.interpolate),
)
frame.where_it_fails(
    "Not every list of numbers gives a digit that somebody would write. These are the oddest of "
    f"{failures.N_SAMPLES} samples at temperature 1, whose strokes overlap least with those of any held-out "
    "digit; some can hardly be read."
)
with frame.sentence():
    worst = failures.generated()
    pictures.strip(worst, alts=[f"failed sample {i + 1}" for i in range(len(worst))])
