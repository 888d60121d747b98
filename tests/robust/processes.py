"""The environment of a process that a test starts."""

import os


def environment(**changes: str) -> dict[str, str]:
    """This process's environment, on one thread and without bytecode files, with changes."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", **changes}
