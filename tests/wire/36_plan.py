"""vane plan: the newest set that fits together, or the smallest conflict, and the steps in order. Every plan is taken here once
more, step by step, by a reader of the same file that knows nothing of vane."""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

VANE = os.path.abspath(os.environ.get("VANE") or sys.exit(77))
FOLDER = tempfile.mkdtemp(prefix="vane-plan-")

# Blue is used by Purple and Green, Red by Purple and Orange; Brown uses Purple, Orange and Green.
COLOURS = """\
services:
  purple:
    running: 1.2
    wanted: 1.3
    versions:
      1.2: {requires: {blue: 1.3, red: 1.0}}
      1.3: {requires: {blue: 2.0, red: 1.0}}
  blue:
    running: 1.4
    versions:
      1.4:
      2.0:
  green:
    running: 1.0
    versions:
      1.0: {requires: {blue: 1.2}}
%s  red:
    running: 1.0
    versions:
      1.0:
  orange:
    running: 1.1
    versions:
      1.1: {requires: {red: 1.0}}
  brown:
    running: 3.0
    versions:
      3.0: {requires: {purple: 1.1, orange: 1.0, green: 1.0}}
"""
GREEN_MOVES = "      1.1: {requires: {blue: 2.0}}\n"


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def plan(path, *words, code=0):
    r = subprocess.run([VANE, "plan", path, *words], capture_output=True, text=True, timeout=120, cwd=FOLDER)
    assert r.returncode == code, (words, r.returncode, r.stdout, r.stderr)
    return r


def planned(text, code=0, **landscape):
    """The answer as JSON; where there is a plan, it is taken by `walk` with the landscape given as plain data."""
    path = write("landscape.yaml", text)
    answer = json.loads(plan(path, "-o", "json", code=code).stdout)
    assert answer["file"] == path
    if landscape and code == 0:
        walk(answer, **landscape)
    return answer


# ---- a reader of its own ----


def meets(version, wanted):
    for one in str(wanted).split("|"):
        one = one.strip()
        major, _, minor = one.lstrip("=").partition(".")
        have = version.split(".") + ["0"]
        if int(have[0]) == int(major) and (have[1] == (minor or "0") if one[0] == "=" else int(have[1]) >= int(minor or 0)):
            return True
    return False


def sound(running, requires):
    """Whether everything that runs has what it requires; `requires` by (service, version)."""
    return all(any(s == other and meets(v, wanted) for s, v in running)
               for one in running for other, wanted in requires.get(one, {}).items())


def walk(answer, runs, requires, wanted):
    running = set(runs)
    up = {s for s, _ in runs} & {e["service"] for e in answer["set"] if e["versions"]}
    beside = 0
    assert sound(running, requires)
    for step in answer["steps"]:
        new = (step["service"], step["version"])
        if step["do"] == "stop":
            running.remove(new)
        else:
            assert new not in running
            others = {v for s, v in running if s == step["service"]}
            beside += step["do"] == "start" and bool(others)
            assert set(step.get("beside", [])) == (others if step["do"] == "start" else set())
            running.add(new)
            assert sound(running, requires), (step, running)
            if step["do"] == "replace":
                running.remove((step["service"], step["instead_of"]))
        assert sound(running, requires), (step, running)
        assert up <= {s for s, _ in running}, (step, running)
    assert running == {(e["service"], v) for e in answer["set"] for v in e["versions"]}, running
    assert beside == answer["starts_beside"]
    for service, wish in wanted.items():
        assert any(s == service and meets(v, wish) for s, v in running)


def colours(green):
    requires = {("purple", "1.2"): {"blue": "1.3", "red": "1.0"}, ("purple", "1.3"): {"blue": "2.0", "red": "1.0"},
                ("green", "1.0"): {"blue": "1.2"}, ("orange", "1.1"): {"red": "1.0"},
                ("brown", "3.0"): {"purple": "1.1", "orange": "1.0", "green": "1.0"}}
    if green:
        requires["green", "1.1"] = {"blue": "2.0"}
    return {"runs": [("purple", "1.2"), ("blue", "1.4"), ("green", "1.0"), ("red", "1.0"), ("orange", "1.1"), ("brown", "3.0")],
            "requires": requires, "wanted": {"purple": "1.3"}}


def versions(answer):
    return {e["service"]: e["versions"] for e in answer["set"]}


def steps(answer):
    return [" ".join([s["do"], s["service"], s.get("instead_of", ""), s["version"]]).replace("  ", " ") for s in answer["steps"]]


