"""Every outcome word is reached by some wire test (design, section 15): what the other files have written into the folder
that $VANE_OUTCOMES names, against proxy/outcome.def. Where not all of them have run it cannot tell, and says so (77)."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.environ.get("VANE_OUTCOMES", "")
with open(os.path.join(HERE, "..", "..", "proxy", "outcome.def"), encoding="utf-8") as source:
    WORDS = set(re.findall(r'^X\(\w+, "(\w+)"', source.read(), re.M))
files = [name for name in sorted(os.listdir(HERE)) if re.match(r"\d\d_.*\.py$", name) and name != os.path.basename(__file__)]
seen, silent = {}, []
for name in files:
    path = os.path.join(FOLDER, name + ".txt")
    if not os.path.exists(path):
        silent.append(name)
        continue
    with open(path, encoding="ascii") as words:
        for word in words.read().split():
            seen.setdefault(word, name)
    os.unlink(path)  # the next run begins afresh
strange, missing = set(seen) - WORDS, WORDS - set(seen)
for word in sorted(missing):
    print("no wire test reaches", word)
for word in sorted(strange):
    print(seen[word], "saw", word, "which proxy/outcome.def does not have")
print(f"{len(WORDS)} outcomes, {len(WORDS & set(seen))} reached")
if missing and not strange and silent:
    print("skipped: these have not run:", *silent)
    sys.exit(77)
sys.exit(1 if missing or strange or not WORDS else 0)
