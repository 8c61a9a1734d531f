/* stream: bodies that are a sequence of items: JSON text sequences (RFC 7464), JSON lines, server-sent events
 * (HTML, 9.2.6: an object of event, data, id and retry). Each item is judged by itemSchema, and all of them, as a list,
 * by schema (OpenAPI 3.2, 4.14.4). Pointers of findings begin with the item's index. Called by body.c with the whole
 * body. */
#ifndef FILTERS_CONTRACT_STREAM_H
#define FILTERS_CONTRACT_STREAM_H

#include "filters/contract/hearing.h"

/* `kind` is MEDIA_SEQUENCE, MEDIA_LINES or MEDIA_EVENTS; `m` has an item schema, or one of the list. What is found goes
 * to the hearing. */
void stream_judge(struct hearing *h, const struct media *m, enum media_kind kind, struct str body);

/* Of a stream that is judged while it passes (contract_items): adds `part`, and tells how many bytes of items->text
 * hold complete items only: all of them with the `last`. Looks at the new bytes only. */
size_t stream_complete(struct body_items *items, enum media_kind kind, struct str part, bool last);
/* Judges the items in `text` by itemSchema; the first has the number `index`. Returns how many they were. */
unsigned stream_judge_items(struct hearing *h, const struct media *m, enum media_kind kind, struct str text,
			    unsigned index);

#endif
