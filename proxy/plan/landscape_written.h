/* landscape_written: a landscape file as it is written, before names are looked up: what landscape_keys.c's tables fill
 * in and landscape_read.c makes sense of. Texts borrow from the tree. */
#ifndef PROXY_PLAN_LANDSCAPE_WRITTEN_H
#define PROXY_PLAN_LANDSCAPE_WRITTEN_H

#include "proxy/plan/landscape.h"

/* A value with its place: "1.2 | 2.0", or one version. */
struct word {
	struct str text;
	struct place place;
};

struct side {
	enum beside beside;
	struct place place; /* no file: not written */
};

struct written_release {
	struct key_map needs; /* of struct word */
	struct word contract;
};

struct written_service {
	struct key_list running, wanted; /* of struct word */
	struct key_map releases;
	struct side beside;
};

struct written {
	struct side beside;
	struct key_map services;
};

#endif
