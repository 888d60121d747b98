"""The code shown on a page is the code that runs."""

import inspect

import vae
from ui.shell import source


def test_the_lines_shown_are_those_of_the_source_without_its_docstring():
    shown = source.lines_of(vae.compress).splitlines()
    written = inspect.getsource(vae.compress).splitlines()
    assert shown == [line for line in written if line in shown]
    assert any(line.startswith("def compress(") for line in shown)
    assert "Raises:" not in source.lines_of(vae.compress)
    compile(source.lines_of(vae.compress), "shown", "exec")


def test_a_function_without_docstring_is_shown_whole():
    def bare(x: int) -> int:
        return x + 1

    assert source.lines_of(bare) == "def bare(x: int) -> int:\n    return x + 1"
