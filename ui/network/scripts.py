"""The files of the components in this folder: each one idea, joined into what a component runs and shows."""

import json
from pathlib import Path

_FILES = Path(__file__).parent


def read(name: str) -> str:
    """One file of this folder."""
    return (_FILES / name).read_text(encoding="utf-8")


def page(name: str) -> str:
    """A component's HTML, with the bars of the code in their place."""
    return read(f"{name}.html").replace("<!-- bars.svg -->", read("bars.svg"))


def joined(*names: str) -> str:
    """Scripts one after the other, as one."""
    return "\n".join(read(f"{name}.js") for name in names)


WORKER = joined("kernel", "unpack", "forward")  # what runs the network, in a thread of its own


def with_worker(*names: str) -> str:
    """Scripts as one, which knows the worker's as a text."""
    return f"const WORKER = {json.dumps(WORKER)};\n{joined(*names)}"
