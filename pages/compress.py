"""Compress: the digit in as few bytes as the visitor likes, beside what everybody else uses."""

import math

import streamlit as st

from ui.shell import frame, glossary

place = frame.page(
    "Compress to a handful of bytes",
    "pages/compress.py",
    "A picture file describes pixels. The model describes the digit: which one it is, how slanted, how bold.",
)
with frame.loading():
    import vae
    from ui import codes, comparison, failures, rates, rates_in_words
    from ui.digit import digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.shell import load
    from ui.view import before_after, charts, pictures
    from ui.view.before_after import Side

HIGHEST_DB = 45.0


def show_hero(mine: Digit, ours: rates.Point, steps: list[rates.Step], n_dims: int) -> None:
    """The digit and what its code decodes to in one frame; played, the code arrives number by number."""
    came = [f"{i} of {n_dims} numbers" for i in range(1, n_dims + 1)]
    before_after.show(
        Side(mine.image, f"{mine.name}, the original", "original"),
        Side(ours.image, f"decoded from {ours.n_bytes} bytes", f"{ours.n_bytes} bytes"),
        label=f"How much of the frame shows {mine.name} as it was",
        key="compress_pair",
        film=[Side(step.image, "", words) for step, words in zip(steps[:n_dims], came, strict=True)],
        width=frame.HERO_WIDTH,
    )


def show_code(code: bytes) -> None:
    """The bytes themselves."""
    said, n_all = vae.read_code(load.model(), code), load.model().config.latent_dim
    n_dims, corrections = said.n_dims, ""
    if said.n_corrections:
        corrected = rates_in_words.counted(said.n_corrections, "correction")
        corrections = f", {corrected} where the decoder is unsure"
    st.caption(f"All that is sent: {n_dims} of the model's {n_all} numbers{corrections}, and a checksum.")
    show_hex(code)
    st.download_button(
        "Download this code",
        code,
        f"digit-{len(code)}-bytes.code",
        "application/octet-stream",
        key="compress_download",
        icon=":material/download:",
        on_click="ignore",
    )


def show_hex(code: bytes) -> None:
    """Bytes as text; `st.code` would fetch a highlighter of 1.5 MB."""
    st.markdown(f"`{code.hex(' ')}`")


def show_fewest(mine: Digit) -> None:
    """From which size on it reads as itself: every size is tried, which takes seconds."""
    st.markdown(rates_in_words.fewest(mine))


def show_numbers(steps: list[rates.Step], n_dims: int) -> None:
    """The code's numbers as they arrive, one by one, and what each adds."""
    is_corrected = len(steps) > n_dims
    alts = [f"decoded from {i} of {n_dims} numbers" for i in range(1, n_dims + 1)]
    if is_corrected:
        alts.append("decoded with the correction")
    st.markdown(
        f"This code holds **{rates_in_words.counted(n_dims, 'number')}**, the most important first"
        + (", and a final correction of the picture. " if is_corrected else ". ")
        + f"Here they arrive one by one, each with what it adds in dB ({glossary.gloss('dB')}). "
        f"{rates_in_words.biggest_step([step.gain_db for step in steps[1:n_dims]])}"
    )
    pictures.strip(
        [step.image for step in steps],
        alts=alts,
        captions=[rates.decibels(step.gain_db, signed=step is not steps[0]) for step in steps],
    )


def show_baselines(mine: Digit, ours: rates.Point) -> None:
    """Who is best at this many bytes, and who cannot be this short."""
    baselines = rates.of_baselines(mine.image)
    affordable = {name: rates.best_within(points, ours.n_bytes) for name, points in baselines.items()}
    entries = [rates.entry(comparison.OURS, ours)]
    entries += [rates.entry(name, point) for name, point in affordable.items() if point]
    st.markdown(rates_in_words.others(ours, baselines))
    best = comparison.best(entries, comparison.PSNR)
    if best is not entries[0]:
        lead = best.score - ours.psnr_db
        how = "its copy is exact" if math.isinf(lead) else f"it is {rates.decibels(lead)} closer"
        st.markdown(f"At this size **{best.name} wins**: {how}.")
    st.caption("The figures are in dB; higher is closer.", help=glossary.help_on("dB"))
    comparison.show(entries, comparison.PSNR)
    too_long = [
        f"{name} {points[0].n_bytes} bytes" for name, points in baselines.items() if not affordable[name]
    ]
    if too_long:
        st.caption(f"Even at their smallest, these need more bytes: {', '.join(too_long)}.")


def show_curve(mine: Digit, ours: rates.Point) -> None:
    """Quality over bytes for this digit."""
    points, baselines = rates.ours(mine.image), rates.of_baselines(mine.image)
    st.caption(f"PSNR: {glossary.gloss('PSNR')}. dB: {glossary.gloss('dB')}.")
    figure = charts.rates(
        rates.axes(points),
        {name: rates.axes(of, highest_db=2 * HIGHEST_DB) for name, of in baselines.items()},
        chosen=(ours.n_bytes, ours.psnr_db),
        highest_db=HIGHEST_DB,
    )
    charts.show(figure, alt=f"Quality over bytes. {rates_in_words.saturation(mine)}", height=360)
    size_mb = rates.model_bytes() / 1e6
    st.caption(
        rates_in_words.overtaken(mine)
        + "Only the code is sent, but sender and receiver both need the model, once for all digits: a file "
        f"of {size_mb:.1f} MB. PCA needs its components in the same way; picture files need nothing else."
    )


