/* Issues into findings: where, which keyword. Names and positions only: never a value of the message. */
#include "filters/contract/pointer.h"
#include "filters/contract/program_explain.h"

enum { ORIGIN_DEPTH = 640 };

static const struct {
	const char *code;     /* NULL: the keyword's name */
	enum keyword keyword; /* KEYWORD_COUNT: the op's */
} kinds[] = {
    [ISSUE_OP] = {NULL, KEYWORD_COUNT},
    [ISSUE_TYPE] = {"type", KEYWORD_TYPE},
    [ISSUE_NEVER] = {NULL, KEYWORD_COUNT},
    [ISSUE_REQUIRED] = {"required", KEYWORD_REQUIRED},
    [ISSUE_READ_ONLY] = {"read_only", KEYWORD_READ_ONLY},
    [ISSUE_WRITE_ONLY] = {"write_only", KEYWORD_WRITE_ONLY},
    [ISSUE_DEPENDENT] = {NULL, KEYWORD_COUNT},
    [ISSUE_NAME] = {NULL, KEYWORD_COUNT},
    [ISSUE_MANY] = {NULL, KEYWORD_COUNT},
    [ISSUE_UNKNOWN] = {"unknown_property", KEYWORD_COUNT},
};

/* The pointer of a rule's schema in its document. */
static void add_origin(const struct program *p, uint32_t rule, struct buf *out)
{
	uint32_t chain[ORIGIN_DEPTH];
	unsigned depth = 0;
	for (uint32_t at = rule; depth < ORIGIN_DEPTH; at = p->origins.at[at].parent) {
		chain[depth++] = at;
		if (p->origins.at[at].parent == NONE)
			break;
	}
	while (depth--) {
		const struct origin *o = &p->origins.at[chain[depth]];
		if (o->parent == NONE) {
			buf_add(out, str_of(p->text.at + o->text, o->length));
			continue;
		}
		pointer_add_key(out, schema_keywords[o->keyword].text);
		if (o->detail == DETAIL_TEXT)
			pointer_add_key(out, str_of(p->text.at + o->text, o->length));
		else if (o->detail == DETAIL_INDEX)
			pointer_add_index(out, o->text);
	}
}

static enum keyword issue_keyword(const struct run *r, const struct issue *i)
{
	const struct origin *o = &r->p->origins.at[i->rule];
	if (kinds[i->what].keyword != KEYWORD_COUNT)
		return kinds[i->what].keyword;
	if (i->what == ISSUE_NEVER)
		return o->parent == NONE ? KEYWORD_COUNT : (enum keyword)o->keyword;
	return i->op ? (enum keyword)r->p->ops.at[i->op].keyword : KEYWORD_COUNT;
}

/* "minLength" as "min_length". */
static const char *issue_code(const struct issue *i, enum keyword k, enum location location, struct arena *arena,
			      struct buf *code)
{
	struct str word = k == KEYWORD_COUNT ? STR("schema") : schema_keywords[k].text;
	code->len = 0;
	buf_add(code, str_from(location_word(location)));
	buf_addc(code, '.');
	if (kinds[i->what].code)
		word = str_from(kinds[i->what].code);
	for (size_t at = 0; at < word.len; at++) {
		char c = word.at[at];
		if (c == '$')
			continue;
		if (c >= 'A' && c <= 'Z')
			buf_addc(code, '_');
		buf_addc(code, ascii_lower(c));
	}
	return arena_dup(arena, buf_str(code)).at;
}

static struct place issue_place(const struct run *r, const struct issue *i)
{
	const struct program *p = r->p;
	const struct origin *o = &p->origins.at[i->rule];
	struct place at = {p->files.at[o->file], o->line, o->column};
	if (i->what == ISSUE_TYPE && o->type_line)
		at = (struct place){at.file, o->type_line, o->type_column};
	else if (i->op)
		at = (struct place){at.file, p->spots.at[i->op].line, p->spots.at[i->op].column};
	return at;
}

static const char *found_kind(const struct run *r, const struct issue *i)
{
	if (i->what == ISSUE_REQUIRED || i->what == ISSUE_DEPENDENT)
		return "nothing";
	const struct json_token *k = &r->token[i->token];
	return program_kind(k) == KIND_INTEGER ? "integer" : json_kind_name(k->kind);
}

void words_finding(const struct run *r, const struct issue *i, enum location location, struct str name,
		   struct findings *out)
{
	struct buf *text = &r->j->text;
	enum keyword k = issue_keyword(r, i);
	struct finding f = {
	    .code = issue_code(i, k, location, out->arena, text),
	    .location = location,
	    .name = name,
	    .place = issue_place(r, i),
	    .found = found_kind(r, i),
	};
	text->len = 0;
	buf_add(text, r->prefix);
	pointer_add_token(text, r->tape, i->token);
	f.pointer = arena_dup(out->arena, buf_str(text));
	text->len = 0;
	if (k != KEYWORD_COUNT)
		f.keyword = schema_keywords[k].text;
	add_origin(r->p, i->rule, text);
	if (k != KEYWORD_COUNT && i->what != ISSUE_NEVER)
		pointer_add_key(text, f.keyword);
	f.keyword_pointer = arena_dup(out->arena, buf_str(text));
	text->len = 0;
	expected_text(r, i, text);
	f.expected = arena_dup(out->arena, buf_str(text));
	findings_add(out, &f);
}
