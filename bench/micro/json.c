/* json: nanoseconds per byte of tape_read on made-up but lifelike messages, warmed, best of many rounds.
 *
 * Files named on the command line are measured too. "plain" is the reader without SSE2. */
#include "filters/contract/json.h"
#include "proxy/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 25 };

static uint64_t seed = 88172645463325252u;

static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

/* One record as a code host's interface sends them: many strings, some numbers, a nested object, some nulls. */
static void add_issue(struct buf *b, unsigned n)
{
	buf_addf(b, "{\"id\":%u,\"node_id\":\"MDU6SXNzdWUx%u\",\"url\":\"https://api.example.com/repos/octo/hello/issues/%u\",",
		 1000000 + draw(900000000), draw(1000000000), n);
	buf_addf(b, "\"number\":%u,\"state\":\"%s\",\"title\":\"Found a bug in the \\\"%s\\\" module\",\"locked\":%s,", n,
		 draw(2) ? "open" : "closed", draw(2) ? "parser" : "writer", draw(3) ? "false" : "true");
	buf_addf(b,
		 "\"user\":{\"login\":\"octocat%u\",\"id\":%u,\"avatar_url\":\"https://avatars.example.com/u/%u?v=4\","
		 "\"type\":\"User\",\"site_admin\":false},",
		 draw(1000), draw(100000), draw(100000));
	buf_addf(b, "\"labels\":[{\"name\":\"bug\",\"color\":\"f29513\",\"default\":true}],\"score\":%u.%02u,\"milestone\":null,",
		 draw(100), draw(100));
	buf_addf(b, "\"created_at\":\"2026-%02u-%02uT%02u:09:43Z\",\"body\":\"I am having a problem with this, it breaks when "
		    "I open the \\u00e9dition.\\nSee https://example.com/%u\",\"author\":\"Zo\xC3\xAB\"}",
		 draw(12) + 1, draw(28) + 1, draw(24), draw(100000));
}

/* One day of a museum: short keys, dates, numbers, as the Redocly example's. */
static void add_day(struct buf *b, unsigned n)
{
	buf_addf(b, "  {\n    \"date\": \"2026-%02u-%02u\",\n    \"timeOpen\": \"09:00\",\n    \"timeClose\": \"18:00\",\n", n % 12 + 1,
		 n % 28 + 1);
	buf_addf(b, "    \"visitors\": %u,\n    \"price\": %u.50,\n    \"special\": %s\n  }", draw(5000), draw(40),
		 draw(2) ? "true" : "null");
}

static struct buf document(size_t size, void (*add)(struct buf *, unsigned))
{
	struct buf b = {0};
	for (unsigned n = 1; b.len < size; n++) {
		buf_addc(&b, b.len ? ',' : '[');
		add(&b, n);
	}
	buf_addc(&b, ']');
	return b;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

typedef struct json_fault reader(struct tape *, struct str, const struct json_limits *);

static double measure(reader *read, struct str text)
{
	struct tape tape = {0};
	struct json_limits limits = {0};
	size_t repeat = ((size_t)4 << 20) / text.len + 1;
	double best = 1e99;
	for (int round = 0; round < ROUNDS; round++) {
		double start = now();
		for (size_t i = 0; i < repeat; i++)
			CHECK(read(&tape, text, &limits).error == JSON_OK);
		double each = (now() - start) / (double)repeat / (double)text.len;
		best = each < best ? each : best;
	}
	tape_free(&tape);
	return best;
}

static void report(const char *name, struct str text)
{
	struct tape tape = {0};
	struct json_limits limits = {0};
	CHECK(tape_read(&tape, text, &limits).error == JSON_OK);
	printf("%-24s %9zu bytes  %7u tokens  %6.3f ns/byte  plain %6.3f\n", name, text.len, tape.count,
	       measure(tape_read, text), measure(tape_read_plain, text));
	tape_free(&tape);
}

static void report_file(const char *path)
{
	struct buf b = {0};
	FILE *f = fopen(path, "rb");
	CHECK(f);
	for (size_t got = 1; got; b.len += got) {
		buf_reserve(&b, 65536);
		got = fread(b.at + b.len, 1, b.cap - b.len, f);
	}
	fclose(f);
	report(path, buf_str(&b));
	buf_free(&b);
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = {1000, 16000, 1000000};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct buf issues = document(sizes[i], add_issue), days = document(sizes[i], add_day);
		report("issues, compact", buf_str(&issues));
		report("museum days, pretty", buf_str(&days));
		buf_free(&issues);
		buf_free(&days);
	}
	for (int i = 1; i < argc; i++)
		report_file(argv[i]);
	return 0;
}
