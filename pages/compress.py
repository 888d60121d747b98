"""Compress: the digit in as few bytes as the visitor likes, beside what everybody else uses."""

import math

import streamlit as st

from ui.shell import frame, glossary

frame.page(
    "Compress to a handful of bytes",
    "pages/compress.py",
    "A picture file describes pixels. The model describes the digit: which one it is, how slanted, how bold.",
)
with frame.loading():
    import vae
    from ui import codes, comparison, naming, rates
    from ui.digit import digit_input, letters_and_shapes
    from ui.digit.digit import Digit
    from ui.shell import load, source
    from ui.view import charts, pictures
    from vae.baselines import classical

HIGHEST_DB = 45.0
OOD_SHAPE, OOD_BYTES = "Star", 12


def code_of(mine: Digit, n_bytes: int) -> bytes:
    return mine.once(f"code {n_bytes}", lambda: vae.compress(load.model(), mine.image, n_bytes=n_bytes))


def chosen(mine: Digit, n_bytes: int) -> rates.Point:
    code = code_of(mine, n_bytes)
    decoded = mine.once(f"decoded {n_bytes}", lambda: vae.decompress(load.model(), code))
    return rates.measured(len(code), decoded, mine.image)


def baseline_points(mine: Digit) -> dict[str, list[rates.Point]]:
    return mine.once("baseline rates", lambda: rates.of_baselines(mine.image))


def our_points(mine: Digit) -> list[rates.Point]:
    return mine.once("rates", lambda: rates.ours(mine.image))


def show_result(mine: Digit, ours: rates.Point) -> None:
    """What became of the digit, in words and pictures."""
    st.markdown(_verdict(mine, ours))
    with st.container(horizontal=True, gap="xsmall"):
        pictures.show(mine.image, alt=f"{mine.name}, the original", width=112, caption="Original")
        pictures.show(
            ours.image, alt=f"decoded from {ours.n_bytes} bytes", width=112, caption=f"{ours.n_bytes} bytes"
        )
        pictures.difference(
            ours.image, mine.image, alt="decoded minus original", width=112, caption="Difference"
        )


def show_code(code: bytes) -> None:
    """The bytes themselves."""
    said, n_all = vae.read_code(load.model(), code), load.model().config.latent_dim
    n_dims, n_corrections = said.n_dims, said.n_corrections
    corrections = f", {n_corrections} corrections where the decoder is unsure" if n_corrections else ""
    st.caption(f"All that is sent: {n_dims} of the model's {n_all} numbers{corrections}, and a checksum.")
    st.code(code.hex(" "), language=None, wrap_lines=True)
    st.download_button(
        "Download this code",
        code,
        f"digit-{len(code)}-bytes.code",
        "application/octet-stream",
        key="compress_download",
        icon=":material/download:",
        on_click="ignore",
    )


def _verdict(mine: Digit, ours: rates.Point) -> str:
    needed = {
        name: rates.cheapest_as_good(points, ours.psnr_db) for name, points in baseline_points(mine).items()
    }
    found = {name: point.n_bytes for name, point in needed.items() if point}
    more = [f"{name} {n_bytes}" for name, n_bytes in found.items() if n_bytes > ours.n_bytes]
    less = [f"{name} {n_bytes}" for name, n_bytes in found.items() if n_bytes <= ours.n_bytes]
    never = [name for name, point in needed.items() if not point]
    became = naming.became(mine.image, ours.image)
    fits = (
        f"{mine.subject} fits in **{ours.n_bytes} bytes**."
        if became is None
        else f"**{ours.n_bytes} bytes** are too few for {mine.name}: it comes back as **{became}**."
    )
    return (
        fits
        + (f" To come as close to the original, others need more bytes: {', '.join(more)}." if more else "")
        + (f" As close with no more bytes: **{', '.join(less)}**." if less else "")
        + (f" No number of bytes would be enough for {' or '.join(never)}." if never else "")
    )


