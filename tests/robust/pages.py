"""What pages show: `python -m tests.robust.pages PAGE ...` opens them in its own process and prints JSON."""

import json
import logging
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = ("streamlit_app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")))


class Seen(NamedTuple):
    """What stands on a page beside what it is for."""

    errors: list[str]  # error boxes
    sentences: list[str]  # about what could not be shown


def opened(page: str) -> Seen:
    """Open a page as a first visitor's browser would."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / PAGES[0]), default_timeout=600)
    if page != PAGES[0]:
        app.switch_page(page)
    app.run()
    return Seen([str(each.message) for each in app.exception], [str(each.value) for each in app.warning])


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps([opened(page)._asdict() for page in sys.argv[1:]]))
