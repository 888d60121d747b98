"""The library as a whole: what it exports, what it imports, what import does."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vae

ROOT = Path(vae.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
JOBS = {"compress", "ink", "generate", "denoise", "anomaly", "impute"}
CONTRACT = [
    "load_model",
    "log_likelihood",
    "frame_drawing",
    "frame_strokes",
    "compress",
    "decompress",
    "compress_ink",
    "decompress_ink",
    "sample",
    "latent_grid",
    "interpolate",
    "Noise",
    "corrupt",
    "denoise",
    "anomaly_score",
    "anomaly_p_value",
    "surprise_map",
    "impute",
    "load_gallery",
    "psnr",
    "ssim",
    "KINDS",
    "estimate_noise",
    "anomaly_reference",
    "decompress_prefixes",
    "n_code_corrections",
    "n_code_dims",
    "decode_standard",
    "MAX_CODE_BYTES",
    "MIN_CODE_BYTES",
]


def imported(module: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return names


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract_is_exported(name: str) -> None:
    assert name in vae.__all__
    assert hasattr(vae, name)


def test_every_exported_name_exists() -> None:
    assert all(hasattr(vae, name) for name in vae.__all__)
    assert len(vae.__all__) == len(set(vae.__all__))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_library_knows_nothing_of_the_app(module: Path) -> None:
    assert not any(name.split(".")[0] in {"streamlit", "ui", "pages"} for name in imported(module))


@pytest.mark.parametrize("job", sorted(JOBS))
def test_the_jobs_do_not_import_each_other(job: str) -> None:
    others = {f"vae.{other}" for other in JOBS - {job}}
    assert not imported(ROOT / f"{job}.py") & others


def test_import_is_quiet_and_leaves_out_what_only_training_needs() -> None:
    unwanted = {"streamlit", "torchvision", "matplotlib", "sklearn"}
    check = f"import vae, sys; print({unwanted} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", check],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "set()\n"
    assert run.stderr == ""


@pytest.mark.parametrize("command", ["train", "calibrate", "specialists", "plain"])
def test_the_commands_explain_themselves(command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", f"vae.{command}", "--help"],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--data" in run.stdout
    assert "MNIST" in run.stdout


def test_a_command_that_cannot_go_on_says_one_sentence(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "vae.calibrate", "--weights", str(tmp_path)],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("vae.calibrate: there is no weights file vae.safetensors")
    assert "Traceback" not in run.stderr
