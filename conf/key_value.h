/* key_value: one scalar of a configuration file to the type that its row asks for. Internal to conf/key.c. */
#ifndef CONF_KEY_VALUE_H
#define CONF_KEY_VALUE_H

#include "conf/key.h"

/* Reads `n` into `field` for the kinds STRING to NODE. False after an error at n's place. */
bool key_value_read(struct key_reader *r, const struct key *k, const struct node *n, void *field) WARN_UNUSED;
/* Bytes of a field of this kind and shape ONE: of an item in a list. */
size_t key_value_size(const struct key *k);
/* Of the words (ending with NULL), the one that is meant by `word`: by the hints, or the nearest. NULL: none. */
const char *key_value_meant(struct str word, const struct key_hint *hints, const char *const *words);

#endif
