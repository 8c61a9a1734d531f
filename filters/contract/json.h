/* json: a strict reader of JSON text (RFC 8259) into a tape: one flat array of 16-byte tokens in the order of the text,
 * never a tree. A container's token tells where it ends, so that a value is skipped in one step; object members are a
 * key token followed by their value. A judge owns one tape and reads every message into it: it keeps its memory (see
 * tape_read), so that reading allocates nothing once warm. Tokens and slices are valid until the next tape_read.
 * What two readers could take differently is refused: invalid UTF-8, lone surrogate escapes, a BOM, duplicate keys. */
#ifndef FILTERS_CONTRACT_JSON_H
#define FILTERS_CONTRACT_JSON_H

#include "proxy/base/buf.h"
#include "proxy/base/str.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT, JSON_KINDS };

enum json_flag {
	JSON_KEY = 1,     /* a string that is a member's name */
	JSON_ESCAPED = 2, /* a string with escapes in its text: the token points at the decoded bytes */
	JSON_ASCII = 4,   /* a string whose decoded bytes are all ASCII: its length is its count of code points */
	JSON_PLAIN = 8    /* a number without fraction and exponent */
};

/* 16 bytes. Where it stands in the text: tape_offset. */
struct json_token {
	uint32_t at;     /* numbers, literals, containers: offset in the text; strings: see tape_string */
	uint32_t length; /* bytes of the lexeme; strings: of the decoded content, without quotes; arrays: items; objects: members */
	union {
		uint32_t hash;   /* keys: json_key_hash of the decoded name */
		uint32_t points; /* strings that are values: code points */
		uint32_t end;    /* containers: index just past their last token */
	};
	uint8_t kind;  /* enum json_kind */
	uint8_t flags; /* set of enum json_flag */
	uint16_t unused;
};

/* X(name, text): why a text is not read. */
#define JSON_ERRORS(X)                                                                                                 \
	X(OK, "no error")                                                                                              \
	X(TRUNCATED, "the text ends too early")                                                                        \
	X(UNEXPECTED, "a character that JSON does not allow here")                                                     \
	X(LITERAL, "neither true, false nor null")                                                                     \
	X(BAD_NUMBER, "not a number as JSON writes them")                                                              \
	X(BAD_ESCAPE, "an escape that JSON does not have")                                                             \
	X(CONTROL, "a control character inside a string")                                                              \
	X(TRAILING, "something follows the value")                                                                     \
	X(UTF8, "invalid UTF-8")                                                                                       \
	X(SURROGATE, "half of a surrogate pair")                                                                       \
	X(BOM, "a byte order mark")                                                                                    \
	X(TOO_DEEP, "nested too deeply")                                                                               \
	X(TOO_LARGE, "too large")                                                                                      \
	X(DUPLICATE_KEY, "a name that occurs twice in one object")

enum json_error {
#define X(name, text) JSON_##name,
	JSON_ERRORS(X)
#undef X
	JSON_ERROR_COUNT
};

/* What is wrong, and at which byte of the text. error JSON_OK: nothing. */
struct json_fault {
	enum json_error error;
	uint32_t offset;
};

/* The text of JSON_ERRORS. */
const char *json_error_text(enum json_error error);

/* Line and column (both from 1; column in code points) of a byte offset. Counts from the start: for messages only. */
struct json_position {
	uint32_t line, column;
};
/* An offset behind the text's end is that of the end. */
struct json_position json_position(struct str text, uint32_t offset);

struct json_limits {
	uint32_t depth; /* nesting of arrays and objects; 0 means 256 */
	uint32_t size;  /* bytes of text; 0 means 64 MiB; at most 2 GiB */
};

struct json_frame;

