"""Sends a crash to Rotel, a collector for OpenTelemetry, and checks the log records with the definitions of the protocol.

`.ci/readers` installs the packages `rotel` and `opentelemetry-proto`, and runs this with the programs in VITTE and VITTEC. The
parser of protobuf accepts no field that the definitions do not have.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rotel
from crash_events import FACTS, PROGRAMS, crash, free_port, with_facts
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest


def upload(capsule, *arguments):
    """Returns what an upload prints."""
    command = [PROGRAMS["VITTE"], "crash", "upload", capsule, "--to=otlp", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def start_collector(log):
    http, grpc = free_port(), free_port()
    agent = Path(rotel.__file__).parent / "rotel-agent"
    collector = subprocess.Popen(
        [agent, "start", f"--otlp-http-endpoint=127.0.0.1:{http}", f"--otlp-grpc-endpoint=127.0.0.1:{grpc}"]
        + ["--exporter=blackhole", "--debug-log=logs", "--debug-log-verbosity=detailed"],
        stdout=log,
        stderr=log,
    )
    return collector, f"http://127.0.0.1:{http}/v1/logs"


def main():
    work = Path(tempfile.mkdtemp())
    log = work / "collector.log"
    collector, endpoint = start_collector(open(log, "wb"))
    try:
        capsule = with_facts(crash(work, PROGRAMS["VITTEC"], "segv"))
        body = upload(capsule, "--dry-run").split("\n\n", 1)[1]
        (logs,) = json_format.Parse(body, ExportLogsServiceRequest()).resource_logs
        records = [record for scope in logs.scope_logs for record in scope.log_records]
        assert [record.severity_number for record in records] == [13, 21], records
        for attempt in range(100):
            try:
                upload(capsule, "--endpoint", endpoint)
                break
            except subprocess.CalledProcessError:
                assert attempt < 99, "the collector did not start"
                time.sleep(0.1)
        texts = ["SEVERITY_NUMBER_FATAL(21)", "exception.type: Str(SIGSEGV)", "SEVERITY_NUMBER_WARN(13)", "service.name: Str(vittec)"]
        texts += [f"Str({FACTS['deployment']})", f"process.pid: Int({FACTS['process']})", "Body: Str(entry removed)"]
        for _ in range(100):
            if all(text in log.read_text() for text in texts):
                break
            time.sleep(0.1)
        missing = [text for text in texts if text not in log.read_text()]
        assert not missing, missing
        print("Rotel: a crash and its breadcrumb are log records")
    except BaseException:
        print(log.read_text()[-2000:], file=sys.stderr)
        raise
    finally:
        collector.kill()
        collector.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
