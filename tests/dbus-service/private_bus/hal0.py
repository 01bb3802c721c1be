"""hal0d's objects as a client uses them."""

from gi.repository import GLib

from client import MANAGER, MODELS, OBJECT_MANAGER, PROPERTIES, ROOT, SLOT, pump, variant


def slot_path(name):
    """Every byte outside A-Z, a-z and 0-9, and a leading digit, as _hh."""
    return f"{ROOT}/slot/" + "".join(c if c.isalnum() and not (i == 0 and c.isdigit()) else f"_{ord(c):02x}" for i, c in enumerate(name))


def dictionary(values):
    return GLib.Variant("(a{sv})", ({key: variant(one) for key, one in values.items()},))


class Slot:
    def __init__(self, client, name):
        self.client, self.name, self.path = client, name, slot_path(name)

    # --- methods --------------------------------------------------------------------------------------------

    def call(self, member, arguments=None, **more):
        return self.client.call(self.path, SLOT, member, arguments, **more)

    def begin(self, member, arguments=None, **more):
        return self.client.begin(self.path, SLOT, member, arguments, **more)

    def load(self, **options):
        return self.call("Load", dictionary(options))

    def unload(self, **options):
        return self.call("Unload", dictionary(options))

    def restart(self, **options):
        return self.call("Restart", dictionary(options))

    def swap(self, model, **options):
        return self.call("Swap", self.swap_arguments(model, **options))

    @staticmethod
    def swap_arguments(model, **options):
        return GLib.Variant("(sa{sv})", (model, {key: variant(one) for key, one in options.items()}))

    def update(self, changes=None, **more):
        return self.call("Update", dictionary({**(changes or {}), **more}))

    def delete(self, **options):
        return self.call("Delete", dictionary(options))

    def pull_image(self, **options):
        return self.call("PullImage", dictionary(options))

    def config(self):
        return self.call("GetConfig")

    @staticmethod
    def config_arguments(toml, **options):
        return GLib.Variant("(sa{sv})", (toml, {key: variant(one) for key, one in options.items()}))

    def set_config(self, toml, **options):
        return self.call("SetConfig", self.config_arguments(toml, **options))

    def command(self):
        return self.call("GetCommand")

    # --- properties and signals -----------------------------------------------------------------------------

    def get(self, name):
        return self.client.call(self.path, PROPERTIES, "Get", GLib.Variant("(ss)", (SLOT, name)))

    def all(self):
        return self.client.call(self.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (SLOT,)))

    def all_variants(self):
        """{name: GLib.Variant}, with its type."""
        answer = self.client.call_variant("dev.hal0.Slots1", self.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (SLOT,)))
        values = answer.get_child_value(0)
        entries = (values.get_child_value(i) for i in range(values.n_children()))
        return {one.get_child_value(0).get_string(): one.get_child_value(1).get_variant() for one in entries}

    def wait(self, **wanted):
        """Waits until properties are as wanted; a value may be a function that says whether it is."""
        def reached():
            shown = self.all()
            return shown if all(want(shown[name]) if callable(want) else shown[name] == want for name, want in wanted.items()) else None

        def what():
            shown = self.all()
            return f"{self.name} with {wanted}; it has {[(key, shown[key]) for key in ('State', 'StateMessage', *wanted)]}; {self.states()}"
        return pump(reached, what)

    def states(self):
        """The states that StateChanged went through so far, the one that was left first."""
        changes = [one.values.unpack() for one in self.client.seen("StateChanged", self.path)]
        for before, after in zip(changes, changes[1:]):
            assert before[1] == after[0], f"a state was left that was not entered: {changes}"
        return [changes[0][0]] + [one[1] for one in changes] if changes else []

    def changes(self):
        """The values of all PropertiesChanged so far, one dictionary for each signal."""
        seen = [one.values.unpack() for one in self.client.seen("PropertiesChanged", self.path)]
        assert all(not invalidated for _, _, invalidated in seen), "values are sent, not invalidated"
        return [values for interface, values, _ in seen if interface == SLOT]

    def forget_signals(self):
        self.client.seen()
        self.client.signals.clear()


class Hal0:
    """All of hal0d, for one client."""

    def __init__(self, client):
        self.client = client

    def slot(self, name):
        return Slot(self.client, name)

    def create(self, name, config=None, **more):
        return self.client.call(ROOT, MANAGER, "CreateSlot", self.create_arguments(name, {**(config or {}), **more}))

    @staticmethod
    def create_arguments(name, config):
        return GLib.Variant("(sa{sv})", (name, {key: variant(one) for key, one in config.items()}))

    def find(self, name):
        return self.client.call(ROOT, MANAGER, "GetSlot", GLib.Variant("(s)", (name,)))

    def reload(self):
        return self.client.call(ROOT, MANAGER, "Reload")

    def get(self, name):
        return self.client.call(ROOT, PROPERTIES, "Get", GLib.Variant("(ss)", (MANAGER, name)))

    def objects(self):
        return self.client.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")

    def slots(self):
        """The names of all slots there are."""
        return sorted(values[SLOT]["Name"] for path, values in self.objects().items() if path.startswith(f"{ROOT}/slot/"))

    def models(self):
        return self.client.call(ROOT, MODELS, "List")

    def add_model(self, model, **properties):
        return self.client.call(ROOT, MODELS, "Add", self.create_arguments(model, properties))

    def remove_model(self, model):
        return self.client.call(ROOT, MODELS, "Remove", GLib.Variant("(s)", (model,)))
