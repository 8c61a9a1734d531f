"""Contracts of one major, held against each other at load and at every reload: what was found is remembered by the bytes of
the contracts, and asked again when they change."""
import json
import os
import signal
import tempfile

import harness
from harness import OK, Backend, Client, Vane, contains, equal, eventually, get, main, true


def contract(folder, name, version, schema, **operation):
    path = os.path.join(folder, name)
    post = dict({"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {"200": {"description": ""}}},
                **operation)
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": version}, "paths": {"/p": {"post": post}}}
    with open(path + ".new", "w", encoding="utf-8") as f:
        json.dump(document, f)
    os.rename(path + ".new", path)
    return path


def started(mode, old, new, more=""):
    backend = Backend(answer=OK)
    return Vane(f"compat: {mode}\n{more}versions:\n  a: {{backend: '{backend.address}', contract: '{old}'}}\n"
                f"  b: {{backend: '{backend.address}', contract: '{new}'}}\nselect: {{missing: a}}\n")


def complaints(vane):
    """At the start on standard error, at a reload as an event."""
    told = vane.stderr.decode() + "".join(e["message"] for e in vane.events("config.warned"))
    return [line.split("warning: ")[1] for line in told.splitlines() if "cannot follow" in line]


def reload(vane):
    before = len(vane.events("config.reloaded")) + len(vane.events("config.reload_failed"))
    vane.kill(signal.SIGHUP)
    eventually(lambda: len(vane.events("config.reloaded")) + len(vane.events("config.reload_failed")) > before, "it was reloaded")


def test_what_breaks_is_told_at_every_load():
    folder = tempfile.mkdtemp(dir=harness.scratch)
    old, new = contract(folder, "old.json", "1.0.0", {"maxLength": 9}), contract(folder, "new.json", "1.1.0", {"maxLength": 5})
    vane = started("warn", old, new)
    equal(len(complaints(vane)), 1)
    reload(vane)
    equal(len(complaints(vane)), 2)
    equal(len(set(complaints(vane))), 1)
    contains('a message that shows it: "aaaaaa"', vane.events("config.warned")[0]["message"])
    contract(folder, "new.json", "1.1.0", {"maxLength": 12})
    reload(vane)
    equal(len(complaints(vane)), 2)
    vane.stop()


def test_a_refused_reload_keeps_what_runs():
    folder = tempfile.mkdtemp(dir=harness.scratch)
    old, new = contract(folder, "old.json", "1.0.0", {"maxLength": 9}), contract(folder, "new.json", "1.1.0", {"maxLength": 9})
    vane = started("refuse", old, new)
    for _ in range(2):
        contract(folder, "new.json", "1.1.0", {"maxLength": 5})
        reload(vane)
        contains("version b cannot follow a", vane.events("config.reload_failed")[-1]["message"])
        with Client(vane) as client:
            equal(client.ask(get("/p")).status, 200)
    contract(folder, "new.json", "1.1.0", {"maxLength": 10})
    reload(vane)
    true(vane.events("config.reloaded"))
    vane.stop()


def test_defaults_that_are_filled_in_break_nothing():
    folder = tempfile.mkdtemp(dir=harness.scratch)
    old = contract(folder, "old.json", "1.0.0", {"type": "object"})
    new = contract(folder, "new.json", "1.1.0", {"type": "object", "properties": {"a": {"default": 1}}, "required": ["a"]})
    vane = started("warn", old, new)
    equal(len(complaints(vane)), 1)
    vane.stop()
    vane = started("warn", old, new, "validate: {requests: enforce, fill_defaults: requests}\n")
    equal(complaints(vane), [])
    vane.stop()


def test_security_counts():
    folder = tempfile.mkdtemp(dir=harness.scratch)
    old = contract(folder, "old.json", "1.0.0", {})
    new = contract(folder, "new.json", "1.1.0", {}, security=[{"key": []}])
    vane = started("warn", old, new)
    contains("api-security-added", "\n".join(complaints(vane)))
    vane.stop()


if __name__ == "__main__":
    main()
