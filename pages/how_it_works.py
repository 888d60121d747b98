"""How it works: the digit on its way through the network, what that costs, and what follows from it."""

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "How it works",
    "pages/how_it_works.py",
    "From a digit to a few numbers and back, step by step. All but the training curve below is computed "
    "from *your* digit.",
)
with frame.loading():
    from ui import anatomy, anatomy_in_words, scores
    from ui.digit import digit_input
    from ui.digit.digit import Digit
    from ui.network import watch
    from ui.shell import load
    from ui.shell.again import again
    from ui.shell.papers import read_more
    from ui.view import charts, pictures

N_SHOWN = 8
MOVES = (0, 2, 4, 6)
JOBS = {  # page -> title, what it does, and how many columns that takes
    "pages/compress.py": (
        "Compress",
        "Send *z* instead of the pixels. The prior says which codes are likely; those take few bits.",
        1,
    ),
    "pages/generate.py": (
        "Generate",
        "Nothing is seen, so the posterior is the prior itself: draw *z* from *p*(*z*) and decode it.",
        1,
    ),
    "pages/denoise.py": (
        "Denoise",
        "The noisy picture is seen. The clean one is the weighted average of the decoded draws.",
        1,
    ),
    "pages/anomaly.py": (
        "Find anomalies",
        "A digit has a likely code that explains the whole picture. Anything else does not.",
        1,
    ),
    "pages/impute.py": (
        "Fill in",
        "The known pixels are seen. Pick draws by their weight: each decodes to one possible whole digit.",
        2,
    ),
}


def draws_and_cost(mine: Digit) -> None:
    """Several draws from the posterior, and what the digit costs with the same σ."""
    show_cost(mine, several_draws(mine))


def several_draws(mine: Digit) -> float:
    """What several codes of one posterior decode to; returns how far the visitor scaled σ."""
    st.markdown(
        f"In symbols: the encoder reads {mine.name} as *x* and answers with a **posterior** "
        f"({glossary.gloss('posterior')}): for each number a mean, *μ*, and a standard deviation, *σ*. "
        "Random noise *ε* picks one code *z* = *μ* + *σε*, from which the decoder draws a digit *x̂*."
    )
    scale, seed = choose_noise()
    drawn = anatomy.draws(mine.image, N_SHOWN, scale=scale, seed=seed)
    st.markdown(anatomy_in_words.draws(mine, scale, drawn.psnr_db), help=glossary.help_on("dB"))
    alts = [f"draw {i + 1} of {N_SHOWN}, decoded" for i in range(N_SHOWN)]
    pictures.strip(drawn.decoded, alts=alts)
    read_more("Kingma & Welling 2014", "Rezende et al. 2014")
    return scale


def choose_noise() -> tuple[float, int]:
    """How far σ is scaled, and which ε was drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        scale = st.slider(
            "Multiply σ by",
            0.0,
            2.0,
            1.0,
            0.1,
            "%.1f",
            key="how_scale",
            bind="query-params",
            help="0: no randomness, an ordinary autoencoder. 1: the variational autoencoder as trained.",
        )
        seed = again("Draw ε again", key="how_redraw")
    return scale, seed


def show_cost(mine: Digit, scale: float) -> None:
    """The two parts of the ELBO as bars: with the posterior's own σ, and with the scaled one beside it."""
    st.markdown(
        "Training looks for the shortest description of every digit, in two parts. The **code** costs the KL "
        f"({glossary.gloss('KL')}) between the posterior and the prior ({glossary.gloss('prior')}). The "
        "**pixels** cost what the decoder did not expect. Both are counted in nats "
        f"({glossary.gloss('nats')}). Their sum is minus the ELBO ({glossary.gloss('ELBO')}), so the true "
        "cost of the digit, −log *p*(*x*), is never higher than this sum."
    )
    st.latex(
        r"\begin{aligned} -\log p(x) \;\le\;"
        r"& \underbrace{-\mathbb{E}_{q(z \mid x)} \log p(x \mid z)}_{\text{pixels}} \\"
        r"& + \underbrace{\mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big)}_{\text{code}} \end{aligned}"
    )
    costs = {"σ × 1": anatomy.cost(mine.image)}
    if scale != 1:
        costs[f"σ × {scale:g}"] = anatomy.cost(mine.image, scale=scale)
    bars = {name: {"Pixels": cost.pixels_nats, "Code": cost.code_nats} for name, cost in costs.items()}
    words = {
        name: [
            anatomy_in_words.nats_and_bits(cost.pixels_nats),
            anatomy_in_words.nats_and_bits(cost.code_nats),
        ]
        for name, cost in costs.items()
    }
    said = "; ".join(f"{name}: {', '.join(words[name])}" for name in costs)
    charts.show(
        charts.grouped(bars, words, x="nats, fewer is better"),
        alt=f"The cost of {mine.name}: {said}",
        height=150 + 60 * len(costs),
    )
    st.markdown(anatomy_in_words.cost(mine, costs))
    read_more("Burda et al. 2016", "Park et al. 2019", "Townsend et al. 2019")


