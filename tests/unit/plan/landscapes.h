/* landscapes: read from text, and made at random, for the tests of proxy/plan. */
#ifndef TESTS_UNIT_PLAN_LANDSCAPES_H
#define TESTS_UNIT_PLAN_LANDSCAPES_H

#include "conf/conf.h"
#include "proxy/plan/landscape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct ground {
	struct conf conf;
	struct diag diag;
	struct landscape l;
};

/* True when the text is a landscape; its complaints are in diag. */
static inline bool ground_read(struct ground *g, const char *text)
{
	diag_init(&g->diag);
	if (!conf_read(&g->conf, str_from(text), "landscape.yaml", &g->diag) ||
	    !landscape_read(g->conf.root, &g->l, &g->conf.arena, &g->diag))
		return false;
	landscape_link(&g->l, &g->conf.arena, NULL, NULL);
	return true;
}

static inline void ground_free(struct ground *g)
{
	conf_free(&g->conf);
	diag_free(&g->diag);
}

static inline uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)((*seed >> 20) % below);
}

/* At most 64 releases: sets of them are one word. */
static inline uint64_t bit(uint32_t release)
{
	return (uint64_t)1 << release;
}

/* "service.version" of a release. */
static inline struct str name_of(const struct landscape *l, uint32_t release, struct arena *a)
{
	const struct release *r = &l->releases[release];
	return arena_printf(a, "%.*s.%.*s", STR_ARG(l->services[r->service].name), STR_ARG(r->name));
}

static const char *const random_versions[] = {"1.0", "1.1", "2.0", "2.1", "3.0"};

static inline void random_release(struct buf *out, uint64_t *seed, unsigned service, unsigned services)
{
	static const char *const asked[] = {"1", "1", "1.1", "2", "2", "2.1", "1 | 2", "=1.0", "3", "2 | 3"};
	buf_addf(out, "{requires: {");
	for (unsigned other = 0, count = 0; other < services; other++)
		if (other != service && draw(seed, 4) == 0)
			buf_addf(out, "%ss%u: %s", count++ ? ", " : "", other, asked[draw(seed, 10)]);
	buf_addf(out, "}}\n");
}

/* 2 to 4 services with 1 to 3 versions each. */
static inline void random_landscape(struct buf *out, uint64_t *seed)
{
	unsigned services = 2 + draw(seed, 3);
	static const char *const sides[] = {"on", "steps", "off"};
	static const char *const wanted[] = {"1", "2", "2", "2.1", "1 | 2", "3", "[1, 2]", "none"};
	buf_addf(out, "side_by_side: %s\nservices:\n", sides[draw(seed, 4) == 0]);
	for (unsigned i = 0; i < services; i++) {
		unsigned first = draw(seed, 3), last = first + draw(seed, 3),
			 runs = first + draw(seed, last - first + 1);
		bool off = draw(seed, 8) == 0;
		buf_addf(out, "  s%u:\n", i);
		if (off || draw(seed, 6) == 0)
			buf_addf(out, "    side_by_side: %s\n", off ? "off" : sides[draw(seed, 2)]);
		if (draw(seed, 5))
			buf_addf(out, "    running: %s\n", random_versions[runs]);
		else if (!off && draw(seed, 2))
			buf_addf(out, "    running: [%s, %s]\n", random_versions[first], random_versions[last]);
		if (draw(seed, 3) == 0)
			buf_addf(out, "    wanted: %s\n", wanted[draw(seed, 8)]);
		buf_addf(out, "    versions:\n");
		for (unsigned v = first; v <= last; v++) {
			buf_addf(out, "      %s: ", random_versions[v]);
			random_release(out, seed, i, services);
		}
	}
	buf_addc(out, '\0');
}

#endif
