/* landscape: services that use each other, the versions that each can run at, what each version requires of others,
 * what runs now and what is wanted: what `vane plan` reads. Plain data in the arena that the reader was given; texts
 * and places borrow from the tree. Immutable once linked; fit.h and steps.h work on it. Releases (a version of a
 * service) are numbered through, those of one service side by side, newest first. */
#ifndef PROXY_PLAN_LANDSCAPE_H
#define PROXY_PLAN_LANDSCAPE_H

#include "conf/key.h"

enum {
	LANDSCAPE_SERVICES = 256,
	LANDSCAPE_VERSIONS = 64, /* of a service */
	LANDSCAPE_RELEASES = 2048,
	LANDSCAPE_NEEDS = 16384,
	LANDSCAPE_RANGES = 16
};

/* Whether two versions of a service may run at once: always where it is needed, only while the steps are taken, never.
 */
enum beside { BESIDE_ON, BESIDE_STEPS, BESIDE_OFF };

/* "1.2": major 1, minor 2 or later; "=1.2": minor 2 only. */
struct range {
	unsigned major, minor;
	bool exact;
};

/* "1.2 | 2.0": what is asked of a service; any of the ranges will do. */
struct demand {
	struct str text;
	struct place place;
	const struct range *ranges;
	unsigned range_count;
	const uint32_t *met_by; /* releases, newest first; set by landscape_link */
	uint32_t met_count;
	uint64_t met; /* the same as bits: 1 << i for the service's release number i, from its first */
};

/* A version of a service. */
struct release {
	uint32_t service;
	struct str name; /* as written: "1.4", "v2" */
	struct place place;
	unsigned number[3];
	bool runs;
	uint32_t first_need, need_count; /* in landscape.needs */
	struct str contract;             /* a file as written; empty without one */
	struct place contract_place;
};

/* `release` requires something of `service`. */
struct need {
	uint32_t release, service;
	struct demand demand;
};

struct service {
	struct str name;
	struct place place;
	uint32_t first, count;       /* in landscape.releases, newest first */
	const struct demand *wishes; /* each of them is to be met; none: whatever is newest */
	uint32_t wish_count;
	bool retired; /* wanted: none */
	struct place retired_place;
	bool runs;
	struct place running_place;
	enum beside beside;
	struct place beside_place; /* no file: the default */
};

struct landscape {
	struct service *services;
	uint32_t service_count;
	struct release *releases;
	uint32_t release_count;
	struct need *needs;
	uint32_t need_count;
	const uint32_t *order; /* services in the order of wish: those with one first, else as in the file */
};

/* Reads the tree of a landscape file. False after errors in `d`, each with its place. Not linked yet. */
bool landscape_read(const struct node *root, struct landscape *l, struct arena *arena, struct diag *d) WARN_UNUSED;

/* Whether `later`, of the same major as `base` and newer, keeps what `base` promises to those who use it. */
typedef bool landscape_keeps(void *context, uint32_t base, uint32_t later);

/* Finds which releases meet which demand, by number; where `keeps` is not NULL, a release meets a range only if it
 * keeps the promises of the oldest listed release that the range takes. May be called again with another judge. */
void landscape_link(struct landscape *l, struct arena *arena, landscape_keeps *keeps, void *context);
/* The keys of a landscape file, for the manual and the JSON Schema. */
extern const struct key_table landscape_table;

#endif
