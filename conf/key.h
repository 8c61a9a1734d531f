/* key: tables of configuration keys. A module declares its settings as a plain struct and a constant table with a row
 * for each key: name, where the value goes and how it is read, default, one line of description. key_read fills the
 * struct from a mapping and collects every error with its place; key_defaults fills it from the tables' own default
 * texts by the same readers, so that the manual (which prints the tables) cannot disagree. conf/README.md has an
 * example. Tables are static and immutable; settings belong to the caller; texts in them borrow from the tree. */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include "conf/diag.h"
#include "conf/tree.h"
#include "conf/unit.h"

/* X(NAME, type of the field, word for the manual). A row's min and max are for the numbers and an address's port. */
#define KEY_KINDS(X)                                                                                                   \
	X(STRING, struct str, "string")                                                                                \
	X(BOOL, bool, "boolean") /* true, false, on, off */                                                            \
	X(WORD, int, "word")     /* one of row.words; the field (int or an enum) gets its index */                     \
	X(INTEGER, int64_t, "integer")                                                                                 \
	X(SIZE, int64_t, "size")              /* 64KiB; bytes */                                                       \
	X(DURATION, int64_t, "duration")      /* 30s; milliseconds */                                                  \
	X(PERCENT, int64_t, "percent")        /* 5%; parts per million */                                              \
	X(TIME, int64_t, "date or time")      /* 2026-06-30, 2026-06-30T14:00Z; wall clock milliseconds (clock.h) */   \
	X(ADDRESS, struct address, "address") /* unit.h */                                                             \
	X(NODE, const struct node *, "any") /* left to the module: the tree as it is, NULL where it was not written */ \
	X(TABLE, void, "mapping")           /* a struct of its own with row.table, embedded */                         \
	X(CUSTOM, void, "custom")           /* row.read does it */                                                     \
	X(SELF, const struct node *, "") /* no key: the field gets the whole node, for places and for what is there */

enum key_kind {
#define X(name, type, word) KEY_##name,
	KEY_KINDS(X)
#undef X
};

/* One value, a list (or one value, which is a list of one), or a mapping with free names. */
enum key_shape { KEY_ONE, KEY_LIST, KEY_MAP };

/* The field of a KEY_LIST row: `count` values of the kind's type (or structs of row.table), in the arena. */
struct key_list {
	void *at;
	size_t count;
};

/* The field of a KEY_MAP row: item i at `at` was read from members[i], whose key has the free name and its place. */
struct key_map {
	void *at;
	const struct member *members;
	size_t count;
};

/* What other tools or older habits write, and what it is called here. Tables of them end with {NULL}. */
struct key_hint {
	const char *word, *instead;
};

struct key_table;

/* What a custom reader works with. */
struct key_reader {
	struct arena *arena; /* for what the settings need beside themselves */
	struct diag *diag;
	void *context; /* whatever key_read's caller gave */
};

struct key {
	const char *name;
	const char *alias; /* a second name for the same key (`address` for `addresses`), or NULL */
	enum key_kind kind;
	enum key_shape shape;
	size_t offset;      /* of the field in the settings struct; use KEY_AT and its like, which check its type */
	size_t item_size;   /* KEY_CUSTOM in a list or a map: size of one item */
	const char *normal; /* the default, as an operator would write it; NULL: none, the field stays as zeroed */
	bool required;      /* must be written; has no default */
	/* In the field's unit; max 0: no upper limit. Everything but a time is at least min, so at least 0 by default. */
	int64_t min, max;
	const char *const *words;      /* KEY_WORD: ends with NULL */
	const struct key_hint *hints;  /* for values: words that others use; may be NULL */
	const struct key_table *table; /* KEY_TABLE */
	/* KEY_CUSTOM: reads `n` into `field`; false after an error in r->diag. */
	bool (*read)(struct key_reader *r, const struct key *k, const struct node *n, void *field);
	const char *type; /* KEY_CUSTOM: the type's name in the manual; optional elsewhere, replaces the kind's word */
	const char *schema; /* KEY_CUSTOM: a JSON Schema for it, as JSON text; NULL: anything */
	const char *about;  /* one line for the manual */
};

struct key_table {
	const char *name; /* what the mapping describes, for messages: "a version" */
	const struct key *keys;
	size_t count;
	size_t size;                  /* of the settings struct */
	const struct key_hint *hints; /* for unknown keys; may be NULL */
	const char *shorthand; /* the key that anything but a mapping stands for (`contract: f.yaml` is {file: f.yaml}),
				  or NULL */
	/* Rules between keys, after all of them were read without errors; may be NULL. False after an error. `n` is the
	 * mapping (or what stood for it). Not called by key_defaults. */
	bool (*check)(struct key_reader *r, const struct node *n, void *settings);
};

