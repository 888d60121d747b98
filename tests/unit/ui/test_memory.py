"""What threads leave idle goes back to the system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
USE = """
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ui.shell import memory

def resident_mb():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

memory.share_arenas()
with ThreadPoolExecutor(8) as pool:
    kept = list(pool.map(lambda _: [bytearray(60_000) for _ in range(500)], range(8)))
    kept = [lists[::10] for lists in kept]
    before = resident_mb()
    exec(sys.argv[1])
    print(before, resident_mb())
"""
AT_REST = """
memory.REST_SECONDS = 0.3
for _ in range(3):
    memory.give_back_at_rest()
assert resident_mb() > 0.9 * before  # not while pages run
time.sleep(1.5)
"""


@pytest.mark.parametrize("how", ["memory.give_back()", AT_REST])
def test_what_lies_idle_is_given_back(how: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", USE, how], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    before, after = map(float, said.stdout.split())
    assert before > 200
    assert after < 0.4 * before
