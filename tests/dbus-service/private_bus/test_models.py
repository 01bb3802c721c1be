"""The model registry."""

import tomllib

import pytest

from client import MODELS, ROOT, pump
from test_load import refused

REGISTRY = "var/lib/hal0/registry/registry.toml"


@pytest.fixture
def hal0(host, chat):
    return host.hal0


def changes(host):
    return [one for one in host.client.seen("Changed", ROOT) if one.interface == MODELS]


def rows(hal0):
    return {row["id"]: row for row in hal0.models()}


def test_list_is_sorted_and_says_what_is_installed(hal0, root):
    root.remove("mnt/ai-models/beta.gguf")
    listed = hal0.models()
    assert [row["id"] for row in listed] == ["alpha", "beta", "gamma"]
    assert [row["installed"] for row in listed] == [True, False, True]
    assert all({"id", "name", "path", "installed"} <= set(row) for row in listed)


def test_list_gives_the_known_keys_with_their_types_and_the_others_as_they_are(hal0, root):
    root.write(REGISTRY, '[[models]]\nid = "full"\npath = "/mnt/ai-models/alpha.gguf"\nname = "Full"\nsize_bytes = 12\ntags = ["a"]\n'
                         'capabilities = ["chat"]\nextra = 1.5\n[models.defaults]\ncontext_size = 2048\n')
    row = rows(hal0)["full"]
    assert {key: row[key] for key in ("name", "path", "size_bytes", "tags", "capabilities", "extra", "defaults", "installed")} == {
        "name": "Full", "path": "/mnt/ai-models/alpha.gguf", "size_bytes": 12, "tags": ["a"], "capabilities": ["chat"], "extra": 1.5,
        "defaults": {"context_size": 2048}, "installed": True}


def test_a_row_that_is_wrong_hides_no_other(hal0, root):
    root.write(REGISTRY, '[[models]]\nid = 5\npath = "x.gguf"\n\n[[models]]\nid = "alpha"\npath = "alpha.gguf"\n')
    assert [row["id"] for row in hal0.models()] == ["alpha"]


def test_a_change_of_what_hal0_does_not_know_is_told(hal0, host, root):
    assert "extra" not in rows(hal0)["gamma"] and not changes(host)
    root.write(REGISTRY, root.read(REGISTRY) + "extra = 1\n")
    pump(lambda: changes(host), "Changed")
    assert rows(hal0)["gamma"]["extra"] == 1


def test_the_size_is_the_file_s_where_the_registry_says_none(hal0, root):
    root.write("mnt/ai-models/sized.gguf", "GGUF and more")
    root.write(REGISTRY, '[[models]]\nid = "sized"\npath = "sized.gguf"\n\n[[models]]\nid = "gone"\npath = "gone.gguf"\n')
    assert rows(hal0)["sized"]["size_bytes"] == 13 and "size_bytes" not in rows(hal0)["gone"]


def test_add_registers_and_tells(hal0, host, root):
    before = root.read(REGISTRY)
    hal0.add_model("org/new-8b", path="new.gguf", tags=["x"], defaults={"context_size": 1024})
    pump(lambda: changes(host), "Changed")
    assert root.read(REGISTRY).startswith(before)
    assert tomllib.loads(root.read(REGISTRY))["models"]["org/new-8b"] == {"path": "new.gguf", "tags": ["x"], "defaults": {"context_size": 1024}}
    row = rows(hal0)["org/new-8b"]
    assert (row["path"], row["installed"], row["tags"]) == ("new.gguf", False, ["x"])


def test_a_model_that_is_registered_is_left_alone(hal0, root):
    before = root.files()
    assert refused(hal0.add_model, "alpha", path="other.gguf") == "InvalidConfig"
    assert root.files() == before


@pytest.mark.parametrize("model, properties, kind", [
    ("", {"path": "a"}, "InvalidName"), ("-x", {"path": "a"}, "InvalidName"), ("a b", {"path": "a"}, "InvalidName"),
    ("x" * 256, {"path": "a"}, "InvalidName"), ("fresh", {}, "InvalidConfig"), ("fresh", {"path": 5}, "InvalidConfig"),
    ("alpha", {"size_bytes": "big"}, "InvalidConfig")], ids=lambda value: value[:8] if isinstance(value, str) else None)
def test_add_refuses(hal0, root, model, properties, kind):
    before = root.files()
    assert refused(hal0.add_model, model, **properties) == kind
    assert root.files() == before


def test_remove(hal0, host, root):
    hal0.remove_model("gamma")
    pump(lambda: changes(host), "Changed")
    assert sorted(tomllib.loads(root.read(REGISTRY))["models"]) == ["alpha", "beta"]
    assert root.exists("mnt/ai-models/gamma.gguf")
    assert refused(hal0.remove_model, "gamma") == "NoSuchModel"


def test_a_model_of_a_slot_is_not_removed(hal0, host, root, chat):
    before = root.read(REGISTRY)
    assert refused(hal0.remove_model, "alpha") == "Busy"
    chat.load()
    chat.wait(State="ready")
    chat.swap("beta", persist=False)
    chat.wait(State="ready", Model="beta")
    assert refused(hal0.remove_model, "beta") == "Busy", "it runs"
    assert root.read(REGISTRY) == before


def test_an_editors_change_tells(hal0, host, root, chat):
    root.models("alpha", "delta")
    pump(lambda: changes(host), "Changed")
    assert sorted(rows(hal0)) == ["alpha", "delta"]
    chat.load(model="delta")
    chat.wait(State="ready", Model="delta")
    assert refused(chat.load, model="beta") == "NoSuchModel"


def test_a_broken_registry_is_a_problem_and_is_not_overwritten(hal0, host, root):
    text = root.write(REGISTRY, "[models.alpha]\npath = \n")
    pump(lambda: host.hal0.get("Problems"), "there is a problem")
    (file, line, _), = host.hal0.get("Problems")
    assert file.endswith("registry.toml") and line == 2
    assert refused(hal0.add_model, "fresh", path="a.gguf") == "InvalidConfig"
    assert root.read(REGISTRY) == text


def test_no_registry_is_an_empty_one(hal0, root):
    root.remove(REGISTRY)
    assert hal0.models() == []
    hal0.add_model("first", path="first.gguf")
    assert list(rows(hal0)) == ["first"]
