"""Sysmon events for the text corpora: taken from text files, told as XmlWinEventLog and as JSON.

An event is read from a line `<Event ...>` of an XML log or from a flat JSON export, and becomes a
pair of templates with holes for what makes a copy of it an event of its own: time, record number,
host, process id and GUID, the end of the command line. It is not a reader of evidence: what does
not look like one Sysmon event on one line is left out.
"""

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, unescape

PROVIDER = "Microsoft-Windows-Sysmon"
GUID = "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"
XMLNS = "http://schemas.microsoft.com/win/2004/08/events/event"

# The fields of each event id in the order of Sysmon's own manifest: flat exports lose it.
FIELDS = {
    1: "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName "
       "CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
       "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser",
    2: "RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime PreviousCreationUtcTime User",
    3: "RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname "
       "SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort "
       "DestinationPortName",
    5: "RuleName UtcTime ProcessGuid ProcessId Image User",
    7: "RuleName UtcTime ProcessGuid ProcessId Image ImageLoaded FileVersion Description Product Company "
       "OriginalFileName Hashes Signed Signature SignatureStatus User",
    9: "RuleName UtcTime ProcessGuid ProcessId Image Device User",
    10: "RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID "
        "TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser",
    11: "RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime User",
    12: "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject User",
    13: "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details User",
    17: "RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User",
    18: "RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User",
    22: "RuleName UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User",
}
VERSIONS = {1: 5, 2: 5, 3: 5, 5: 3, 7: 3, 9: 2, 10: 3, 11: 2, 12: 2, 13: 2, 17: 1, 18: 1, 22: 5}

# What one event in a hundred is: a workstation with a usual Sysmon configuration.
MIX = {1: 18, 2: 1, 3: 8, 5: 8, 7: 17, 9: 1, 10: 14, 11: 10, 12: 8, 13: 10, 17: 1, 18: 1, 22: 3}

# At most so many base events of one event id: enough that caches do not learn the log by heart.
BASE = 1500

# Values that evtx_dump prints as JSON numbers and booleans.
NUMBERS = {
    "ProcessId", "ParentProcessId", "TerminalSessionId", "SourcePort", "DestinationPort",
    "SourceProcessId", "SourceThreadId", "TargetProcessId",
}
BOOLEANS = {"Initiated", "SourceIsIpv6", "DestinationIsIpv6"}


@dataclass
class Event:
    """One Sysmon event: its id and its named values in order."""

    id: int
    data: list

    def with_values(self, **values):
        """The event with other values; a name that it does not have is an error of the caller."""
        names = {name for name, _ in self.data}
        missing = values.keys() - names
        if missing:
            raise KeyError(f"event {self.id} has no {sorted(missing)}")
        return Event(self.id, [(name, values.get(name, value)) for name, value in self.data])


@dataclass
class Template:
    """An event as text with holes, for both shapes."""

    xml: str
    json: str


