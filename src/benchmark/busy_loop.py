"""Checks that the quota of a control group holds: runs a busy loop in it, and prints its share of a processor.

usage: busy_loop.py GROUP
"""

import os
import sys
import time

EXPECTED = 512 / 1769


def main(group):
    with open(os.path.join(group, "cgroup.procs"), "w") as processes:
        processes.write(str(os.getpid()))
    started, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - started < 3:
        pass
    share = (time.process_time() - used) / (time.perf_counter() - started)
    print(f"a busy loop gets {share:.3f} of a processor; expected {EXPECTED:.3f}")
    if abs(share - EXPECTED) > 0.02:
        sys.exit("the quota of the control group does not hold")


if __name__ == "__main__":
    main(*sys.argv[1:])
