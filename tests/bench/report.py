"""The tables of a comparison: what was measured, and what had to be reached."""

from measure import median, ratio

MB = 1e6


def table(head, rows):
    """A Markdown table with columns of equal width."""
    cells = [head, *rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def measured(results, sizes):
    """Medians, one line a tool and corpus."""
    rows = []
    for corpus, tools in results.items():
        for tool, result in tools.items():
            runs = result["runs"]
            cpu, wall, peak = (median(runs, what) for what in ("cpu", "wall", "peak"))
            rows.append([corpus, tool, f"{cpu:.3f}", f"{wall:.3f}", f"{peak:.0f}",
                         f"{sizes[corpus] / MB / cpu:,.0f}" if cpu else "-", result["found"] or "-"])
    return table(["corpus", "tool", "CPU s", "wall s", "peak MiB", "MB a CPU s", "found"], rows)


class Limit:
    """A line of the second table."""

    def __init__(self, work, must, value, unit="", at_most=True):
        self.work, self.must, self.value, self.unit, self.at_most = work, must, value, unit, at_most

    def met(self):
        """Whether it is; nothing when it was not measured."""
        if self.value is None:
            return None
        return self.value <= self.must if self.at_most else self.value >= self.must

    def cells(self):
        """As a row of the table."""
        sign = "≤" if self.at_most else "≥"
        digits = 2 if self.unit == " x" else 0
        value = "not measured" if self.value is None else f"{self.value:,.{digits}f}{self.unit}"
        verdict = {None: "-", True: "met", False: "NOT MET"}[self.met()]
        return [self.work, f"{sign} {self.must:g}{self.unit}", value, verdict]

    def plain(self):
        """As data."""
        return {"work": self.work, "must": self.must, "at_most": self.at_most, "value": self.value,
                "unit": self.unit.strip(), "met": self.met()}


def limits(results, sizes, screen):
    """What had to be reached, beside what was."""

    def over(corpus, other, what):
        tools = results.get(corpus, {})
        if "gimlet" not in tools or other not in tools:
            return None
        return ratio(tools["gimlet"]["runs"], tools[other]["runs"], what)

    def speed(corpus):
        result = results.get(corpus, {}).get("gimlet, index pass")
        return sizes[corpus] / MB / median(result["runs"], "cpu") if result else None

    def peak(corpora):
        peaks = [median(results[c]["gimlet"]["runs"], "peak") for c in corpora if c in results]
        return max(peaks, default=None)

    return [
        Limit("hunt, XML: CPU to rg", 2.0, over("xml", "rg", "cpu"), " x"),
        Limit("hunt, XML: wall to rg", 1.2, over("xml", "rg", "wall"), " x"),
        Limit("hunt, NDJSON: CPU to rg", 2.0, over("ndjson", "rg", "cpu"), " x"),
        Limit("hunt, EVTX: CPU to cat", 4.0, over("evtx", "cat", "cpu"), " x"),
        Limit("hunt, folder of EVTX: CPU to cat", 3.0, over("folder", "cat", "cpu"), " x"),
        Limit("hunt, XML in gz: wall to zcat", 1.3, over("gz", "zcat", "wall"), " x"),
        Limit("index pass, XML: MB a CPU second", 700, speed("xml"), at_most=False),
        Limit("index pass, EVTX: MB a CPU second", 250, speed("evtx"), at_most=False),
        Limit("hunt, any corpus: peak memory", 64, peak(c for c in results if c != "ten"), " MiB"),
        Limit("hunt, XML ten times as large: peak memory", 64, peak(["ten"]), " MiB"),
        Limit("workbench, XML: first frame", 100, screen.get("frame"), " ms"),
        Limit("workbench, XML: first rows", 500, screen.get("rows"), " ms"),
        Limit("workbench, folder of EVTX: first rows", 1000, screen.get("folder rows"), " ms"),
        Limit("workbench, XML: bytes an event, each text once too", 200, screen.get("event bytes"), " B"),
        Limit("workbench, XML ten times as large: bytes an event", 200, screen.get("bare event bytes"), " B"),
        Limit("workbench: five million events", 2048, screen.get("five million MiB"), " MiB"),
    ]