# ---- tests ----


def a_break():
    """Purple needs Blue 2; Green can follow: Blue 1 stays until both have moved."""
    answer = planned(COLOURS % GREEN_MOVES, **colours(True))
    assert versions(answer) == {"purple": ["1.3"], "blue": ["2.0"], "green": ["1.1"], "red": ["1.0"], "orange": ["1.1"],
                                "brown": ["3.0"]}, versions(answer)
    assert answer["shortest"] and answer["starts_beside"] == 1 and answer["side_by_side"] == 0
    done = steps(answer)
    assert done[0] == "start blue 2.0" and done[-1] == "stop blue 1.4", done
    assert sorted(done[1:-1]) == ["replace green 1.0 1.1", "replace purple 1.2 1.3"], done
    because = answer["steps"][0]["because"]
    assert (because["line"], because["column"], because["text"]) == (6, 30, "purple 1.2 requires blue 1.3"), because


def a_break_that_stays():
    """Green cannot follow: two versions of Blue in the end, with the reasons why one is not enough."""
    answer = planned(COLOURS % "", **colours(False))
    assert versions(answer)["blue"] == ["2.0", "1.4"] and versions(answer)["green"] == ["1.0"]
    assert answer["side_by_side"] == 1 and answer["minimal"]
    told = [(r["kind"], r["text"]) for r in answer["side_by_side_because"]]
    assert told == [("wanted", "purple is wanted at 1.3"), ("stays", "green runs now and goes on, at some version"),
                    ("requires", "purple 1.3 requires blue 2.0"), ("requires", "green 1.0 requires blue 1.2"),
                    ("one_version", "blue has one version in the end")], told
    assert steps(answer) == ["start blue 2.0", "replace purple 1.2 1.3"], steps(answer)


def a_conflict():
    """The same where two versions may not stay: as few reasons as there have to be, each at its place."""
    path = write("landscape.yaml", "side_by_side: steps\n" + COLOURS % "")
    answer = json.loads(plan(path, "-o", "json", code=1).stdout)
    assert answer["answer"] == "conflict" and answer["minimal"]
    places = [(r["line"], r["column"], r["text"]) for r in answer["conflict"]]
    assert places == [(5, 13, "purple is wanted at 1.3"), (15, 14, "green runs now and goes on, at some version"),
                      (8, 30, "purple 1.3 requires blue 2.0"), (17, 30, "green 1.0 requires blue 1.2"),
                      (1, 15, "blue has one version in the end: side_by_side is steps")], places
    told = plan(path, code=1).stdout
    assert "no set fits: these cannot all hold, and without any one of them the others could\n" in told, told
    assert re.search(r"landscape\.yaml:8:30: error: purple 1\.3 requires blue 2\.0\n.*\n +\| +\^", told), told
    # What is wanted is not there at all.
    answer = planned("services:\n  a: {running: 1.0, wanted: 2, versions: {1.0: }}\n", code=1)
    assert [r["text"] for r in answer["conflict"]] == ["a is wanted at 2; no version of it here meets that"]
    # With one reason fewer it fits.
    for gone in ("    wanted: 1.3\n", "blue: 2.0, ", "{blue: 1.2}", "side_by_side: steps\n"):
        text = "side_by_side: steps\n" + COLOURS % ""
        assert gone in text and planned(text.replace(gone, "{}" if gone[0] == "{" else ""))["answer"] == "found", gone


def competition():
    """Two services that cannot both be newest: what is wanted goes first, then the order of the file."""
    shop, billing = ("  %s:\n    running: 1.0\n%s    versions: {1.0: , 2.0: {requires: {store: %d}}}\n" % row
                     for row in (("shop", "", 1), ("billing", "", 2)))
    wished = billing.replace("    versions", "    wanted: 2\n    versions")
    store = "  store: {side_by_side: off, running: 1.0, versions: {1.0: , 2.0: }}\n"
    for text, newest in ((shop + billing, "shop"), (billing + shop, "billing"), (shop + wished, "billing")):
        answer = planned("services:\n" + text + store)
        at_2 = [s for s, v in versions(answer).items() if v == ["2.0"] and s != "store"]
        assert at_2 == [newest], (text, versions(answer))
        [held] = [h for h in answer["held_back"] if h["service"] not in (newest, "store")]
        assert held["version"] == "2.0" and held["minimal"], held
        assert {r["kind"] for r in held["because"]} == {"requires", "one_version", "wanted" if text.count("wanted") else "taken"}, held
        assert "\nheld back:\n  %s 2.0, for with it these could not all hold:\n" % held["service"] in plan(answer["file"]).stdout


