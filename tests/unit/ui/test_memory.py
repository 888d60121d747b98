"""What threads leave idle goes back to the system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BEGIN = """
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ui.shell import memory

def resident_mb():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

memory.keep_little()
"""
USE = """
with ThreadPoolExecutor(8) as pool:
    kept = list(pool.map(lambda _: [bytearray(60_000) for _ in range(500)], range(8)))
    kept = [lists[::10] for lists in kept]
    before = resident_mb()
    exec(sys.argv[1])
    print(before, resident_mb())
"""
AT_REST = """
memory.REST_SECONDS = 1.0
for _ in range(3):
    memory.give_back_at_rest()
assert resident_mb() > 0.9 * before  # not while pages run
time.sleep(2.5)
"""
PHOTOS = """
def read_photo():
    pixels = [bytearray(20_000_000) for _ in range(6)]
    print(resident_mb())

def one_after_the_other():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(read_photo).result()

one_after_the_other()
one_after_the_other()
print(resident_mb())
"""


def said(script: str, *words: str) -> list[float]:
    """The megabytes that a process of its own says it holds."""
    command = [sys.executable, "-c", BEGIN + script, *words]
    run = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    return [float(number) for number in run.stdout.split()]


@pytest.mark.parametrize("how", ["memory.give_back()", AT_REST])
def test_what_lies_idle_is_given_back(how: str) -> None:
    before, after = said(USE, how)
    assert before > 200
    assert after < 0.4 * before


def test_the_large_blocks_of_a_photo_go_back_at_once() -> None:
    first, second, after = said(PHOTOS)
    assert first > 120 and second > 120
    assert after < first - 110
