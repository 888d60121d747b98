"""The library as a whole: what it exports, what it imports, what import does."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import vae

ROOT = Path(vae.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
ROOMS = {  # each with those whose modules it may import, beside its own and those of no room
    "": set(),
    "framing": set(),
    "posterior": set(),
    "codec": {"posterior"},
    "jobs": {"posterior", "codec"},
    "training": {"posterior", "codec", "jobs"},
    "baselines": {"training"},
    "evaluation": {"framing", "posterior", "codec", "jobs", "training", "baselines"},
}
FACES = {"__init__", "train", "calibrate", "evaluate"}  # the library's public face and its commands
PAGES = [ROOT.parent / "streamlit_app.py", *sorted((ROOT.parent / "pages").glob("*.py"))]
FORMATS = sorted((ROOT.parent / "ui" / "formats").glob("*.py"))
JOBS = sorted(path.stem for path in (ROOT / "jobs").glob("[!_]*.py"))
COMMANDS = [
    "train",
    "calibrate",
    "evaluate",
    "evaluation.specialists",
    "evaluation.plain_vae",
    "baselines.fit",
    "baselines.tune",
]
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
    "read_code",
    "decode_standard",
    "MAX_CODE_BYTES",
    "MIN_CODE_BYTES",
    "InputError",
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


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_what_lies_below_it_alone(module: Path) -> None:
    room = "" if module.parent == ROOT else module.parent.name
    if room == "" and module.stem in FACES:
        return
    found = {name.split(".")[1] for name in imported(module) if name.startswith("vae.")}
    assert (found & set(ROOMS)) - {room} <= ROOMS[room]


@pytest.mark.parametrize("module", FORMATS, ids=lambda path: path.stem)
def test_the_formats_of_the_app_need_neither_streamlit_nor_the_rest_of_the_app(module: Path) -> None:
    assert len(FORMATS) > 5
    names = {name for name in imported(module) if name.split(".")[0] in {"streamlit", "ui", "pages"}}
    assert all(name.startswith("ui.formats") for name in names)


@pytest.mark.parametrize("job", JOBS)
def test_the_jobs_do_not_import_each_other(job: str) -> None:
    assert len(JOBS) == 6
    others = {f"vae.jobs.{other}" for other in JOBS if other != job}
    assert not imported(ROOT / "jobs" / f"{job}.py") & others


def test_no_module_has_the_name_of_something_exported() -> None:
    assert not {path.stem for path in MODULES} & set(vae.__all__)


def test_import_is_quiet_and_leaves_out_what_not_everybody_needs() -> None:
    unwanted = {
        "streamlit",
        "torchvision",
        "matplotlib",
        "sklearn",
        "tyro",
        "scipy.ndimage",
        "skimage.filters",
    }
    unwanted |= {f"vae.{room}" for room in ("training", "evaluation", "baselines")}
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


def test_the_pages_load_nothing_of_training() -> None:
    root = ROOT.parent
    names = {name for page in PAGES for name in imported(page)}
    modules = sorted(name for name in names if (root / f"{name.replace('.', '/')}.py").is_file())
    assert len(modules) > 30
    check = [
        "import sys, unittest.mock",
        "sys.modules['streamlit_drawable_canvas'] = unittest.mock.Mock()",  # the real one needs a running app
        f"import {', '.join(modules)}",
        "print([name for name in sys.modules if name.startswith('vae.training')])",
    ]
    run = subprocess.run(
        [sys.executable, "-c", "; ".join(check)], cwd=root, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_explain_themselves(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [command, "--help"])
    monkeypatch.delitem(sys.modules, f"vae.{command}", raising=False)
    with pytest.raises(SystemExit) as end:
        runpy.run_module(f"vae.{command}", run_name="__main__", alter_sys=True)
    assert end.value.code == 0
    said = capsys.readouterr()
    assert "--data" in said.out
    assert "MNIST" in said.out
    assert said.err == ""


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
