#!/usr/bin/env python3
"""Makes the cases of contract.c and contract_ajv.mjs from real OpenAPI documents: for each of the schemas below a document
that describes POST /x with it, and messages made from the schema, small and large, valid and with one fault.

    cases.py DATA FOLDER      DATA: the test data's folder (VANE_TEST_DATA), with openapi-documents and openapi-version-pairs
"""
import copy
import glob
import json
import os
import random
import re
import sys

# document (pattern under DATA), schema, bytes of the larger messages
SCHEMAS = [
    ("openapi-documents/Adyen__adyen-openapi/PayoutService-v30.json", "StoreDetailAndSubmitRequest", ()),
    ("openapi-documents/Adyen__adyen-openapi/RaiseDisputesService-v4.json", None, ()),
    ("openapi-documents/paypal__paypal-rest-api-specifications/vault_payment_tokens_v3.json", None, ()),
    ("openapi-documents/paypal__paypal-rest-api-specifications/payments_payouts_batch_v1.json", None, (10_000,)),
    ("openapi-documents/paypal__paypal-rest-api-specifications/shipping_shipment_tracking_v1.json", None, (10_000,)),
    ("openapi-documents/paypal__paypal-rest-api-specifications/notifications_webhooks_v1.json", None, (1_000,)),
    ("openapi-documents/paypal__paypal-rest-api-specifications/catalogs_products_v1.json", None, (1_000,)),
    ("openapi-documents/twilio__twilio-oai/twilio_monitor_v2.json", None, (1_000,)),
    ("openapi-documents/twilio__twilio-oai/twilio_routes_v2.json", None, (10_000,)),
    ("openapi-version-pairs/twilio-api-v2010/2023-06-15-0a08e46.json", "api.v2010.account.message", (10_000, 100_000)),
    ("openapi-version-pairs/figma/2025-03-19-becb47d.json", "Comment", (10_000, 100_000)),
    ("openapi-version-pairs/discord/2025-05-11-c80d260.json", "UserResponse", (10_000, 100_000)),
    ("openapi-version-pairs/discord/2025-05-11-c80d260.json", "GuildRoleResponse", (1_000,)),
    ("openapi-version-pairs/openai/2023-08-12-fa29ee2.json", "CreateChatCompletionRequest", (10_000,)),
    ("openapi-version-pairs/openai/2023-08-12-fa29ee2.json", "CreateCompletionRequest", ()),
    ("openapi-version-pairs/stripe/2017-09-15-a8bb6ac4.json", "card", (10_000, 100_000)),
]
STRINGS = {"date-time": "2026-03-01T10:15:30Z", "date": "2026-03-01", "uri": "https://api.example.com/v1/things/8731", "email": "zoe@example.com",
           "uuid": "4b93484e-95aa-4bab-addc-e29270627c4a", "ipv4": "192.0.2.7", "hostname": "www.example.com", "byte": "aGVsbG8=",
           "snowflake": "1096450190174679132"}
PATTERNS = ["abc", "ABC", "A1b2", "1", "10", "10.50", "DE", "EUR", "+4930123456", "2026-03-01", "2026-03-01T10:15:30Z", "1096450190174679132",
            "AB0123456789abcdef0123456789abcdef", "zoe@example.com", "https://example.com/a", "abcdefghijkl", "ABCDEFGHIJKLMNOP"]
WORDS = "the quick brown fox jumps over a lazy dog while seven wizards box with jolly giants".split()


class Hard(Exception):
    """The generator cannot make an instance of this."""


class Maker:
    def __init__(self, document, draw):
        self.document, self.draw = document, draw

    def resolve(self, schema):
        for _ in range(50):
            if not isinstance(schema, dict) or "$ref" not in schema:
                return schema
            at = self.document
            for step in schema["$ref"].split("/")[1:]:
                at = at[step.replace("~1", "/").replace("~0", "~")]
            schema = at
        raise Hard("references")

    def text(self, schema):
        low, high = schema.get("minLength", 0), schema.get("maxLength", 10**6)
        if "pattern" in schema:
            for one in PATTERNS + ["x" * low, "1" * low, "A" * low]:
                if low <= len(one) <= high and re.search(schema["pattern"], one):
                    return one
            raise Hard("pattern")
        if schema.get("format") in STRINGS:
            return STRINGS[schema["format"]]
        made = " ".join(self.draw.choice(WORDS) for _ in range(self.draw.randint(1, 8)))
        return made[:high] if len(made) >= low else made + "x" * (low - len(made))

    def number(self, schema, integer):
        low, high = schema.get("minimum", 1), schema.get("maximum", 10**6)
        value = self.draw.randint(int(low) + 1, max(int(low) + 1, int(min(high, low + 10**5)) - 1))
        value -= value % int(schema.get("multipleOf", 1) or 1)
        return value if integer else value + 0.25 if value + 0.25 < high and "multipleOf" not in schema else value

    def object(self, schema, depth):
        made = {}
        for name, sub in schema.get("properties", {}).items():
            needed = name in schema.get("required", [])
            if not needed and (depth > 5 or self.draw.random() > 0.7):
                continue
            try:
                made[name] = self.make(sub, depth + 1)
            except (Hard, re.error):
                if needed:
                    raise
        rows = list(made.items())
        self.draw.shuffle(rows)
        return dict(rows)

    def make(self, schema, depth=0):
        schema = self.resolve(schema)
        if depth > 12 or not isinstance(schema, dict):
            raise Hard("depth")
        if "const" in schema or schema.get("enum"):
            return schema["const"] if "const" in schema else self.draw.choice(schema["enum"])
        if "allOf" in schema:
            merged = {}
            for part in [schema] + [self.resolve(p) for p in schema["allOf"]]:
                for key, value in part.items():
                    if key == "properties":
                        merged.setdefault("properties", {}).update(value)
                    elif key == "required":
                        merged["required"] = merged.get("required", []) + value
                    elif key != "allOf" or part is not schema:
                        merged[key] = value
            return self.make(merged, depth + 1)
        for word in ("oneOf", "anyOf"):
            if word in schema:
                rows = [self.resolve(s) for s in schema[word]]
                rows = [s for s in rows if s.get("type") != "null"]
                if not rows:
                    raise Hard(word)
                return self.make(rows[0], depth + 1)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = [k for k in kind if k != "null"][0]
        if kind == "array":
            count = max(schema.get("minItems", 0), min(self.draw.randint(0, 3), schema.get("maxItems", 3)))
            return [self.make(schema.get("items", {}), depth + 1) for _ in range(count)]
        return {"object": lambda: self.object(schema, depth), "string": lambda: self.text(schema), "boolean": lambda: self.draw.random() < 0.5,
                "integer": lambda: self.number(schema, True), "null": lambda: None, "number": lambda: self.number(schema, False)}[kind]()


