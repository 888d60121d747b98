"""Try to break the project: `python -m tests.robust.run --help`; it prints one table."""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tqdm import tqdm

from tests.robust import broken_files, browsers, corpus, fuzz, supply, training

SHOWN = 5  # failures of each kind


class Kind(NamedTuple):
    """One kind of try: how many there are in the whole run, and what makes them."""

    name: str
    n: int
    tries: Callable[[int], Iterator[str | None]]


KINDS = (
    Kind("fuzz", fuzz.N, fuzz.tries),
    Kind("codes", corpus.N, corpus.tries),
    Kind("training", training.N, training.tries),
    Kind("broken files", broken_files.N, broken_files.tries),
    Kind("browsers", browsers.N, browsers.tries),
    Kind("supply", supply.N, supply.tries),
)


def main() -> None:
    """Run the kinds that were asked for, and fail where anything did."""
    parser = argparse.ArgumentParser(description="Try to break the project, and count how often it broke.")
    parser.add_argument("--share", type=float, default=1.0, help="of the whole run, such as 0.1")
    names = [kind.name for kind in KINDS]
    parser.add_argument("--kinds", nargs="+", choices=names, default=names, help="to try")
    options = parser.parse_args()
    lines, failures = [], []
    for kind in (each for each in KINDS if each.name in options.kinds):
        n = max(1, round(options.share * kind.n))
        outcomes = list(tqdm(kind.tries(n), total=n, desc=kind.name, mininterval=2))
        failed = [outcome for outcome in outcomes if outcome is not None]
        lines.append(f"| {kind.name} | {len(outcomes):,} | {len(failed)} |")
        failures += [f"{kind.name}: {outcome}" for outcome in failed[:SHOWN]]
    print("| kind | tries | failures |", "| --- | ---: | ---: |", *lines, *failures, sep="\n")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
