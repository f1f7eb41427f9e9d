"""Times and memory of the workbench, through a driver of terminals that prints how long each
`<wait:TEXT>` took (`termdrive.py`); without one they are not measured."""

import json
import re
import subprocess
import sys
from pathlib import Path

MEASURE = Path(__file__).with_name("measure.py")
FRAME = "1_Findings"  # a tab of the first frame
ROWS = "·_risk_"  # in the heading of a group, so there once a row is


class Screen:
    """The workbench in a terminal."""

    def __init__(self, driver, gimlet, environment):
        self.driver, self.gimlet, self.environment = driver, gimlet, environment

    def usable(self):
        """Why it cannot be used, or nothing."""
        if not self.driver or not Path(self.driver).is_file():
            return "no termdrive.py (--termdrive)"
        missing = [name for name in ("pexpect", "pyte") if subprocess.run(
            [sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode]
        return f"pip install {' '.join(missing)}" if missing else None

    def drive(self, steps, command, timeout):
        """The seconds of each wait, or nothing when one ran out."""
        told = subprocess.run([sys.executable, str(self.driver), "--timeout", str(timeout), steps, "--", *command],
                              capture_output=True, text=True, check=False, env=self.environment)
        if told.returncode:
            return None
        return [float(ms) for ms in re.findall(r"^<wait:.*> after (\d+) ms", told.stdout, re.MULTILINE)]

    def times(self, path):
        """Milliseconds from the start to the first frame and to the first rows."""
        waits = self.drive(f"<wait:{FRAME}> <wait:{ROWS}> q <exit>", [self.gimlet, str(path)], 120)
        # A wait begins when the one before it ends.
        return (waits[0], waits[0] + waits[1]) if waits and len(waits) == 2 else None

    def memory(self, path, events, note):
        """The peak in MiB when all events are in."""
        steps = f"<wait:{events:,}_events> <settle> q <exit>"
        command = [sys.executable, str(MEASURE), str(note), self.gimlet, str(path)]
        if self.drive(steps, command, 600) is None:
            return None
        return json.loads(Path(note).read_text())["peak"]
