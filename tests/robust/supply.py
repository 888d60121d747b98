"""What the project is built from: each package is pinned, installed as pinned, and under a free licence."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([0-9][A-Za-z0-9.]*)")
FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|HPND|Boost|Unlicense|CMU|LGPL)",
    re.IGNORECASE,
)


def pins() -> list[str]:
    """Each line of the requirements that names a package."""
    lines = [
        line.split("#")[0].strip()
        for file in sorted(ROOT.glob("requirements*.txt"))
        for line in file.read_text().splitlines()
    ]
    return sorted({line for line in lines if line and not line.startswith("-")})


N = len(pins())


def tries(n: int) -> Iterator[str | None]:
    """What is wrong with each of n packages; None where nothing is."""
    for line in pins()[:n]:
        yield wrong(line)


def wrong(line: str) -> str | None:
    """What is wrong with a line of the requirements, if anything is."""
    pin = PIN.fullmatch(line)
    if pin is None:
        return f"{line}: not pinned"
    try:
        package = importlib.metadata.distribution(pin[1])
    except importlib.metadata.PackageNotFoundError:
        return f"{line}: not installed"
    if package.version.split("+")[0] != pin[3]:
        return f"{line}: {package.version} is installed"
    said = [package.metadata.get(name) or "" for name in ("License-Expression", "License")]
    said += [each for each in package.metadata.get_all("Classifier") or [] if each.startswith("License")]
    if not any(said):  # then the licence itself says it
        said += [(package.read_text(f"licenses/{file}") or "")[:200] for file in ("LICENSE", "LICENSE.txt")]
    return None if any(map(FREE.search, said)) else f"{line}: licence {' '.join(said)[:80]!r}"