def show_numbers(mine: Digit, code: bytes) -> None:
    """The code's numbers as they arrive, one by one, and what each adds."""
    steps = mine.once(f"numbers {code.hex()}", lambda: rates.number_by_number(code, mine.image))
    n_dims = vae.read_code(load.model(), code).n_dims
    is_corrected = len(steps) > n_dims
    st.header("Number by number", anchor=False)
    st.markdown(
        f"This code holds **{n_dims} numbers**, the most important first"
        + (", and a final correction of the picture. " if is_corrected else ". ")
        + f"Here they arrive one by one, each with what it adds in dB ({glossary.gloss('dB')}). "
        f"{_biggest([step.gain_db for step in steps[1:n_dims]])}"
    )
    pictures.strip(
        [step.image for step in steps],
        alts=[f"decoded from the first {i} numbers" for i in range(1, n_dims + 1)]
        + ["decoded with the correction"] * is_corrected,
        captions=[rates.decibels(step.gain_db, signed=step is not steps[0]) for step in steps],
        width=64,
    )


def _biggest(gains: list[float]) -> str:
    if not gains:
        return "With more bytes, more numbers follow."
    best = max(gains)
    return f"The biggest step is number {gains.index(best) + 2}: {rates.decibels(best)}."


def show_baselines(mine: Digit, ours: rates.Point) -> None:
    """Who is best at this many bytes, and who cannot be this short."""
    affordable = {
        name: rates.best_within(points, ours.n_bytes) for name, points in baseline_points(mine).items()
    }
    entries = [_entry(comparison.OURS, ours)]
    entries += [_entry(name, point) for name, point in affordable.items() if point]
    too_long = {
        name: points[0].n_bytes for name, points in baseline_points(mine).items() if not affordable[name]
    }
    st.header(f"Other methods with {ours.n_bytes} bytes", anchor=False)
    best = comparison.best(entries, comparison.PSNR)
    if best is not entries[0]:
        lead = best.score - ours.psnr_db
        how = "its copy is exact" if math.isinf(lead) else f"it is {rates.decibels(lead)} closer"
        st.markdown(f"At this size **{best.name} wins**: {how}.")
    comparison.show(entries, comparison.PSNR)
    if too_long:
        shortest = ", ".join(f"{name} {n_bytes} bytes" for name, n_bytes in too_long.items())
        st.caption(f"Even at their smallest, these need more bytes: {shortest}.")


def _entry(name: str, point: rates.Point) -> comparison.Entry:
    words = f"{rates.decibels(point.psnr_db)} · {point.n_bytes} bytes"
    return comparison.Entry(name, point.image, point.psnr_db, words)


def show_curve(mine: Digit, ours: rates.Point) -> None:
    """Quality over bytes for this digit."""
    st.header("More bytes, better picture?", anchor=False, help=glossary.help_on("PSNR"))
    with st.skeleton(height=420):
        points = our_points(mine)
    figure = charts.rates(
        rates.axes(points),
        {name: rates.axes(of, highest_db=2 * HIGHEST_DB) for name, of in baseline_points(mine).items()},
        chosen=(ours.n_bytes, ours.psnr_db),
        highest_db=HIGHEST_DB,
    )
    charts.show(figure, alt=f"Quality over bytes. {_saturation(mine)}", height=360)
    size_mb = rates.model_bytes() / 1e6
    st.caption(
        _overtaken(mine)
        + "Only the code is sent, but sender and receiver both need the model, once for all digits: a file "
        f"of {size_mb:.1f} MB. PCA needs its components in the same way; picture files need nothing else."
    )


def _overtaken(mine: Digit) -> str:
    best = max(point.psnr_db for point in our_points(mine))
    png = rates.cheapest_as_good(baseline_points(mine)["PNG"], best)
    return f"PNG catches up with the model's best code at {png.n_bytes} bytes. " if png else ""


def _fewest(mine: Digit) -> str:
    n_bytes = rates.fewest_that_read(our_points(mine), mine.image)
    if n_bytes is None:
        return f"However many bytes it gets, {mine.name} does not come back as a clear digit."
    return f"{n_bytes} bytes are the fewest from which {mine.name} comes back as the digit that it is."


def _saturation(mine: Digit) -> str:
    points = our_points(mine)
    few, most = rates.last_gain(points), points[-1]
    if few is most:
        return f"For {mine.name}, the model makes use of all {most.n_bytes} bytes."
    return (
        f"{mine.subject} from {few.n_bytes} bytes: {rates.decibels(few.psnr_db)}; "
        f"from {most.n_bytes}: {rates.decibels(most.psnr_db)}, no better."
    )