def lines_of(path):
    """The lines of a text file, packed or not; none when it cannot be read."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", errors="replace") as text:
            yield from text
    except (OSError, EOFError):
        return


DATA = re.compile(r"<Data Name='([^']*)'(?:/>|>(.*?)</Data>)")


def from_xml(line):
    """The event of one XmlWinEventLog line, or nothing."""
    line = line.strip()
    if not line.startswith("<Event ") or not line.endswith("</Event>") or PROVIDER not in line:
        return None
    number = re.search(r"<EventID>(\d+)</EventID>", line)
    data = [(name, unescape(value, {"&quot;": '"', "&apos;": "'"})) for name, value in DATA.findall(line)]
    return Event(int(number[1]), data) if number and data else None


def from_flat(record):
    """The event of a flat JSON record (`EventId` beside Sysmon's own names), or nothing."""
    number = record.get("EventId", record.get("EventID")) if isinstance(record, dict) else None
    if not isinstance(number, int) or number not in FIELDS or "UtcTime" not in record:
        return None
    names = [name for name in FIELDS[number].split() if name in record]
    return Event(number, [(name, "-" if record[name] is None else str(record[name])) for name in names])


def events_of(path):
    """The Sysmon events of one file."""
    name = path.name.removesuffix(".gz")
    if name.endswith((".xml", ".log", ".txt")):
        for line in lines_of(path):
            event = from_xml(line)
            if event:
                yield event
    elif name.endswith(".json"):
        try:
            records = json.loads("".join(lines_of(path)))
        except ValueError:
            return
        for record in records if isinstance(records, list) else [records]:
            event = from_flat(record)
            if event:
                yield event


def base(folder):
    """Base events by event id, at most BASE of each, those that name msiexec left out: what is
    planted is all that there is to find."""
    pools = {number: [] for number in MIX}
    seen = set()
    for path in sorted(Path(folder).rglob("*")):
        if not path.is_file():
            continue
        for event in events_of(path):
            if event.id not in pools or len(pools[event.id]) >= BASE:
                continue
            # Without the holes: two events that differ in nothing else are one base event.
            key = (event.id, *(v for n, v in event.data if n not in ("UtcTime", "ProcessGuid", "ProcessId")))
            if key in seen or "msiexec" in repr(event.data).lower():
                continue
            seen.add(key)
            pools[event.id].append(event)
    return {number: pool for number, pool in pools.items() if pool}


def filled(event, keep_command):
    """The values of an event with the holes in them, texts still unescaped."""
    for name, value in event.data:
        if name == "UtcTime":
            yield name, "\0utc\0"
        elif name in ("ProcessGuid", "SourceProcessGUID"):
            yield name, "\0guid\0"
        elif name in ("ProcessId", "SourceProcessId"):
            yield name, "\0pid\0"
        elif name == "CommandLine" and not keep_command:
            yield name, value.rstrip() + " \0tail\0"
        elif name == "CommandLine":
            yield name, value.replace("{n}", "\0tail\0")
        else:
            yield name, value


def holes(text):
    """`%`-formatting with the holes named."""
    return re.sub("\0(\\w+)\0", r"%(\1)s", text.replace("%", "%%"))


def template(event, keep_command=False):
    """Both shapes of an event. With `keep_command` the number goes where the command line says
    `{n}`, else to its end."""
    level, keywords = 4, "0x8000000000000000"
    version = VERSIONS.get(event.id, 5)
    values = list(filled(event, keep_command))
    xml = (
        f"<Event xmlns='{XMLNS}'><System><Provider Name='{PROVIDER}' Guid='{GUID}'/>"
        f"<EventID>{event.id}</EventID><Version>{version}</Version><Level>{level}</Level><Task>{event.id}</Task>"
        f"<Opcode>0</Opcode><Keywords>{keywords}</Keywords><TimeCreated SystemTime='\0time\0'/>"
        "<EventRecordID>\0record\0</EventRecordID><Correlation/><Execution ProcessID='2480' ThreadID='3748'/>"
        f"<Channel>{CHANNEL}</Channel><Computer>\0host\0</Computer><Security UserID='S-1-5-18'/></System><EventData>"
        + "".join(f"<Data Name='{name}'>{escape(value)}</Data>" for name, value in values)
        + "</EventData></Event>\n"
    )
    document = {
        "Event": {
            "#attributes": {"xmlns": XMLNS},
            "System": {
                "Provider": {"#attributes": {"Name": PROVIDER, "Guid": GUID}},
                "EventID": event.id,
                "Version": version,
                "Level": level,
                "Task": event.id,
                "Opcode": 0,
                "Keywords": keywords,
                "TimeCreated": {"#attributes": {"SystemTime": "\0time\0"}},
                "EventRecordID": "\1record\1",
                "Correlation": None,
                "Execution": {"#attributes": {"ProcessID": 2480, "ThreadID": 3748}},
                "Channel": CHANNEL,
                "Computer": "\0host\0",
                "Security": {"#attributes": {"UserID": "S-1-5-18"}},
            },
            "EventData": {name: typed(name, value) for name, value in values},
        }
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    # A hole that is a number loses the quotes that hold it; the others get back what JSON escaped.
    text = re.sub(r'"\\u0001(\w+)\\u0001"', "\0\\1\0", text)
    text = re.sub(r"\\u0000(\w+)\\u0000", "\0\\1\0", text)
    return Template(holes(xml), holes(text))


def typed(name, value):
    """A value as evtx_dump types it."""
    if name in NUMBERS:
        return "\1pid\1" if value == "\0pid\0" else int(value) if value.isdigit() else value
    if name in BOOLEANS:
        return value.lower() == "true"
    return value