def reachable(document, schema):
    """The document's components that the schema refers to."""
    found, todo = {}, [schema]
    while todo:
        for ref in re.findall(r'"\$ref": "#/components/schemas/([^"/]+)"', json.dumps(todo.pop())):
            if ref not in found:
                found[ref] = document["components"]["schemas"][ref]
                todo.append(found[ref])
    return found


def both_ways(value):
    """Without readOnly and writeOnly: vane judges by direction, ajv knows none."""
    if isinstance(value, dict):
        return {k: both_ways(v) for k, v in value.items() if not (k in ("readOnly", "writeOnly") and v in (True, False))}
    return [both_ways(v) for v in value] if isinstance(value, list) else value


def broken(value, draw):
    """A copy with one fault: somewhere inside, a number, text or truth value is of another type."""
    value = copy.deepcopy(value)
    places = []

    def walk(at):
        for key in (range(len(at)) if isinstance(at, list) else list(at)):
            if isinstance(at[key], (dict, list)):
                walk(at[key])
            else:
                places.append((at, key))
    walk(value)
    if not places:
        return []
    at, key = draw.choice(places)
    at[key] = {"unexpected": True} if not isinstance(at[key], (int, float)) else ["unexpected"]
    return value


def largest(document):
    """The schema with the most properties below it that is an object."""
    rows = document["components"]["schemas"]
    return max((name for name, s in rows.items() if isinstance(s, dict) and "properties" in s), key=lambda name: len(json.dumps(reachable(document, rows[name]))) + len(json.dumps(rows[name])))


def packed(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write(data, folder):
    os.makedirs(folder, exist_ok=True)
    index = []

    def put(name, content):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(content)

    for number, (pattern, name, sizes) in enumerate(SCHEMAS):
        files = glob.glob(os.path.join(data, pattern))
        if not files:
            print(f"{pattern} is not there", file=sys.stderr)
            continue
        with open(files[0], encoding="utf-8") as file:
            document = json.load(file)
        name = name if name in document["components"]["schemas"] else largest(document)
        ref, draw = {"$ref": f"#/components/schemas/{name}"}, random.Random(f"{pattern} {name}")
        maker = Maker(document, draw)
        try:
            for many in (False, True) if sizes else (False,):
                schema = {"type": "array", "items": ref} if many else ref
                label = re.sub("[^A-Za-z0-9]+", "_", os.path.basename(pattern).rsplit(".", 1)[0].split("-v")[0] if "pairs" not in pattern else pattern.split("/")[1]) + "." + name.split(".")[-1]
                label += "[]" if many else ""
                put(f"{number}{'a' if many else ''}.openapi.json", packed(
                    {"openapi": document["openapi"], "info": {"title": name, "version": "1"},
                     "paths": {"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {"200": {"description": ""}}}}},
                     "components": {"schemas": both_ways(reachable(document, ref))}}))
                for size in sizes if many else (0,):
                    value = [] if many else maker.make(ref)
                    while many and len(packed(value)) < size:
                        value += [maker.make(ref) for _ in range(1 + size // 5000)]
                    for kind, made in (("valid", value), ("invalid", broken(value, draw))):
                        put(f"{number}.{size}.{kind}.json", packed(made))
                        index.append(f"{label}:{kind} {number}{'a' if many else ''}.openapi.json {number}.{size}.{kind}.json {kind}")
        except (Hard, KeyError, re.error) as why:
            print(f"{name} is left out: {why!r}", file=sys.stderr)
    put("index", ("\n".join(index) + "\n").encode())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(sys.argv[1], sys.argv[2])
