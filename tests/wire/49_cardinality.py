"""Nothing that clients send adds series without bound: 100,000 consumers, paths and methods, each a name of its own
(design, section 13). What a scrape of 2,000 series takes is printed, not asserted."""
import json
import os
import re
import tempfile
import time

from harness import OK, Backend, Client, Vane, contains, equal, eventually, get, main, scratch, true

backend = Backend(answer=OK)
CONFIG = """
log: {access: 'off', level: error}
select: {from: [{path: /v<major>}]}
consumers: {from: [{header: X-Consumer}], max: %(max)d}
versions:
  v1: {backend: '%(backend)s', contract: '%(contract)s', deprecated: 2020-01-01, sunset: 2020-06-01}
  v2: {backend: '%(backend)s'}
"""
CONTRACT = """
openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: ok}}}
"""
MANY, BATCH = 100000, 500
contract = os.path.join(tempfile.mkdtemp(dir=scratch), "openapi.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)


def start(consumers=200):
    vane = Vane(CONFIG, {"backend": backend.address, "contract": contract, "max": consumers}, wait=False)
    eventually(lambda: os.path.exists(vane.admin) and answers(vane), "vane starts")
    return vane


def answers(vane):
    try:
        return vane.page("/readyz").status == 200
    except OSError:
        return False


def samples(page):
    return [line for line in page.splitlines() if line and not line.startswith("#")]


def series(page):
    """Names and labels, without the process's own."""
    return {line.rsplit(" ", 1)[0] for line in samples(page) if line.startswith("vane_")}


def pour(vane, first, last):
    """Requests of v1 (which vane answers itself), each with a consumer, a path and a method of its own, in batches."""
    for at in range(first, last, BATCH):
        with Client(vane) as client:
            lines = []
            for number in range(at, at + BATCH):
                method = f"M{number}" if number % 5 == 4 else ("GET", "PUT", "PROPFIND", "DELETE")[number % 4]
                path = f"/v1/orders/{number}" if number % 2 else f"/v1/p{number}/q{number}?a={number}"
                lines.append(f"{method} {path} HTTP/1.1\r\nHost: h{number}\r\nX-Consumer: consumer-{number}\r\n"
                             f"X-Request-Id: r{number}\r\n\r\n")
            client.send("".join(lines).encode())
            statuses = {client.response("GET").status for _ in range(BATCH)}
            true(statuses <= {410, 501, 400, 405}, statuses)


def test_a_hundred_thousand_of_each():
    vane = start()
    pour(vane, 0, MANY // 5)
    before, memory = series(vane.scrape()), vane.memory()
    vane.page("/api/usage?limit=1")
    pour(vane, MANY // 5, MANY)
    page = vane.scrape()
    grown = vane.memory() - memory
    new = {re.sub(r'consumer="[^"]*"', 'consumer="…"', name) for name in series(page) - before}
    equal(new, set())
    true(len(before) < 2500, len(before))
    consumers = set(re.findall(r'consumer="([^"]*)"', page))
    true(len(consumers) <= 201 + 3, len(consumers))  # _other, and what is ours
    contains("_other", consumers)
    contains('method="_OTHER"', page)
    true("/p12/" not in page and "orders/13" not in page and "M14" not in page)
    overflow = next(float(line.split()[1]) for line in samples(page) if line.startswith('vane_label_overflow_total{label="consumer"}'))
    true(overflow > MANY / 2, overflow)
    counted = sum(float(line.split()[-1]) for line in samples(page) if line.startswith("vane_deprecated_requests_total{"))
    true(counted > MANY * 0.7, counted)
    # The usage that is kept in memory is bounded by the same names.
    rows = json.loads(vane.page("/api/usage?limit=100000").body)["usage"]
    true(len(rows) < 3000, len(rows))
    print(f"\n{len(series(page))} series, {len(rows)} rows of usage; memory grew by {grown >> 10} KiB over the last {MANY * 4 // 5} requests")
    true(grown < 12 << 20, grown)  # a row for each name would be more


def test_a_scrape_of_two_thousand_series():
    vane = start(consumers=1000)
    pour(vane, 0, 2000)
    times = []
    for _ in range(20):
        began = time.perf_counter()
        page = vane.scrape()
        times.append(time.perf_counter() - began)
    print(f"\nscrape: {len(samples(page))} samples, {len(page) >> 10} KiB, median {sorted(times)[10] * 1000:.2f} ms, "
          f"best {min(times) * 1000:.2f} ms, this reader's share included")
    true(len(samples(page)) > 2000, len(samples(page)))


if __name__ == "__main__":
    main()
