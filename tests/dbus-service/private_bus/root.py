"""A temporary tree that stands for / ."""

import json
import os
import re
import shutil
import socket
import tempfile

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")


def free_ports(count):
    """The first of so many ports in a row that nobody listens on; away from those that connections get by themselves."""
    for first in range(20000 + os.getpid() % 500 * 20, 32000, count):
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise AssertionError("no free ports")


def is_free(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Root:
    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="hal0-bus-")
        os.chmod(self.path, 0o755)  # another user must reach the bus in it
        self.ports = free_ports(20)
        for folder in ("etc/hal0/slots", "etc/hal0/loaded", "var/lib/hal0/registry", "run/hal0/trial", "run/hal0/slot",
                       "usr/share/hal0", "mnt/ai-models"):
            os.makedirs(f"{self.path}/{folder}")
        shutil.copy(f"{SOURCE}/slot/profiles.toml", f"{self.path}/usr/share/hal0/profiles.toml")
        self.write("etc/hal0/hardware.json", json.dumps({"default_hardware": "cpu", "gpus": []}))
        self.write("etc/hal0/hal0.toml", f"[slots]\nport_range_start = {self.ports}\nport_range_end = {self.ports + 9}\n")
        self.models("alpha", "beta", "gamma")

    def models(self, *ids):
        for model in ids:
            self.write(f"mnt/ai-models/{model}.gguf", "GGUF")
        self.write("var/lib/hal0/registry/registry.toml", "".join(f'[models.{one}]\npath = "{one}.gguf"\n' for one in ids))

    def slot(self, name, text=None, number=10, model="alpha"):
        """Writes a slot's file; without a text, a small right one on the port `number` of this test's."""
        default = f"\n[model]\ndefault = \"{model}\"\n" if model else ""
        return self.write(f"etc/hal0/slots/{name}.toml", text or f"port = {self.ports + number}\ndevice = \"cpu\"\n{default}")

    def write(self, path, text):
        """Whole or not at all, as an editor does."""
        full = f"{self.path}/{path}"
        with open(full + ".test-new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(full + ".test-new", full)
        return text

    def read(self, path):
        with open(f"{self.path}/{path}", encoding="utf-8") as file:
            return file.read()

    def config(self, name):
        return self.read(f"etc/hal0/slots/{name}.toml")

    def exists(self, path):
        return os.path.lexists(f"{self.path}/{path}")

    def is_loaded(self, name):
        return self.exists(f"etc/hal0/loaded/{name}")

    def remove(self, path):
        os.remove(f"{self.path}/{path}")

    def files(self):
        """Everything that hal0d may write, with its text: to see that nothing was touched."""
        found = {}
        for folder in ("etc", "var", "run/hal0/trial"):
            for where, _, names in os.walk(f"{self.path}/{folder}"):
                for name in names:
                    path = os.path.relpath(os.path.join(where, name), self.path)
                    found[path] = self.read(path)
        return found

    def strangers(self):
        """Files below what hal0d writes that are no slot, marker, registry or setting: left-over temporaries."""
        right = r"etc/hal0/(slots/[a-z0-9_-]+\.toml|loaded/[a-z0-9_-]+|[a-z0-9]+\.(toml|json))|" \
                r"var/lib/hal0/registry/registry\.toml|run/hal0/trial/[a-z0-9_-]+"
        return [path for path in self.files() if not re.fullmatch(right, path)]

    def delete(self):
        shutil.rmtree(self.path)