def show_numbers(mine: Digit) -> None:
    """What each number of the code costs, and the prior that it is measured against."""
    own = anatomy.cost(mine.image)
    n_busy = own.n_carrying(0.9)
    st.markdown(
        f"The first **{n_busy} of {len(own.kl_nats)} numbers** carry nine tenths of what the code says about "
        f"{mine.name}, measured by KL ({glossary.gloss('KL')}) in nats ({glossary.gloss('nats')}). A bar "
        f"near zero means that the **prior** ({glossary.gloss('prior')}) had already predicted that number. "
        "It is learned too: a small network predicts each number from those before it, "
        r"$p(z) = \prod_i p(z_i \mid z_1, \dots, z_{i-1})$."
    )
    charts.show(
        charts.columns(own.kl_nats, x="number of the code", y="KL, nats"),
        alt=f"KL of each number of the code; the first {n_busy} carry nine tenths",
        height=240,
    )
    read_more("Germain et al. 2015", "Papamakarios et al. 2017")


def nested(mine: Digit) -> None:
    """The digit from the first k numbers alone."""
    st.markdown(
        "In training, the code is cut off after *k* numbers, with a random *k* for every digit, and the "
        "decoder is told *k*. So the most important numbers must come first, and every beginning of the code "
        "is itself a code: two numbers span the map on the Generate page; more make a larger file and a "
        "better picture."
    )
    total = load.model().config.latent_dim
    k = st.slider("Numbers kept, k", 1, total, min(4, total), key="how_k", bind="query-params")
    *strip, chosen = anatomy.prefixes(mine.image, [*anatomy.lengths_shown(total), k])
    with st.container(horizontal=True, gap="small"):
        pictures.show(mine.image, alt=mine.name, width=98, caption="x")
        pictures.show(chosen.image, alt=f"decoded from {k} of {total} numbers", width=98, caption=f"k = {k}")
        lost_or_added = "orange where ink was added, blue where it was lost"
        pictures.difference(chosen.image, mine.image, alt=lost_or_added, width=98, caption="difference")
    st.markdown(
        f"From **{k} of {total} numbers**, {mine.name} comes back at {chosen.psnr_db:.1f} dB; "
        f"from all of them at {strip[-1].psnr_db:.1f} dB.",
        help=glossary.help_on("dB"),
    )
    pictures.strip(
        [prefix.image for prefix in strip],
        alts=[f"decoded from {prefix.k} of {total} numbers" for prefix in strip],
        captions=[f"k = {prefix.k}" for prefix in strip],
        width=84,
    )
    read_more("Rippel et al. 2014")


