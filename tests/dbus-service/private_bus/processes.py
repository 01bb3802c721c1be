"""The processes of a test: each is ended by its id, whatever happens, and what it said is kept."""

import os
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = float(os.environ.get("HAL0_TEST_PATIENCE", "10"))  # seconds; more of it under sanitizers

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_requested_reply="true"/>
    <allow eavesdrop="false"/>
  </policy>
  <!-- The service under test is to cope, not the bus for it. -->
  <limit name="max_replies_per_connection">100000</limit>
  <limit name="max_incoming_bytes">1000000000</limit>
  <limit name="max_outgoing_bytes">1000000000</limit>
  <limit name="max_message_size">100000000</limit>
  <limit name="max_match_rules_per_connection">10000</limit>
  <limit name="max_connections_per_user">1000</limit>
</busconfig>
"""


def wait_until(condition, what, patience=PATIENCE):
    """Asks again every few milliseconds; the answer must be true in the end."""
    end = time.monotonic() + patience
    while not (answer := condition()):
        assert time.monotonic() < end, f"after {patience:g} s still not: {what}"
        time.sleep(0.005)
    return answer


class Process:
    def __init__(self, command, environment=None, wait_for_ready=False):
        self.stderr = tempfile.TemporaryFile(mode="w+", errors="replace")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if wait_for_ready else self.stderr,
                                        stderr=self.stderr, text=True, env={**os.environ, **(environment or {})})
        if wait_for_ready:
            assert self.process.stdout.readline() == "ready\n", f"{command[0]} did not start: {self.said()}"

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def said(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def kill(self):
        """As a crash does."""
        self.process.kill()
        self.process.wait()

    def end(self):
        """Returns the exit status; negative: the signal that it died of."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode


class Bus:
    """A bus of one's own, on which everybody may do everything."""

    def __init__(self, folder):
        config = os.path.join(folder, "bus.conf")
        self.socket = os.path.join(folder, "bus")
        self.address = f"unix:path={self.socket}"
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS_CONFIG.format(socket=self.socket))
        self.process = Process(["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--nosyslog"])
        wait_until(lambda: os.path.exists(self.socket), "the bus is there")

    def end(self):
        self.process.end()


def start_systemd(bus, root):
    return Process(["/usr/bin/python3", f"{HERE}/stand_in_systemd.py", bus.address, root, os.environ["HAL0_GENERATOR"]], wait_for_ready=True)


def start_polkit(bus):
    return Process(["/usr/bin/python3", f"{HERE}/stand_in_polkit.py", bus.address], wait_for_ready=True)


def start_hal0d(bus, root, prefix=()):
    return Process([*prefix, os.environ["HAL0D"]], {"DBUS_SYSTEM_BUS_ADDRESS": bus.address, "HAL0_ROOT": root})
