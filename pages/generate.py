"""Generate: digits that nobody wrote, from two numbers, from chance, or on the way from one to another."""

import streamlit as st

from ui import frame

frame.page(
    "Invent new digits",
    "pages/generate.py",
    "Every point of this map is a digit that the model can draw. Yours is on it too, inside the white ring.",
)
with frame.loading():
    import vae
    from ui import digit, latent_map, load, pictures, plane
    from ui.digit import Digit

MAP = "generate_map"
MAP_SIDE = 380
AXES = {"generate_right": "Left to right", "generate_up": "Bottom to top"}
N_NEAR, N_SHOWN, N_SAMPLES, N_COLUMNS = 20, 5, 18, 6
HANDFUL = 4
FARTHEST = 3.0


def whereabouts(mine: Digit) -> str:
    """Which held-out digits surround the visitor's digit on the map."""
    right, up = plane.place(mine)[:2].tolist()
    counts = plane.census(plane.neighbours((right, up), N_NEAR))
    around = ", ".join(f"{count} are {label}s" if count > 1 else f"1 is a {label}" for label, count in counts)
    return (
        f"The model boils {mine.name} down to two numbers, **{right:.2f} and {up:.2f}**. "
        f"Of the {N_NEAR} held-out digits nearest to it on the map, {around}."
    )


def choose_point(mine: Digit) -> tuple[float, float]:
    """A point of the map, by pointer, by keys on the map, or by two sliders."""

    def slid() -> None:
        st.session_state.setdefault(MAP, {})["point"] = [st.session_state[key] for key in AXES]

    chosen = latent_map.show(mine, key=MAP, side=MAP_SIDE) or tuple(plane.place(mine)[:2].tolist())
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
    with st.container(horizontal=True):
        with st.container(width=112, gap="xsmall"):
            st.caption("This point")
            pictures.show(plane.decoded(point), alt=f"digit decoded at {here}", width=112)
        with st.container(width=380, gap="xsmall"):
            st.caption("The same two numbers, all others drawn by chance")
            names = [f"variation {i + 1} at {here}" for i in range(N_SHOWN)]
            pictures.strip(plane.variations(point, N_SHOWN), alts=names, width=64)
            st.caption("Held-out digits nearest to this point")
            near = plane.neighbours(point, N_SHOWN)
            pictures.strip([d.image for d in near], alts=[f"a real {d.label}" for d in near], width=64)


@st.fragment
def show_atlas() -> None:
    """The whole map as one picture."""
    st.subheader("The whole map in one picture", anchor=False)
    settings, picture = frame.split()
    with settings:
        n_side = st.slider("Digits a side", 5, 25, 15, key="generate_side", persist_state="session")
        extent = st.slider(
            "From the centre to the edge",
            *(0.5, 5.0, 3.0, 0.5),
            key="generate_extent",
            persist_state="session",
            help="In standard deviations of the prior.",
        )
        st.caption("Near the centre lives what people write most; far outside, what nobody ever wrote.")
    with picture, frame.sentence():
        pictures.show(
            plane.atlas(n_side, extent),
            alt=f"{n_side} by {n_side} decoded digits, both numbers from {-extent} to {extent}",
            width=504,
        )


@st.fragment
def show_samples() -> None:
    """Random digits with temperature."""

    def draw_anew() -> None:
        st.session_state["generate_seed"] = st.session_state.get("generate_seed", 0) + 1

    st.subheader("Digits by chance", anchor=False)
    settings, picture = frame.split()
    with settings:
        temperature = st.slider(
            "Temperature",
            *(0.0, 1.5, 0.8, 0.1),
            key="generate_temperature",
            persist_state="session",
            help="How far from the most ordinary digit chance may go; 1 is as varied as real handwriting.",
        )
        st.button("New samples", icon=":material/casino:", on_click=draw_anew, key="generate_new")
    with picture, frame.sentence():
        seed = st.session_state.get("generate_seed", 0)
        samples = vae.sample(load.model(), N_SAMPLES, temperature=temperature, seed=seed)
        alt = f"{N_SAMPLES} samples at temperature {temperature:.1f}"
        pictures.show(pictures.sheet(samples, N_COLUMNS), alt=alt, width=504)


