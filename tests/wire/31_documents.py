"""Every real OpenAPI document: `vane check` loads it, or names an error that really is in it, with its place. A
message is judged by each that loads, so that what compiles also runs."""
import json
import os
import re
import subprocess

from documents import folder
from harness import BINARY, PATIENCE, contains, equal, main, scratch, true

TOP = folder()
# What is wrong in the documents themselves: the line that vane names, and what stands in it.
WRONG = {
    # OpenAPI 3.x, 4.7.24: patterns are ECMA-262's, which had no inline options when this was written.
    "RaiseDisputesService-v4.json": (676, r'\(\?i\)', "not ECMA-262"),
    # OpenAPI 3.0.3, 4.7.9: the fields of a path item are written small.
    "pathitem-property.yaml": (7, "GET", "no field of the Path Item"),
    # OpenAPI 3.0.3, 4.7.10: an operationId is unique.
    "petstore.no-auth.oas3.yaml": (220, "operationId: addPet", "stands twice"),
    "petstore.oas3.yaml": (223, "operationId: addPet", "stands twice"),
}


def documents():
    for here, _, names in sorted(os.walk(TOP)):
        for name in sorted(names):
            if name.endswith((".json", ".yaml")):
                yield os.path.join(here, name)


def check(path):
    file = os.path.join(scratch, "check.yaml")
    with open(file, "w", encoding="utf-8") as out:
        out.write(f"versions: {{v1: {{backend: '127.0.0.1:1', contract: '{path}'}}}}\n")
    return subprocess.run([BINARY, "check", file, "-o", "json"], capture_output=True, timeout=6 * PATIENCE, check=False)


def test_each_document_loads_or_is_wrong():
    seen = set()
    for path in documents():
        name = os.path.basename(path)
        done = check(path)
        seen.add(name)
        errors = [c for c in json.loads(done.stdout) if c["severity"] == "error"]
        if name not in WRONG:
            equal((done.returncode, errors), (0, []), path)
            continue
        line, there, text = WRONG[name]
        equal(done.returncode, 1, path)
        contains(text, errors[0]["message"])
        equal((errors[0]["file"], errors[0]["line"]), (path, line))
        with open(path, encoding="utf-8") as source:
            rows = source.read().split("\n")[line - 1:line + 8]  # an operation's place is its beginning
        true(re.search(there, "\n".join(rows if " " in there else rows[:1])), (rows, "what is told stands there"))
    true(len(seen) >= 40, seen)
    equal(set(WRONG) - seen, set())


def test_what_loads_also_judges():
    """{} and [] are judged by every operation with a body: valid or invalid, but an answer, and no crash."""
    asked = 0
    for path in documents():
        if not path.endswith(".json") or os.path.basename(path) in WRONG:
            continue
        with open(path, encoding="utf-8") as source:
            document = json.load(source)
        for template, item in document.get("paths", {}).items():
            for method, operation in item.items():
                kinds = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
                if "application/json" not in kinds:
                    continue
                for body in (b"{}", b"[]"):
                    done = subprocess.run([BINARY, "validate", "--contract", path, "--operation",
                                           f"{method.upper()} {template}", "-o", "json"], input=body, capture_output=True,
                                          timeout=PATIENCE, check=False)
                    contains(done.returncode, (0, 1), done.stderr)
                    verdict = json.loads(done.stdout)
                    equal(verdict["verdict"], ("valid", "invalid")[done.returncode])
                    equal(bool(verdict["findings"]), bool(done.returncode))
                    asked += 1
    true(asked >= 40, asked)


if __name__ == "__main__":
    main()