/* Rows: {.name = "max_body", KEY_AT(SIZE, struct validate, max_body), .normal = "1MiB", .about = "…"}. The macros
 * refuse a field of the wrong type when the table is compiled. */
#define KEY_AT(kind_name, settings, field) .kind = KEY_##kind_name, .offset = KEY_TYPED_##kind_name(settings, field)
#define KEY_LIST_AT(kind_name, settings, field)                                                                        \
	.kind = KEY_##kind_name, .shape = KEY_LIST, .offset = KEY_TYPED(settings, field, struct key_list)
#define KEY_MAP_AT(kind_name, settings, field)                                                                         \
	.kind = KEY_##kind_name, .shape = KEY_MAP, .offset = KEY_TYPED(settings, field, struct key_map)
#define KEY_TABLE_OF(settings, rows) .keys = (rows), .count = sizeof(rows) / sizeof(rows)[0], .size = sizeof(settings)

#define KEY_TYPED(settings, field, wanted)                                                                             \
	(offsetof(settings, field) + 0 * sizeof(_Generic(((settings *)0)->field, wanted : 0)))
#define KEY_TYPED_STRING(s, f)   KEY_TYPED(s, f, struct str)
#define KEY_TYPED_BOOL(s, f)     KEY_TYPED(s, f, bool)
#define KEY_TYPED_WORD(s, f)     (offsetof(s, f) + 0 * sizeof(char[sizeof(((s *)0)->f) == sizeof(int) ? 1 : -1]))
#define KEY_TYPED_INTEGER(s, f)  KEY_TYPED(s, f, int64_t)
#define KEY_TYPED_SIZE(s, f)     KEY_TYPED(s, f, int64_t)
#define KEY_TYPED_DURATION(s, f) KEY_TYPED(s, f, int64_t)
#define KEY_TYPED_PERCENT(s, f)  KEY_TYPED(s, f, int64_t)
#define KEY_TYPED_TIME(s, f)     KEY_TYPED(s, f, int64_t)
#define KEY_TYPED_ADDRESS(s, f)  KEY_TYPED(s, f, struct address)
#define KEY_TYPED_NODE(s, f)     KEY_TYPED(s, f, const struct node *)
#define KEY_TYPED_SELF(s, f)     KEY_TYPED(s, f, const struct node *)
#define KEY_TYPED_TABLE(s, f)    offsetof(s, f)
#define KEY_TYPED_CUSTOM(s, f)   offsetof(s, f)

/* Clears `settings` (table->size bytes) and fills in every default, nested tables too. */
void key_defaults(const struct key_table *t, void *settings, struct arena *arena);
/* Reads the mapping `n` over what `settings` holds: what is not written stays (so a copy of the general settings, read
 * over, gives the overridden ones). NULL for `n` means nothing written: only missing required keys are errors. Lists
 * and maps are replaced as a whole; the structs in them begin with their table's defaults. All errors are collected. */
bool key_read(const struct key_table *t, const struct node *n, void *settings, struct key_reader *r) WARN_UNUSED;
/* Reads one value as row `k` says into `field`: for custom readers. */
bool key_read_value(struct key_reader *r, const struct key *k, const struct node *n, void *field) WARN_UNUSED;
/* The same from a text as it would stand in the file, a default or a flag on the command line; `shown` is what messages
 * call it ("--listen"). The text must outlive the settings. */
bool key_read_text(struct key_reader *r, const struct key *k, struct str text, const char *shown,
		   void *field) WARN_UNUSED;

/* The place of `name`'s value in the mapping `n`, or of `n` itself where it is not written: for rules between keys. */
struct place key_place(const struct node *n, const char *name);
/* The row of a name or alias, or NULL. */
const struct key *key_find(const struct key_table *t, struct str name);
/* The type of a row for the manual: `size`, `enforce | report | off`, `list of addresses`. */
void key_type(const struct key *k, struct buf *out);
/* Calls `visit` for every key of the table and the tables below it, in order, with its path: `limits.headers`, or
 * `versions.<name>.backend` below a free name. KEY_SELF rows are left out. For the manual and `vane check`. */
void key_walk(const struct key_table *t, void (*visit)(void *context, struct str path, const struct key *k),
	      void *context);
/* The table as a JSON Schema (2020-12) object, for editors; the caller writes what stands around it. */
void key_schema(const struct key_table *t, struct buf *out);

#endif