def a_ring():
    text = ("services:\n  a: {running: 1.0, wanted: 2, versions: {1.0: , 2.0: {requires: {b: 2}}}}\n"
            "  b: {running: 1.0, versions: {1.0: , 2.0: {requires: {a: 2}}}}\n")
    answer = planned(text, code=1)
    assert answer["answer"] == "found" and answer["order"] == "none" and answer["steps"] == []
    assert sorted(r["text"] for r in answer["ring"]) == ["a 2.0 requires b 2", "b 2.0 requires a 2"], answer["ring"]
    told = plan(write("landscape.yaml", text), code=1).stdout
    assert "no order of steps: of these none can be started first\n" in told and "landscape.yaml:3:" in told, told


def what_is_broken_already():
    text = ("services:\n  a: {running: 1.0, versions: {1.0: {requires: {b: 2}}, 1.1: {requires: {b: 1}}}}\n"
            "  b: {running: 1.0, versions: {1.0: }}\n")
    path = write("landscape.yaml", text)
    r = plan(path, "-o", "json")
    answer = json.loads(r.stdout)
    assert steps(answer) == ["replace a 1.0 1.1"] and answer["missing_now"][0]["text"].startswith("a 1.0 requires b 2"), answer
    assert "landscape.yaml:2:52: warning: a 1.0 requires b 2" in r.stderr, r.stderr


def nothing_to_do():
    path = write("landscape.yaml", "services:\n  a: {running: 1.1, versions: {1.0: , 1.1: }}\n")
    assert "nothing to do\n" in plan(path).stdout
    assert json.loads(plan(path, "-o", "json").stdout)["steps"] == []
    os.rename(path, os.path.join(FOLDER, "elsewhere.yaml"))
    assert "landscape.yaml" in plan("landscape.yaml", code=2).stderr


def contract(name, minor, kind):
    return write(name, json.dumps({"openapi": "3.1.0", "info": {"title": "blue", "version": minor}, "paths": {"/o": {"post": {
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": kind}}}},
        "responses": {"204": {"description": ""}}}}}}))


def promises():
    """A later minor whose contract refuses what the earlier took is no replacement for it, whatever its number says."""
    contract("blue-1.4.json", "1.4.0", "integer")
    contract("blue-1.5.json", "1.5.0", "number")
    contract("blue-1.6.json", "1.6.0", "string")
    text = ("services:\n  green: {running: 1.0, versions: {1.0: {requires: {blue: 1.4}}}}\n  blue:\n    running: 1.4\n    versions:\n"
            "      1.4: {contract: blue-1.4.json}\n      1.5: {contract: blue-1.5.json}\n      1.6: {contract: blue-1.6.json}\n")
    path = write("landscape.yaml", text)
    r = plan(path, "-o", "json")
    answer = json.loads(r.stdout)
    assert versions(answer)["blue"] == ["1.5"], versions(answer)
    [one] = answer["promises"]
    assert (one["old"], one["new"], one["verdict"], one["line"], one["column"]) == ("1.4", "1.6", "broken", 8, 23), one
    assert float(json.loads(one["witness"])).is_integer(), one
    assert re.search(r"landscape\.yaml:8:23: warning: blue 1\.6 does not keep what 1\.4 promises.*POST /o", r.stderr), r.stderr
    assert versions(json.loads(plan(path, "--no-contracts", "-o", "json").stdout))["blue"] == ["1.6"]
    # One that cannot be read is no verdict.
    write("blue-1.5.json", "{")
    r = plan(path, code=2)
    assert r.stdout == "" and "blue-1.5.json:1:" in r.stderr and "landscape.yaml:7:23: error: contract" in r.stderr, r.stderr


def hostile_files():
    for text, expected in (
            ("services: [", "landscape.yaml:2:1: error: a value is missing here"),
            ("services:\n  a: {versions: {1.0: {requires: {b: 1}}}}\n", 'landscape.yaml:2:35: error: there is no service "b"'),
            ("services:\n  a: {versions: {1.0: }, runing: 1.0}\n", 'did you mean "running"?'),
            ("services:\n  a: {versions: {x: }}\n", "expected a version such as 1.4 or 1.4.2")):
        r = plan(write("landscape.yaml", text), code=2)
        assert expected in r.stderr and r.stdout == "", (text, r.stderr)
    r = subprocess.run([VANE, "plan", "-o", "xml"], capture_output=True, text=True, timeout=20)
    assert r.returncode == 2 and "text or json" in r.stderr