def show_lossless(mine: Digit) -> None:
    """The digit in black and white, exactly."""
    st.header("Without any loss, in black and white", anchor=False)
    ink = rates.black_and_white(mine.image)
    code = mine.once("ink", lambda: vae.compress_ink(load.model(), ink))
    decoded = vae.decompress_ink(load.model(), code)
    sizes = {comparison.OURS: len(code), **classical.lossless_sizes(ink)}
    left, right = frame.split()
    with left:
        pictures.strip(
            [ink, decoded],
            alts=[f"{mine.name} in black and white", "decoded from its lossless code"],
            captions=["Black and white", "Decoded"],
            width=140,
        )
    with right:
        best = min(sizes, key=lambda name: sizes[name])
        st.markdown(
            f"In pure black and white, {mine.name} takes **{len(code)} bytes**; as a PNG it takes "
            f"{sizes['PNG']}. {'The model' if best == comparison.OURS else best} needs the fewest. "
            + (
                "Decoded again just now, every pixel is the same."
                if decoded.equal(ink)
                else "It did NOT decode exactly."
            )
        )
        words = ", ".join(f"{name} {size}" for name, size in sizes.items())
        charts.show(charts.bars(sizes, x="bytes", ours=comparison.OURS), alt=f"Bytes: {words}.", height=200)
        st.code(code.hex(" "), language=None, wrap_lines=True)


@st.fragment
def show_decoder() -> None:
    """Decode what the visitor brings; their own digit stays as it is."""
    st.header("Decode a code", anchor=False)
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
    st.markdown(f"Decoded from {kind} of **{found.n_bytes} bytes**.")


def show_failure() -> None:
    """A picture that is not a digit, beside what PCA makes of it in as many bytes."""
    truth = letters_and_shapes.picture(OOD_SHAPE)
    entries = ood_entries()
    pictures.show(truth, alt=f"{OOD_SHAPE}, the original", width=112, caption="Original")
    comparison.show(entries, comparison.PSNR)
    ours, pca = entries
    st.caption(f"{_compared(ours, pca)} PCA here; for digits, see the Scoreboard.")


def _compared(ours: comparison.Entry, pca: comparison.Entry) -> str:
    standing = comparison.standing(ours, pca, comparison.PSNR)
    if standing == "tied":
        return "The model is as good as"
    gap = rates.decibels(abs(ours.score - pca.score))
    return f"The model is {gap} {'ahead of' if standing == 'ahead' else 'behind'}"


@st.cache_resource(show_spinner=False)
def ood_entries() -> list[comparison.Entry]:
    """The model's code of the out-of-distribution shape and PCA's."""
    truth = letters_and_shapes.picture(OOD_SHAPE)
    decoded = vae.decompress(load.model(), vae.compress(load.model(), truth, n_bytes=OOD_BYTES))
    pca = rates.best_within(rates.of_baselines(truth)["PCA"], OOD_BYTES)
    points = {comparison.OURS: rates.measured(OOD_BYTES, decoded, truth), "PCA": pca}
    return [_entry(name, point) for name, point in points.items() if point]


left, right = frame.split()
with left:
    mine = digit_input.choose()
with right:
    n_bytes = st.slider(
        "Bytes", vae.MIN_CODE_BYTES, vae.MAX_CODE_BYTES, 12, key="compress_bytes", bind="query-params"
    )
    fewest = st.empty()
with right, frame.sentence():
    show_result(mine, chosen(mine, n_bytes))
    show_code(code_of(mine, n_bytes))
with frame.sentence():
    show_numbers(mine, code_of(mine, n_bytes))
    show_baselines(mine, chosen(mine, n_bytes))
with frame.sentence():
    show_curve(mine, chosen(mine, n_bytes))
    fewest.caption(_fewest(mine))
with frame.sentence():
    show_lossless(mine)
show_decoder()

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
)
source.show(vae.compress, vae.decompress)
frame.where_it_fails(
    "The model knows nothing but digits, so a short code can describe nothing else. This "
    f"{OOD_SHAPE.lower()}, in {OOD_BYTES} bytes, comes back as the closest shape that the model can draw."
)
with frame.sentence():
    show_failure()
