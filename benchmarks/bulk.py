"""Many digits in one call beside one digit a call, on one thread: `python -m benchmarks.bulk`.

The floor of a call is what it needs of the bare encoder or decoder.
"""

import argparse
import time
from collections.abc import Callable

import torch

from benchmarks.job_list import jobs_for

N_SINGLE = 20  # digits that are given one by one
REPEATS = 5  # of the floor, of which the quickest counts


def seconds(call: Callable[[], object]) -> float:
    """The time that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@torch.inference_mode()
def main() -> None:
    """Print a table: job, digits a second one by one and at once, their ratio, and the share of the floor."""
    parser = argparse.ArgumentParser(description="Time many digits in one call beside one digit a call.")
    parser.add_argument("--digits", type=int, default=1000, help="in one call")
    n = parser.parse_args().digits
    torch.set_num_threads(1)
    x, jobs = jobs_for(n)
    print(f"{'job':16}{'one by one /s':>15}{f'{n} at once /s':>17}{'ratio':>8}{'bare / job':>12}")
    for name, (call, bare, n_bare) in jobs.items():
        call(x[:1])
        single = N_SINGLE / seconds(lambda call=call: [call(x[:1]) for _ in range(N_SINGLE)])
        bulk = n / seconds(lambda call=call: call(x))
        line = f"{name:16}{single:15.1f}{bulk:17.1f}{bulk / single:8.1f}"
        if bare:
            floor = n_bare / min(seconds(bare) for _ in range(REPEATS))
            line += f"{bulk / floor:12.2f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
