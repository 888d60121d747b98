"""What pip makes of the requirements: the app gets PyTorch's CPU build where its index can be reached."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PIN = re.compile(r"([\w-]+)(?:\[\w+\])?==([\w.]+)")


def pins(*names: str) -> dict[str, str]:
    """The versions that some requirements files pin."""
    lines = [line for name in names for line in (ROOT / name).read_text().splitlines()]
    return {pin[1]: pin[2] for line in lines if (pin := PIN.fullmatch(line))}


def offer(index: Path, name: str, version: str) -> None:
    """Put an empty package into a local index."""
    wheel = f"{name.replace('-', '_')}-{version}"
    folder = index / name
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{wheel}-py3-none-any.whl", "w") as file:
        facts = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        file.writestr(f"{wheel}.dist-info/METADATA", facts)
        file.writestr(f"{wheel}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{wheel}.dist-info/RECORD", "")
    (folder / "index.html").write_text(
        "".join(f'<a href="{each.name}">{each.name}</a>' for each in folder.glob("*.whl"))
    )


def chosen(folder: Path, name: str, indexes: dict[str, Path]) -> str:
    """What pip would install for a requirements file, with local indexes in the place of real ones."""
    for file in ROOT.glob("requirements*.txt"):
        text = file.read_text().replace(CPU_INDEX, indexes["cpu"].as_uri())
        (folder / file.name).write_text(text)
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
    command += ["--no-cache-dir", "--index-url", indexes["pypi"].as_uri(), "-r", str(folder / name)]
    own = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    settings = own | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(command, env=settings, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("offers_cpu", [True, False])
def test_the_app_takes_the_cpu_build_where_it_is_offered(tmp_path: Path, offers_cpu: bool) -> None:
    indexes = {name: tmp_path / name for name in ("pypi", "cpu")}
    wanted = pins("requirements.txt", "requirements-library.txt")
    for package, version in wanted.items():
        offer(indexes["pypi"], package, version)
    if offers_cpu:
        offer(indexes["cpu"], "torch", f"{wanted['torch']}+cpu")
    said = chosen(tmp_path, "requirements.txt", indexes)
    assert f"torch-{wanted['torch']}{'+cpu' if offers_cpu else ''}" in said.split()


def test_training_takes_pytorch_from_pypi() -> None:
    assert CPU_INDEX not in (ROOT / "requirements-train.txt").read_text()
    assert CPU_INDEX not in (ROOT / "requirements-library.txt").read_text()


def test_every_requirement_is_pinned() -> None:
    for file in ROOT.glob("requirements*.txt"):
        lines = [line for line in file.read_text().splitlines() if not line.startswith(("#", "-"))]
        assert lines
        assert all(PIN.fullmatch(line) for line in lines), file.name