def show_lossless(mine: Digit) -> None:
    """The digit in black and white, exactly."""
    found = rates.lossless(mine.image)
    left, right = frame.split()
    with left:
        pictures.strip(
            [found.ink, found.decoded],
            alts=[f"{mine.name} in black and white", "decoded from its lossless code"],
            captions=["Black and white", "Decoded"],
            width=140,
        )
    with right:
        st.markdown(rates_in_words.lossless(mine, found))
        words = ", ".join(f"{name} {size}" for name, size in found.sizes.items())
        bars = charts.bars(found.sizes, x="bytes", ours=comparison.OURS)
        charts.show(bars, alt=f"Bytes: {words}.", height=200)
        show_hex(found.code)


def show_decoder() -> None:
    """Decode what the visitor brings; their own digit stays as it is."""
    pasted, uploaded = frame.split()
    with pasted:
        text = st.text_area(
            "Paste a code",
            key="compress_pasted",
            max_chars=codes.MAX_CHARACTERS,
            placeholder="3f 07 a1 …",
            help="In hexadecimal, as on this page. Spaces do not matter.",
        )
    with uploaded:
        file = st.file_uploader("Or open a code file", key="compress_file", max_upload_size=1)
    with frame.sentence():
        if file is not None:
            show_decoded(codes.decode(file.getvalue()))
        elif text:
            show_decoded(codes.decode(codes.from_hex(text)))


def show_decoded(found: codes.Decoded) -> None:
    kind = "a lossless code" if found.exact else "a code"
    pictures.show(found.image, alt=f"digit decoded from {kind} of {found.n_bytes} bytes")
    st.markdown(f"Decoded from {kind} of **{found.n_bytes} bytes**. {found.caution}")


@st.fragment
def show_job(mine: Digit) -> None:
    """The digit in as many bytes as the visitor chooses; another choice redraws nothing else of the page."""
    hero, side = frame.split(frame.HERO_WIDTH)
    with side:
        verdict = st.empty()
        n_bytes = st.slider(
            "Bytes", vae.MIN_CODE_BYTES, vae.MAX_CODE_BYTES, 16, key="compress_bytes", bind="query-params"
        )
    with frame.sentence():
        code, ours = rates.code(mine.image, n_bytes), rates.coded(mine.image, n_bytes)
        steps, n_dims = rates.number_by_number(code, mine.image), vae.read_code(load.model(), code).n_dims
        with hero:
            show_hero(mine, ours, steps, n_dims)
        verdict.markdown(rates_in_words.verdict(mine, ours))
        with side:
            show_code(code)
        frame.section("The fewest bytes that still read as your digit", "compress_fewest", show_fewest, mine)
        frame.section("Number by number", "compress_numbers", show_numbers, steps, n_dims)
        frame.section(
            "Against PNG, JPEG, WebP and PCA with as many bytes",
            "compress_others",
            show_baselines,
            mine,
            ours,
        )
        frame.section("More bytes, better picture?", "compress_curve", show_curve, mine, ours)
        frame.section("Without any loss, in black and white", "compress_lossless", show_lossless, mine)


def show_failure() -> None:
    """A picture that is not a digit, beside what PCA makes of it in as many bytes."""
    truth, entries = letters_and_shapes.picture(failures.SHAPE), failures.compressed()
    pictures.show(truth, alt=f"{failures.SHAPE}, the original", width=112, caption="Original")
    comparison.show(entries, comparison.PSNR)
    ours, pca = entries
    st.caption(f"{rates_in_words.compared(ours, pca)} PCA here; for digits, see the Scoreboard.")


mine = digit_input.chip(place)
show_job(mine)
frame.section("Decode a code", "compress_decode", show_decoder)

frame.what_is_happening(
    f"The encoder turns the digit into a latent code, {glossary.gloss('latent code')}, with the most "
    "important number first. Each number is rounded, only as finely as is worth its bytes, and written by a "
    f"range coder: what the prior ({glossary.gloss('prior')}) expects takes few bits, a surprise takes many. "
    "With few bytes only the first numbers are kept, and the decoder draws the most likely digit for them. "
    "Bytes that are left over correct the pixels of which the decoder is least sure. In black and white, "
    "every pixel is then written as well; it takes few bits where the decoder and the pixels before it "
    "predict it.",
    r"\begin{gathered} \text{bits} \approx \sum_{i \le k} -\log_2 P(\hat z_i \mid \hat z_{<i}) \\"
    r"\hat x = \operatorname{decode}(\hat z_1, \dots, \hat z_k) \end{gathered}",
    code=(vae.compress, vae.decompress),
)
frame.where_it_fails(
    "The model knows nothing but digits, so a short code can describe nothing else. This "
    f"{failures.SHAPE.lower()}, in at most {failures.SHAPE_BYTES} bytes, comes back as the closest shape "
    f"that the model can draw. Below, that closeness is given in dB ({glossary.gloss('dB')})."
)
with frame.sentence():
    show_failure()
