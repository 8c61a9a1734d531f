/* compat_side: a comparison of contracts under way, shared by its files: the two sides, the four engines, and how
 * changes are added. Private to compat_contract.c, compat_operation.c, compat_parameter.c, compat_schema.c and
 * compat_document.c. */
#ifndef FILTERS_CONTRACT_COMPAT_SIDE_H
#define FILTERS_CONTRACT_COMPAT_SIDE_H

#include "filters/contract/compat_contract.h"
#include "filters/contract/parts.h"
#include "filters/contract/schema_map.h"
#include "proxy/base/vec.h"

/* What was found of one pair of schemas, for the next operation that uses it. */
struct compared {
	uint32_t a, b;
	uint8_t inclusion;
	unsigned count;
	struct compat_difference *at;
	struct compared *next;
};

enum { COMPARED_SLOTS = 4096, DIFFERENCES = 48 };

struct comparing {
	struct comparison *out;
	const struct contract *old, *new; /* NULL where two bare schemas are compared */
	const struct program *program[2]; /* old, new */
	const struct node *old_root, *new_root;
	const struct comparison_options *options;
	struct compat *engine[INCLUSIONS]; /* made when first asked */
	struct compared *compared[COMPARED_SLOTS];
	uint64_t end_ns;
	struct schema_map noted; /* pairs of nodes whose annotations were compared: in which walk */
	uint32_t walks;
	uint32_t again;       /* pairs looked at once more */
	struct str operation; /* that changes are told of */
};

/* compat_change.c: adds a change of that kind with its row's level and inclusions, and says so in words. What is told
 * beside that (verdict, witness) the caller fills in, before the next one is added: then it may have moved. */
struct change *comparing_add(struct comparing *c, enum change_kind kind, struct str where, struct place old,
			     struct place new, const char *format, ...) PRINTF_LIKE(6, 7);

/* compat_change.c: how ids of what is inside that part begin: "request-property" for "request-body"; else the part
 * itself. A constant.
 */
const char *comparing_inner_part(const char *part);
/* compat_schema.c: both inclusions of a pair of schemas, of requests or responses. `part` is how ids begin:
 * "request-body". */
struct schema_pair {
	enum direction direction;
	const struct judged *old, *new;
	struct place old_place, new_place;
	struct str where;
	const char *part;
	bool text;         /* values are written as text: what reads as a number may be a string */
	const char *inner; /* how ids of what is inside begin; NULL: as comparing_inner_part says */
};
/* The same for what is inside the pair of schemas. */
static inline const char *schema_pair_inner(const struct schema_pair *p)
{
	return p->inner ? p->inner : comparing_inner_part(p->part);
}
void comparing_schemas(struct comparing *c, const struct schema_pair *p);

/* compat_annotation.c: what the two schemas say beside, and the kinds of change by name; the pair's findings are those
 * from `first` on; `equal`: the same messages pass. */
void comparing_annotations(struct comparing *c, const struct schema_pair *p, size_t first, bool equal);

/* compat_parameter.c */
void comparing_parameters(struct comparing *c, const struct endpoint *old, const struct endpoint *new);
/* The headers of one response; `status` is how `where` begins. */
void comparing_headers(struct comparing *c, const struct parameters *old, const struct parameters *new,
		       const char *status, struct place old_place, struct place new_place);
/* compat_lifecycle.c: deprecation and sunset of a parameter that both have. */
void comparing_parameter_life(struct comparing *c, struct str where, const struct parameter *a,
			      const struct parameter *b);
/* As what the removal of the parameter counts: by its deprecation and sunset. */
enum change_kind comparing_removed_parameter(struct comparing *c, const struct parameter *p);
/* compat_operation.c: bodies, responses. */
void comparing_bodies(struct comparing *c, const struct endpoint *old, const struct endpoint *new);
/* By status, then by media type. */
void comparing_responses(struct comparing *c, const struct endpoint *old, const struct endpoint *new);
/* compat_document.c: what stands in the trees alone. */
void comparing_marks(struct comparing *c, const struct operation *old, const struct operation *new);
void comparing_document(struct comparing *c);
/* The operation's node, or NULL. */
const struct node *comparing_node(const struct node *root, const struct operation *o);
/* The sunset that it names: false where it has none; *readable where it is a date, *ms then its wall time. */
bool comparing_sunset(const struct node *operation, int64_t *ms, bool *readable, struct place *at);
/* The node at "#/…" of a document. */
const struct node *comparing_at(const struct node *root, struct str pointer);

#endif
