#!/usr/bin/env python3
"""Makes the bench's messages, the same ones each time: orders that keep contract.yaml, of exactly the size that is asked
for, their keys in any order (a different one in each object).

    messages.py FOLDER      writes order-SIZE-N.json (requests) and answer-SIZE.json for 1k, 16k, 256k
"""
import json
import os
import random
import sys

SIZES = {"1k": 1024, "16k": 16 * 1024, "256k": 256 * 1024}
COUNT = 8  # different requests of each size
STREETS = ["Hauptstraße", "Main Street", "Rue de la Paix", "Kungsgatan", "Long Lane"]
CITIES = ["Köln", "Springfield", "Paris", "Göteborg", "York"]
WORDS = "the quick brown fox jumps over a lazy dog while seven wizards box with jolly giants in the park".split()


def mixed(draw, members):
    """An object with these members in any order."""
    rows = list(members.items())
    draw.shuffle(rows)
    return dict(rows)


def money(draw):
    return f"{draw.randint(0, 9999)}.{draw.randint(0, 99):02}"


def text(draw, words):
    return " ".join(draw.choice(WORDS) for _ in range(words))


def address(draw):
    made = {"street": f"{draw.choice(STREETS)} {draw.randint(1, 200)}", "city": draw.choice(CITIES),
            "postcode": f"{draw.randint(10000, 99999)}", "country": draw.choice(["DE", "US", "FR", "SE", "GB"])}
    if draw.random() < 0.5:
        made["location"] = mixed(draw, {"latitude": round(draw.uniform(-90, 90), 5), "longitude": round(draw.uniform(-180, 180), 5)})
    return mixed(draw, made)


def line(draw):
    made = {"sku": f"{draw.choice('ABCDEFG')}{draw.choice('HIJKLM')}-{draw.randint(1000, 99999999)}",
            "quantity": draw.randint(1, 40), "price": money(draw)}
    more = {"title": text(draw, 5), "weight": round(draw.uniform(0, 30), 3), "taxable": draw.random() < 0.7,
            "status": draw.choice(["new", "picked", "packed", "shipped"]),
            "image": f"https://img.example.com/p/{draw.randint(1, 10**6)}.webp?w=640", "tags": [draw.choice(WORDS) for _ in range(3)],
            "attributes": {draw.choice(["colour", "size", "fabric"]): draw.choice(["red", "XL", "wool, \"pure\"", "blau"])}}
    made.update({name: value for name, value in more.items() if draw.random() < 0.6})
    return mixed(draw, made)


def uuid(draw):
    digits = f"{draw.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def order(draw, size):
    customer = mixed(draw, {"id": f"c-{draw.randint(1, 10**6)}", "name": "Zoë Müller", "email": f"zoe.{draw.randint(1, 999)}@example.com",
                            "tier": "gold", "newsletter": False, "billing": address(draw), "shipping": address(draw)})
    made = {"id": uuid(draw), "number": draw.randint(1, 10**6), "state": draw.choice(["open", "paid"]), "customer": customer,
            "lines": [], "total": money(draw), "currency": "EUR", "created": "2026-03-01T10:15:30.250Z", "due": "2026-03-31",
            "source": f"192.0.2.{draw.randint(1, 254)}", "note": ""}
    made = mixed(draw, made)
    left = size - len(packed(made))
    while left > 280 or not made["lines"]:
        more = line(draw)
        left -= len(packed(more)) + 1
        if left < 0 and made["lines"]:
            break
        made["lines"].append(more)
    made["note"] = "x" * (size - len(packed(made)))
    return packed(made)


def packed(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write(folder):
    os.makedirs(folder, exist_ok=True)
    for name, size in SIZES.items():
        draw = random.Random(f"vane {name}")
        for number in range(COUNT + 1):
            body = order(draw, size)
            assert len(body) == size, (name, number, len(body))
            path = f"order-{name}-{number}.json" if number < COUNT else f"answer-{name}.json"
            with open(os.path.join(folder, path), "wb") as out:
                out.write(body)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
