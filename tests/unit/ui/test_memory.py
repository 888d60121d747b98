"""What threads leave idle goes back to the system."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
USE = """
import re
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
    memory.give_back()
    print(before, resident_mb())
"""


def test_what_lies_idle_is_given_back() -> None:
    said = subprocess.run(
        [sys.executable, "-c", USE], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    before, after = map(float, said.stdout.split())
    assert before > 200
    assert after < 0.4 * before
