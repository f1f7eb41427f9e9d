"""Runs commands and measures them: CPU seconds, wall time, peak memory of the whole process.

The peak of a child cannot be told below that of the process that started it (Linux hands it over
at exec), so the programs that call this stay small; `floor` says how small.

As a program: measure.py NOTE COMMAND [ARG...] runs the command on this terminal and writes its
measure to the file NOTE.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass


@dataclass
class Measure:
    """One run."""

    cpu: float  # seconds, user and system
    wall: float  # seconds
    peak: float  # MiB
    status: int  # exit status, or the negative number of the signal


def run(command, output=None, cwd=None, env=None):
    """Runs a command once; standard output goes to the file `output`, or nowhere. Nothing is
    printed: what a program says beside its output is not compared."""
    with open(output or os.devnull, "wb") as out:
        began = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL,
                                 cwd=cwd, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
    # The child is reaped: Popen must not wait for it again.
    child.returncode = os.waitstatus_to_exitcode(status)
    return Measure(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, child.returncode)


def floor():
    """The peak of this process in MiB: no child's can be told to be smaller."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def median(runs, what):
    """The median of one figure of several runs."""
    return statistics.median(getattr(each, what) for each in runs)


def ratio(runs, others, what):
    """The median over the rounds of the ratio of a round's two runs: what slows the machine down
    for a while slows both."""
    pairs = [(getattr(a, what), getattr(b, what)) for a, b in zip(runs, others)]
    return statistics.median(a / b for a, b in pairs if b > 0) if any(b > 0 for _, b in pairs) else None


def main():
    """Runs a command on this terminal and notes its measure."""
    note, command = sys.argv[1], sys.argv[2:]
    began = time.monotonic()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    measure = Measure(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024,
                      child.returncode)
    with open(note, "w") as out:
        json.dump(asdict(measure), out)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
