"""Sends crashes to Bugsink, a server for the protocol of Sentry, and checks them with Relay, Sentry's own validation.

`.ci/readers` installs the packages `bugsink` and `sentry-relay`, and runs this with the programs in VITTE, VITTEC and CRASHER.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

SOURCE = "module demo\n\nfn area(side: f64) -> f64\n  ret side * side\n.end\n"
PROGRAMS = {name: os.environ[name] for name in ("VITTE", "VITTEC", "CRASHER")}
FACTS = {
    "process": 4711,
    "deployment": "staging",
    "test": "front::closes",
    "breadcrumbs": [
        {
            "timestamp": "2025-10-22T13:05:42.122000Z",
            "level": "warn",
            "target": "vittec::cache",
            "message": "entry removed",
            "fields": [{"key": "key", "value": "shapes"}],
            "thread": "main",
        }
    ],
}


def crash(directory, program, kind, file="demo.vitte"):
    """Runs a crash. Returns the capsule."""
    store = Path(tempfile.mkdtemp(dir=directory))
    (directory / file).write_text(SOURCE)
    subprocess.run(
        [program, "check", "--crash", kind, file],
        cwd=directory,
        env={**os.environ, "VITTE_CRASH_DIR": str(store)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    (capsule,) = (store / "latest").glob("*.vittecrash")
    return capsule


def with_facts(capsule):
    """Adds what a service or a test run records to the report of a capsule."""
    with zipfile.ZipFile(capsule) as file:
        parts = [(info.filename, file.read(info)) for info in file.infolist()]
    with zipfile.ZipFile(capsule, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            if name == "report.json":
                content = json.dumps(json.loads(content) | FACTS).encode()
            file.writestr(name, content)
    return capsule


def crash_with_minidump(directory):
    """Runs a crash that writes a minidump. Returns the capsule."""
    store = Path(tempfile.mkdtemp(dir=directory))
    subprocess.run(
        [PROGRAMS["CRASHER"], "segv"],
        cwd=directory,
        env={**os.environ, "CRASHER_DIR": str(store), "CRASHER_MINIDUMP": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    (capsule,) = (store / "latest").glob("*.vittecrash")
    return capsule


def upload(capsule, dsn, *arguments):
    subprocess.run(
        [PROGRAMS["VITTE"], "crash", "upload", capsule, "--dsn", dsn, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_server(directory):
    """Starts Bugsink with an empty database and one project. Returns the process and the DSN."""
    port = free_port()
    tools = Path(sys.executable).parent
    subprocess.run(
        [tools / "bugsink-create-conf", "--template=local", f"--port={port}", "-o", "bugsink_conf.py"],
        cwd=directory,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with open(directory / "bugsink_conf.py", "a", encoding="utf-8") as settings:
        settings.write('\nBUGSINK["FEATURE_MINIDUMPS"] = True\n')
    subprocess.run(
        [tools / "bugsink-manage", "migrate"],
        cwd=directory,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    sys.path.insert(0, str(directory))
    os.chdir(directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bugsink_conf"
    import django

    django.setup()
    from projects.models import Project

    project = Project.objects.create(name="vittec")
    log = open(directory / "server.log", "wb")
    server = subprocess.Popen(
        [tools / "bugsink-manage", "runserver", "--noreload", f"127.0.0.1:{port}"],
        cwd=directory,
        stdout=log,
        stderr=log,
    )
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5)
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    key = str(project.sentry_key).replace("-", "")
    return server, f"http://{key}@127.0.0.1:{port}/{project.id}"


def relay_errors(event):
    """Returns what Relay removes from an event or changes in it."""
    from sentry_relay.processing import StoreNormalizer

    normalized = StoreNormalizer(project_id=1).normalize_event(event)
    found = []

    def walk(meta, path):
        if isinstance(meta, dict):
            for key, value in meta.items():
                if key == "" and value.get("err"):
                    found.append(f"{'.'.join(path)}: {value['err']}")
                elif key != "":
                    walk(value, [*path, key])

    walk(normalized.get("_meta", {}), [])
    return found


def main():
    work = Path(tempfile.mkdtemp())
    server, dsn = start_server(work)
    try:
        stripped = work / "bin" / "vittec"
        stripped.parent.mkdir()
        subprocess.run(["strip", "-o", stripped, PROGRAMS["VITTEC"]], check=True)
        # Each row is one defect. The last one of the first row is the first again.
        defects = {
            "a signal": [(PROGRAMS["VITTEC"], "segv", "a.vitte"), (PROGRAMS["VITTEC"], "segv", "b.vitte")],
            "a stack overflow": [(PROGRAMS["VITTEC"], "stack-overflow", "a.vitte")],
            "an abort": [(PROGRAMS["VITTEC"], "abort", "a.vitte")],
            "a panic": [(PROGRAMS["VITTEC"], "panic", "a.vitte")],
            "a signal without symbols": [(stripped, "segv", "a.vitte"), (stripped, "segv", "b.vitte")],
            "an abort without symbols": [(stripped, "abort", "a.vitte")],
        }
        sent = 0
        for defect, crashes in defects.items():
            for program, kind, file in crashes:
                capsule = crash(work, program, kind, file)
                upload(with_facts(capsule), dsn, "--to=sentry", "--session")
                sent += 1
        from events.models import Event
        from issues.models import Issue

        events = [event.get_parsed_data() for event in Event.objects.order_by("timestamp")]
        stored = [event.pk for event in Event.objects.all()]
        issues = list(Issue.objects.all())
        for issue in issues:
            print(f"  {issue.calculated_type}: {issue.calculated_value} ({issue.digested_event_count})")
        assert len(events) == sent, f"{len(events)} of {sent} events were stored"
        assert len(issues) == len(defects), f"{len(issues)} issues for {len(defects)} defects"
        for event in events:
            errors = relay_errors(event)
            assert not errors, errors
            assert (event["environment"], event["tags"]["test"]) == ("staging", "front::closes"), event
            (breadcrumb,) = event["breadcrumbs"]["values"]
            assert (breadcrumb["message"], breadcrumb["level"]) == ("entry removed", "warning"), breadcrumb
            assert breadcrumb["data"] == {"key": "shapes", "thread": "main"}, breadcrumb
            assert any(key.startswith("0 ") for key in event["contexts"]), event["contexts"]
            for exception in event["exception"]["values"]:
                frames = exception["stacktrace"]["frames"]
                assert frames, exception
                assert all(frame.get("function") for frame in frames), frames
        signals = [event["exception"]["values"][0] for event in events if "signal" in event["tags"]]
        assert len(signals) >= 5 and all(" in `" in signal["value"] for signal in signals), signals
        addressed = [
            frame
            for event in events
            for frame in event["exception"]["values"][0]["stacktrace"]["frames"]
            if frame["function"].startswith("vittec+0x")
        ]
        assert addressed and all(frame["instruction_addr"] for frame in addressed), addressed
        # Bugsink reads the minidump, and replaces the stack of the event by that of the minidump.
        capsule = crash_with_minidump(work)
        upload(capsule, dsn, "--to=sentry", "--minidump")
        upload(capsule, dsn, "--to=sentry-minidump")
        dumps = [event.get_parsed_data() for event in Event.objects.exclude(pk__in=stored)]
        assert len(dumps) == 2, dumps
        for event in dumps:
            exception = event["exception"]["values"][0]
            assert "SIGSEGV" in f"{exception}", exception
        print(f"Bugsink: {sent} crashes, {len(issues)} defects, as many issues; Relay: no errors")
    except BaseException:
        print((work / "server.log").read_text()[-2000:], file=sys.stderr)
        raise
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
