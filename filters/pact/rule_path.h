/* rule_path: the paths of matching rules (Pact specification 2, "Matcher Path expressions"): `$.a['b c'][0][*].*`, a
 * small part of JSONPath. Pure but for the arena. Called by rule.c. */
#ifndef FILTERS_PACT_RULE_PATH_H
#define FILTERS_PACT_RULE_PATH_H

#include "filters/pact/rule.h"

enum { RULE_STEPS = 160 };

/* Reads a path that begins with `$`. NULL and the reason in *why where it is none, or has more than RULE_STEPS. */
struct step *rule_path_read(struct arena *arena, struct str text, unsigned *count, const char **why) WARN_UNUSED;
/* Reads the name of a header or a query parameter, perhaps with the index of one of its values behind it. */
struct step *rule_path_name(struct arena *arena, struct str text, unsigned *count);

#endif