def five_jobs() -> None:
    """Bayes' rule, and what each page makes of it."""
    st.markdown(
        f"The prior ({glossary.gloss('prior')}) and the decoder together say which pictures are digits. "
        "Whatever is *seen*, be it a clean digit, a noisy one or half of one, Bayes' rule turns it into a "
        f"posterior over codes ({glossary.gloss('posterior')}). The encoder proposes codes. Each gets a "
        "**weight** for how well it explains what is seen; this corrects the encoder's mistakes."
    )
    st.latex(
        r"\begin{aligned} p(z \mid \text{seen}) & \propto p(\text{seen} \mid z)\, p(z) \\"
        r"w_s & \propto \frac{p(\text{seen} \mid z_s)\, p(z_s)}{q(z_s \mid \text{seen})} \end{aligned}"
    )
    grid = st.grid(3, min_column_width=180, border=True)
    for path, (title, words, span) in JOBS.items():
        with grid.cell(column_span=span):
            frame.link(path, f"**{title}**")
            st.markdown(words)
    read_more("Burda et al. 2016")


def show_training() -> None:
    """The curve and the facts of the runs that made the weights."""
    with frame.sentence():
        run = scores.read_training()
        if run is None:
            st.markdown("The facts of the training are not here yet; `make train` trains and writes them.")
            return
        epochs = run.history_of_all
        words = (
            f"{run.parameters / 1e6:.1f} million parameters, {run.epochs_of_all:.0f} passes over the "
            "training digits of MNIST, some of them for the prior alone, in "
            f"{run.hours_of_all:.1f} hours. Encoder and decoder learned from clean digits. From noisy and "
            "partly hidden ones, the encoder learned to predict the posterior over the clean digit's code. "
            "The curves show the cost, in nats, of digits that training never saw. Where they rise, training "
            "went on at a higher learning rate, with more strongly augmented digits, or with a new prior."
        )
        st.markdown(words, help=glossary.help_on(words))
        figure = charts.learning(
            [-epoch.validation_elbo for epoch in epochs],
            [-epoch.validation_elbo_2 for epoch in epochs],
            label=f"all {run.latent_dim} numbers",
        )
        cost = -epochs[-1].validation_elbo
        charts.show(figure, alt=f"The cost of a new digit falls to {cost:.1f} nats with the whole code")
    read_more("LeCun et al. 1998")


def show_limit(mine: Digit) -> None:
    """The digit moved out of its frame."""
    moves = [anatomy.moved(mine.image, by) for by in MOVES]
    frame.where_it_fails(
        "The model knows digits in one place and one size only; nothing tells it that a digit that has moved "
        f"is still the same digit. Moved by {MOVES[-1]} pixels, {mine.name} costs {moves[-1].nats:.0f} nats "
        f"({glossary.gloss('nats')}) instead of {moves[0].nats:.0f}. That is why every page centres and "
        "scales your drawing first. Besides, given the code, each pixel is decoded without regard to the "
        "others, so strokes turn blurry where the code leaves their place open. Models that draw in many "
        "steps are sharper, and slower."
    )
    with st.container(horizontal=True, gap="medium"):
        for by, move in zip(MOVES, moves, strict=True):
            with st.container(width=180, gap="xsmall"):
                alts = [f"{mine.name}, moved by {by} pixels", "what the model makes of it"]
                pictures.strip([move.image, move.decoded], alts=alts, width=84)
                place = f"moved by {by} pixels" if by else "in place"
                st.caption(f"{place}: {move.nats:.0f} nats")


mine = digit_input.chip(place)
with frame.sentence():
    watch.show(mine, key="how_network")
    st.markdown(
        f"The **encoder** squeezes {mine.name} into {load.model().config.latent_dim} numbers, the "
        f"**latent code** ({glossary.gloss('latent code')}). For each number it gives a best guess "
        "and how sure it is. One code is drawn at random from there, and the **decoder** turns it back into "
        "a picture. Both learned this from digits alone. Draw on the digit, or drag a bar, and watch."
    )
frame.section("Other draws of the noise, and what the digit costs", "how_cost", draws_and_cost, mine)
frame.section("Which numbers carry the digit", "how_numbers", show_numbers, mine)
frame.section("One code of any length", "how_nested", nested, mine)
frame.section("Five jobs from one formula", "how_jobs", five_jobs)
frame.section("How it learned", "how_training", show_training)
with frame.sentence():
    show_limit(mine)