@st.fragment
def show_morph(mine: Digit) -> None:
    """A filmstrip from the visitor's digit to another one."""

    def turn_over() -> None:
        st.session_state["generate_turn"] = st.session_state.get("generate_turn", 0) + 1

    st.subheader("From one digit to another", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.pills(
            "To which digit?",
            range(10),
            default=3,
            required=True,
            wrap=True,
            key="generate_to",
            persist_state="session",
        )
        st.button("Another one", icon=":material/casino:", on_click=turn_over, key="generate_turn_over")
        n_frames = st.slider("Frames", 5, 21, 10, key="generate_frames", persist_state="session", width=200)
    other = digit.from_gallery(label, st.session_state.get("generate_turn", 0))
    with frame.sentence():
        frames = vae.interpolate(load.model(), mine.image, other.image, n_frames)
        names = [mine.name, *[f"frame {i + 1} of {n_frames}" for i in range(n_frames)], f"a real {label}"]
        captions = ["yours", *[f"{i / (n_frames - 1):.0%}" for i in range(n_frames)], f"a {label}"]
        pictures.strip([mine.image, *frames, other.image], alts=names, captions=captions, width=64)


@st.fragment
def show_numbers(mine: Digit) -> None:
    """A handful of sliders, each moving one number of the visitor's digit."""
    n_dims = load.model().config.latent_dim
    st.subheader("One number at a time", anchor=False)
    st.markdown(f"{mine.subject} is {n_dims} numbers to the model. Move some of them, and see what they do.")
    first = st.select_slider(
        "Which numbers?",
        range(0, n_dims, HANDFUL),
        format_func=lambda i: f"{i + 1} to {min(i + HANDFUL, n_dims)}",
        key="generate_handful",
        persist_state="session",
        width=frame.INPUT_WIDTH,
        help="The first matter most: the model was trained to put first what tells digits apart.",
    )
    with frame.sentence():
        steps = {i: show_walk(mine, i) for i in range(first, min(first + HANDFUL, n_dims))}
        before, after = plane.moved(mine, {}), plane.moved(mine, steps)
        st.caption("All these moves at once")
        with st.container(horizontal=True, gap="xsmall"):
            pictures.show(before, alt=f"{mine.name} as the model decodes it", width=112, caption="As it was")
            pictures.show(after, alt="decoded after the moves", width=112, caption="Moved")
            pictures.difference(after, before, alt="what the moves changed", width=112, caption="Difference")


def show_walk(mine: Digit, i: int) -> float:
    """One number's slider beside what its whole way from end to end does to the digit."""
    ways = range(-int(FARTHEST), int(FARTHEST) + 1)
    slider, walk = frame.split()
    with walk:
        alt = f"number {i + 1} moved from {ways[0]} to {ways[-1]}"
        pictures.show(plane.walk(mine, i, ways), alt=alt, width=504)
    with slider:
        return st.slider(
            f"Move number {i + 1} by",
            *(-FARTHEST, FARTHEST, 0.0, 0.1),
            key=f"generate_number_{i}",
            persist_state="session",
        )


left, right = frame.split()
with left:
    mine = digit.choose()
with right, frame.sentence():
    st.markdown(whereabouts(mine))
    show_point(choose_point(mine))
show_atlas()
show_samples()
show_morph(mine)
show_numbers(mine)

frame.what_is_happening(
    "The decoder turns any list of numbers into a picture, and the prior knows which lists are likely, each "
    "number given those before it. Measured in steps of that expectation every number is standard normal, so "
    "chance, a point on the map or a straight line between two digits all lead to likely lists. "
    "The code is nested: its first two numbers are a code of their own, and they are the map.",
    r"\begin{gathered} u \sim \mathcal N(0, T^2 I) \\ z_i = m_i(z_{<i}) + s_i(z_{<i})\, u_i \\"
    r"\hat x = \operatorname{decode}(z) \end{gathered}",
)
frame.where_it_fails(
    "Not every list of numbers is a digit. These are the worst of 200 samples at temperature 1, "
    "those least like any held-out digit: strokes that melt into each other, or halves of two digits at once."
)
with frame.sentence():
    worst = plane.strangest(10, 200)
    pictures.strip(worst, alts=[f"failed sample {i + 1}" for i in range(len(worst))], width=70)
