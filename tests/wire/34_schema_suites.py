"""The public suites of JSON Schema through `vane validate`: every group of every draft that is there, with all its remote
documents preloaded, by the words that it prints (tests/unit/contract/schema_suite_test.c asks the engine itself)."""
import json
import os
import subprocess

from documents import folder
from harness import BINARY, each, equal, main, scratch, true

SUITE = os.path.join(os.path.dirname(folder()), "json-schema-test-suite")
DIALECTS = {"draft2020-12": "2020-12", "draft2019-09": "2019-09", "draft7": "7", "draft6": "6", "draft4": "4"}
# In draft 7 these may decide; to vane they are annotations in every dialect, as later drafts demand.
ANNOTATIONS = ("draft7/optional/content.json",)


def below(top):
    for here, _, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".json"):
                yield os.path.join(here, name)


REMOTES = [word for path in below(os.path.join(SUITE, "remotes"))
           for word in ("--remote", f"http://localhost:1234/{os.path.relpath(path, os.path.join(SUITE, 'remotes'))}={path}")]
DRAFTS = [draft for draft in DIALECTS if os.path.isdir(os.path.join(SUITE, "tests", draft))]


def judge(group, words):
    path = os.path.join(scratch, "schema.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(group["schema"], out)
    text = "\n".join(json.dumps(test["data"]) for test in group["tests"])
    done = subprocess.run([BINARY, "validate", "--schema", path, "--lines", *words, *REMOTES], input=text, capture_output=True,
                          text=True, timeout=60, check=False)
    return done.returncode, [line.split(" ")[0] for line in done.stdout.splitlines()], done.stderr


@each([(draft, draft) for draft in DRAFTS])
def test_suite(draft):
    top, count = os.path.join(SUITE, "tests", draft), 0
    for path in below(top):
        name = os.path.relpath(path, os.path.join(SUITE, "tests"))
        if name in ANNOTATIONS:
            continue
        words = ["--dialect", DIALECTS[draft]] + (["--formats"] if "/optional/format/" in path else [])
        with open(path, encoding="utf-8") as file:
            groups = json.load(file)
        for group in groups:
            wanted = ["valid" if test["valid"] else "invalid" for test in group["tests"]]
            code, got, err = judge(group, words)
            equal(got, wanted, f"{name}: {group['description']}: {err}")
            equal(code, int("invalid" in wanted), name)
            count += len(wanted)
    true(count > 500, (draft, count))


def test_a_schema_knows_its_own_dialect():
    # Items of 2019-09 and earlier, asked with the word of another draft.
    group = {"schema": {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]},
             "tests": [{"data": [1]}, {"data": ["a", 1]}]}
    equal(judge(group, ["--dialect", "2020-12"])[:2], (1, ["invalid", "valid"]))


if __name__ == "__main__":
    main()