/* Begin with zeros; tape_free gives the memory back. */
struct tape {
	struct json_token *token; /* token[0] is the document's value */
	uint32_t count;           /* tokens */
	struct str text;          /* the reader's copy of what was read, followed by JSON_PADDING zero bytes */
	struct buf copy;          /* memory of text */
	struct buf decoded;       /* decoded strings, each behind its place in the text */
	uint32_t capacity;        /* tokens there is memory for */
	struct json_frame *frame; /* open containers while reading */
	uint32_t frames;
	uint32_t *slot; /* scratch for large objects and arrays: duplicate keys, tape_repeats */
	size_t slots;
	uint32_t quiet; /* messages in a row that needed little of a large memory */
};

enum { JSON_PADDING = 32 };

/* Reads one JSON text, with white space around it. `text` is copied (that costs little and lets the scanners load 16
 * bytes anywhere): it need not outlive the call. JSON_DUPLICATE_KEY (at the second key) is the one fault that leaves a
 * complete tape, because the text is JSON: it is told only when nothing else is wrong; after any other fault the tape
 * holds nothing. Memory that grew above 1 MiB for a giant message is given back after 64 messages in a row that
 * needed less than a quarter of it. */
struct json_fault tape_read(struct tape *t, struct str text, const struct json_limits *limits) WARN_UNUSED;
/* The same without SSE2, byte for byte the same tape: for tests, and what other machines use. */
struct json_fault tape_read_plain(struct tape *t, struct str text, const struct json_limits *limits) WARN_UNUSED;
/* For who reads the text himself and needs a tape of parts only. tape_begin copies the text and looks at its size and
 * for a BOM; the tape is empty then, with memory for at least one token. The whole text is checked for nothing else. */
struct json_fault tape_begin(struct tape *t, struct str text, const struct json_limits *limits) WARN_UNUSED;
/* Reads the one value at `at`, a place in t->text, with `depth` levels of nesting, as a tape of its own, instead of the
 * part before; offsets are those of the whole text. Returns the place behind the value; NULL where it is no JSON or a
 * key stands twice (what, tells tape_read). */
const char *tape_read_part(struct tape *t, const char *at, uint32_t depth) WARN_UNUSED;
/* Gives the tape's memory back. */
void tape_free(struct tape *t);
/* Bytes of memory held. */
size_t tape_held(const struct tape *t);

/* The decoded bytes of a string or key (UTF-8, may hold NUL), without quotes. */
static inline struct str tape_string(const struct tape *t, const struct json_token *k)
{
	return str_of((k->flags & JSON_ESCAPED ? t->decoded.at : t->text.at) + k->at, k->length);
}

/* The lexeme of a number or literal. */
static inline struct str tape_lexeme(const struct tape *t, const struct json_token *k)
{
	return str_of(t->text.at + k->at, k->length);
}

/* Index of the token behind the value at `index` (or behind a key). */
static inline uint32_t tape_next(const struct tape *t, uint32_t index)
{
	return t->token[index].kind >= JSON_ARRAY ? t->token[index].end : index + 1;
}

/* Code points of a string or key. */
uint32_t tape_string_length(const struct tape *t, const struct json_token *k);
/* Offset in the text of the first byte of a token (of a string's opening quote). */
uint32_t tape_offset(const struct tape *t, const struct json_token *k);
/* Offset in the text just past the value at `index` (past the closing quote or bracket). Costs the items of
 * the containers that close there. */
uint32_t tape_end_offset(const struct tape *t, uint32_t index);
/* Index of the value of the member `key` (decoded) of the object at `index`, or 0 where there is none. `hash` is
 * json_key_hash(key). Linear in the members; the first of duplicates. */
uint32_t tape_member(const struct tape *t, uint32_t index, struct str key, uint32_t hash);
/* The value at `index` as compact JSON: numbers as written, strings with the escapes that are needed only. */
void tape_to_json(const struct tape *t, uint32_t index, struct buf *out);

/* Hash of a decoded key. The same for one process only (it depends on the machine's byte order): never store it. */
uint32_t json_key_hash(struct str key);

/* "null", "boolean", "number", "string", "array", "object", as JSON Schema names them. */
const char *json_kind_name(enum json_kind kind);

#endif