def bounded():
    """Thirteen services for twelve places: no search ends that in time, and the answer says so."""
    rows = ["services:"]
    for p in range(13):
        rows += ["  p%d:" % p, "    running: 1.0", "    side_by_side: off", "    versions:"]
        for h in range(1, 13):
            other = " | ".join(str(k) for k in range(1, 13) if k != h)
            rows.append("      %d.0: {requires: {%s}}" % (h, ", ".join("p%d: %s" % (q, other) for q in range(13) if q != p)))
    path = write("landscape.yaml", "\n".join(rows) + "\n")
    assert "cannot tell" in plan(path, code=2).stdout
    assert json.loads(plan(path, "-o", "json", code=2).stdout)["answer"] == "unknown"


def grown(draw, services, count, strays):
    """A landscape in which what runs fits; the rest as it comes. Its text, what runs, what each version requires."""
    listed, at, requires = {}, {}, {}
    for i in range(services):
        major, minor, listed[i] = 1, 0, []
        for _ in range(count):
            listed[i].append((major, minor))
            major, minor = (major + 1, 0) if draw.random() < .3 else (major, minor + 1)
        at[i] = draw.randrange(count - 1)
    text = "services:\n"
    for i in range(services):
        text += "  s%d:\n    running: %d.%d\n    versions:\n" % ((i,) + listed[i][at[i]])
        uses = draw.sample(range(i), min(i, 3))
        for j, version in enumerate(listed[i]):
            asked = {}
            for other in uses:
                k = at[other] if j == at[i] else max(0, j - (draw.random() < strays))
                major, minor = listed[other][k]
                asked["s%d" % other] = "%d.%d" % (major, draw.randrange(minor + 1))
            requires["s%d" % i, "%d.%d" % version] = asked
            text += "      %d.%d: {requires: {%s}}\n" % (version + (", ".join("%s: %s" % one for one in asked.items()),))
    return text, [("s%d" % i, "%d.%d" % listed[i][at[i]]) for i in range(services)], requires


def large():
    """Forty services: more than anybody can try out, but every plan can be taken once more."""
    draw, steps_taken, beside, shortest, held = random.Random(7), 0, 0, 0, 0
    for round in range(12):
        text, runs, requires = grown(draw, 40, 5, .02 * (round % 2))
        answer = planned(text, runs=runs, requires=requires, wanted={})
        assert answer["missing_now"] == [] and answer["order"] == "found"
        steps_taken += len(answer["steps"])
        beside += answer["starts_beside"]
        shortest += answer["shortest"]
        held += len(answer["held_back"])
    print("%d steps in 12 plans, %d beside, %d plans known to be the shortest, %d versions held back" % (steps_taken, beside, shortest, held))
    assert steps_taken > 200 and beside > 20 and shortest >= 8 and held > 0


def schema():
    r = subprocess.run([VANE, "schema", "landscape"], capture_output=True, text=True, timeout=20)
    assert r.returncode == 0 and json.loads(r.stdout)["title"] == "landscape.yaml"
    path = write("landscape.schema.json", r.stdout)
    good = {"services": {"a": {"running": 1.0, "wanted": "2 | 3", "versions": {"1.0": None, "2.0": {"requires": {"b": "1.2"}}}}}}
    wrong = ({}, {"services": {"a": {}}}, {"services": {"a": {"versions": {"1.0": {"require": {}}}}}}, {"side_by_side": "no"})
    for instance, code in [(good, 0)] + [(one, 1) for one in wrong]:
        judged = subprocess.run([VANE, "validate", "--schema", path, write("instance.json", json.dumps(instance))],
                                capture_output=True, text=True, timeout=20)
        assert judged.returncode == code, (instance, judged.stdout, judged.stderr)
        told = subprocess.run([VANE, "plan", os.path.join(FOLDER, "instance.json")], capture_output=True, text=True, timeout=20)
        assert (told.returncode == 2) == (code == 1) or instance == good, (instance, told.stderr)


for step in (a_break, a_break_that_stays, a_conflict, competition, a_ring, what_is_broken_already, nothing_to_do, promises,
             hostile_files, bounded, large, schema):
    step()
    print("ok", step.__name__)
