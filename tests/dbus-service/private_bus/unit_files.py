"""What PID 1 and the unit's helpers read and write below the test's root: the drop-ins that the real generator makes, and
started.json, which `prepare` makes of them."""

import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections import namedtuple

GENERATED = "run/systemd/generator"
STORE = "/mnt/ai-models"

Command = namedtuple("Command", "model image arguments port provider options")


def generate(root, generator):
    """A daemon-reload's part: the folder is wiped and filled anew."""
    folder = os.path.join(root, GENERATED)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    subprocess.run([generator, folder], env={"HAL0_ROOT": root, "PATH": "/usr/bin:/bin"}, stderr=subprocess.DEVNULL, check=False)


def slot_of(unit):
    return re.fullmatch(r"hal0-slot(?:-pull)?@(.*)\.service", unit)[1]


def is_pull(unit):
    return unit.startswith("hal0-slot-pull@")


def override_folders(root):
    """Of the administrator's drop-ins."""
    return glob.glob(f"{root}/etc/systemd/system/*.d")


def changed_on_disk(root, unit, since, folders):
    """systemd's NeedDaemonReload: the file that SourcePath= names, or a drop-in in a folder that it knows, is newer than what was read."""
    source = glob.glob(f"{root}/etc/hal0/slots/{slot_of(unit)}.toml")
    overrides = [path for path in glob.glob(f"{root}/etc/systemd/system/{unit}.d/*.conf") if os.path.dirname(path) in folders]
    return any(os.stat(path).st_mtime_ns > since for path in source + overrides)


def command(root, unit):
    """(Command, None), or (None, why the unit does not start). A pull has neither."""
    if is_pull(unit):
        return None, None
    slot = slot_of(unit)
    try:
        with open(f"{root}/{GENERATED}/{unit}.d/50-hal0-generated.conf", encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return None, f"slot '{slot}' has no configuration: systemd was not told of it"
    refused = re.search(r'^Environment="?HAL0_CONFIG_ERROR=(.*?)"?$', text, re.MULTILINE)
    if refused:
        return None, refused[1]
    words = shlex.split(re.search(r"^ExecStart=(/.*)$", text.replace("\\\n", " "), re.MULTILINE)[1])
    facts = dict(re.findall(r'^Environment="?(HAL0_[A-Z_]+)=([^"\n]*)', text, re.MULTILINE))
    image = words.index(facts["HAL0_IMAGE"])
    return resolved(root, slot, facts, words[words.index("run") + 1:image], words[image + 1:])


def options(facts, words):
    """As `launch` writes them down."""
    named = [f"--device={one}" for one in facts.get("HAL0_DEVICES", "").split()] + [f"--group-add={one}" for one in facts.get("HAL0_GROUPS", "").split()]
    return [word for word in words if not word.startswith("$")] + named


def resolved(root, slot, facts, before_image, words):
    """What `prepare` finds out at each start: the model and its file."""
    model = wanted_model(root, slot)
    path = registry(root).get(model) if model else ""
    if path is None:
        return None, f"model '{model}' is not in the registry"
    arguments = []
    if model:
        arguments = ["--model", path if path.startswith("/") else f"{STORE}/{path}", "--alias", model]
        arguments += [] if "--ctx-size" in words else ["--ctx-size", "4096"]
    filled = [one for word in words for one in (arguments if word == "$HAL0_MODEL_ARGS" else [word])]
    return Command(model, facts["HAL0_IMAGE"], filled, int(facts["HAL0_PORT"]), facts["HAL0_PROVIDER"], options(facts, before_image)), None


def wanted_model(root, slot):
    """That of a swap, for this start only: `prepare` takes the file away. Else the default."""
    trial = f"{root}/run/hal0/trial/{slot}"
    try:
        with open(trial, encoding="utf-8") as file:
            model = file.readline().strip()
        os.unlink(trial)
        return model
    except FileNotFoundError:
        keys = toml(f"{root}/etc/hal0/slots/{slot}.toml")
        return keys.get("slot", keys).get("model", {}).get("default", "")


def registry(root):
    """{id: path}"""
    return {model: row["path"] for model, row in toml(f"{root}/var/lib/hal0/registry/registry.toml").get("models", {}).items()}


def toml(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def write_started(root, unit, what):
    folder = f"{root}/run/hal0/slot/{slot_of(unit)}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/started.json", "w", encoding="utf-8") as file:
        json.dump({"model": what.model, "image": what.image, "provider": what.provider, "port": what.port, "command": what.arguments,
                   "options": what.options}, file)


def remove_started(root, unit):
    if not is_pull(unit):
        shutil.rmtree(f"{root}/run/hal0/slot/{slot_of(unit)}", ignore_errors=True)
