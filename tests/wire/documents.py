"""Real OpenAPI documents for wire tests: where they are, and what they say of their own traffic. Not part of the
repository: $VANE_TEST_DATA, or ../shared/data beside the checkout. Who needs them and finds none says so and ends with 77."""
import json
import os
import re
import sys
from urllib.parse import quote

from harness import ROOT

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def folder():
    for top in (os.environ.get("VANE_TEST_DATA"), os.path.join(os.path.dirname(ROOT), "shared", "data")):
        if top and os.path.isdir(os.path.join(top, "openapi-documents")):
            return os.path.join(top, "openapi-documents")
    print("skipped: no real documents here (VANE_TEST_DATA names the folder that has openapi-documents/)")
    sys.stdout.flush()
    os._exit(77)


# ---- as much YAML as these documents use: block mappings and lists, plain and quoted words ----


class Lines:
    def __init__(self, text):
        self.rows = [(len(line) - len(line.lstrip()), line.strip()) for line in text.split("\n")
                     if line.strip() and not line.lstrip().startswith("#")]
        self.at = 0

    def indent(self):
        return self.rows[self.at][0] if self.at < len(self.rows) else -1


def scalar(text):
    if text[:1] == '"':
        return json.loads(text)
    if text[:1] == "'":
        return text[1:-1].replace("''", "'")
    if text in ("[]", "{}"):
        return json.loads(text)
    if text[:1] in "[{&*!|>":
        raise ValueError(f"not the YAML that is read here: {text}")
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text):
        return json.loads(text)
    return {"true": True, "false": False, "null": None, "~": None}.get(text, text)


def block(lines, indent):
    if lines.rows[lines.at][1].startswith("- "):
        items = []
        while lines.indent() == indent and lines.rows[lines.at][1].startswith("- "):
            inner = indent + 2
            lines.rows[lines.at] = (inner, lines.rows[lines.at][1][2:].strip())
            items.append(block(lines, inner) if KEY.match(lines.rows[lines.at][1]) else one(lines))
        return items
    members = {}
    while lines.indent() == indent:
        match = KEY.match(lines.rows[lines.at][1])
        if not match:
            raise ValueError(f"not the YAML that is read here: {lines.rows[lines.at][1]}")
        lines.at += 1
        below = lines.indent() > indent or (lines.indent() == indent and lines.rows[lines.at][1].startswith("- "))
        members[scalar(match[1])] = scalar(match[2]) if match[2] else block(lines, lines.indent()) if below else None
    return members


KEY = re.compile(r"""('[^']*'|"[^"]*"|[^\s'"#][^#]*?):(?:\s+(.*))?$""")


def one(lines):
    lines.at += 1
    return scalar(lines.rows[lines.at - 1][1])


def read(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    return json.loads(text) if path.endswith(".json") else block(Lines(text), 0)


# ---- what a document says of its own traffic ----


class Document:
    def __init__(self, path):
        self.path, self.root = path, read(path)

    def follow(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.root
            for word in node["$ref"].lstrip("#/").split("/"):
                target = target[word.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def examples(self, media):
        """The values of a media type's own examples."""
        media = self.follow(media)
        if "example" in media:
            return [media["example"]]
        return [self.follow(e)["value"] for e in media.get("examples", {}).values() if "value" in self.follow(e)]

    def parameter_text(self, parameter):
        schema = self.follow(parameter.get("schema", {}))
        for place in (parameter, schema):
            if "example" in place:
                return str(place["example"])
        return str(schema.get("default", "x" * max(1, schema.get("minLength", 1))))

    def target(self, template, item, operation):
        """A path with the parameters' own examples and the query parameters that are required; the fields that are."""
        query, fields = [], {}
        for parameter in map(self.follow, item.get("parameters", []) + operation.get("parameters", [])):
            text = self.parameter_text(parameter)
            if parameter["in"] == "path":
                template = template.replace("{%s}" % parameter["name"], quote(text, safe=""))
            elif parameter["in"] == "query" and parameter.get("required"):
                query.append("%s=%s" % (parameter["name"], quote(text)))
            elif parameter["in"] == "header" and parameter.get("required"):
                fields[parameter["name"]] = text
        return template + ("?" + "&".join(query) if query else ""), fields

    def exchanges(self):
        """(method, target, request media type, body or None, status, response media type, body or None, request fields):
        all that the document's examples make. A body that has no example is left out together with its operation or its status."""
        for template, item in self.root.get("paths", {}).items():
            item = self.follow(item)
            for method in METHODS:
                if method in item:
                    yield from self.of_operation(template, item, method, item[method])

    def of_operation(self, template, item, method, operation):
        requests = [(None, None)]
        if "requestBody" in operation:
            requests = [(kind, value) for kind, media in self.follow(operation["requestBody"])["content"].items()
                        for value in self.examples(media)]
        responses = []
        for status, response in operation.get("responses", {}).items():
            content = self.follow(response).get("content")
            if str(status).isdigit() and not content:
                responses.append((int(status), None, None))
            elif str(status).isdigit():
                responses += [(int(status), kind, value) for kind, media in content.items()
                              for value in self.examples(media)]
        target, fields = self.target(template, item, operation)
        for request in requests:
            for response in responses:
                yield (method.upper(), target) + request + response + (fields,)
