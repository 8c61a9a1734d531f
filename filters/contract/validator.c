#include "filters/contract/validator.h"
#include "filters/contract/load.h"
#include "filters/contract/uri_reference.h"

struct validator {
	struct contract names; /* only its arena is used: names of files */
	struct program *program;
	struct judge *judge;
	struct arena arena; /* of one verdict */
	uint32_t entry;
	unsigned findings;
	bool json;
};

static bool add_remote(struct loader *l, const struct validator_remote *r)
{
	struct str uri = uri_reference_resolve(&l->arena, (struct str){NULL, 0}, r->uri);
	const struct node *root = load_file(l, uri, r->file);
	return root && schema_set_add(l->set, uri, root, l->dialect, true, l->d);
}

static bool compile(struct loader *l, struct validator *v, const char *path, const struct validator_options *o)
{
	bool good = true;
	l->dialect = DIALECT_2020_12;
	if (o->dialect.len && !dialect_from_word(o->dialect, &l->dialect)) {
		diag_error(l->d, (struct place){0}, "\"%.*s\" is no dialect of JSON Schema", STR_ARG(o->dialect));
		diag_hint(l->d, "they are 2020-12, 2019-09, 7, 6, 4, openapi-3.0, openapi-3.1 and openapi-3.2");
		return false;
	}
	for (size_t i = 0; i < o->remote_count; i++)
		good &= add_remote(l, &o->remotes[i]);
	struct str uri = load_path_to_uri(l, path);
	const struct node *root = load_file(l, uri, path);
	return good && root && schema_set_add(l->set, uri, root, l->dialect, true, l->d) &&
	       schema_compile(l->set, root, uri, STR("#"), l->dialect, &v->entry, l->d);
}

struct validator *validator_load(const char *path, const struct validator_options *options, struct diag *d)
{
	struct validator *v = must_zalloc(1, sizeof *v);
	v->json = options->json;
	v->findings = options->json && options->findings ? options->findings : 1;
	struct loader l = {.c = &v->names, .d = d, .files = true};
	arena_init(&v->names.arena, 1024);
	arena_init(&v->arena, 4096);
	arena_init(&l.arena, 1 << 14);
	l.set = schema_set_new(&(struct schema_options){options->assert_formats, false, load_uri, &l, false});
	bool good = compile(&l, v, path, options);
	v->program = schema_set_end(l.set, d);
	load_free(&l);
	if (good && v->program) {
		v->judge = judge_new(&(struct judge_limits){0});
		return v;
	}
	validator_free(v);
	return NULL;
}

void validator_free(struct validator *v)
{
	if (!v)
		return;
	judge_free(v->judge);
	program_free(v->program);
	arena_free(&v->arena);
	arena_free(&v->names.arena);
	free(v);
}

const struct program *validator_program(const struct validator *v, uint32_t *entry)
{
	*entry = v->entry;
	return v->program;
}

static void add_pointer(struct buf *line, struct str pointer)
{
	buf_addc(line, ' ');
	finding_add_text(line, pointer.len ? pointer : STR("\"\""), true);
}

static void add_line(struct buf *line, enum judgement verdict, const struct findings *found)
{
	const struct finding *f = found->at;
	if (verdict == VALID)
		buf_add(line, STR("valid"));
	if (verdict == UNDECIDED)
		buf_addf(line, "undecided %s", found->unchecked ? found->unchecked : "");
	if (verdict != INVALID)
		return;
	buf_add(line, STR("invalid"));
	add_pointer(line, f->pointer);
	add_pointer(line, f->keyword_pointer);
	buf_addc(line, ' ');
	finding_add_text(line, f->expected, false);
	if (f->found)
		buf_addf(line, " (found %s)", f->found);
}

enum judgement validator_judge(struct validator *v, struct str instance, struct buf *line)
{
	struct findings found;
	arena_reset(&v->arena);
	findings_begin(&found, &v->arena, v->findings);
	enum judgement verdict =
	    program_judge(v->program, v->entry, v->judge, instance, REQUEST, IN_BODY, (struct str){NULL, 0}, &found);
	if (v->json)
		findings_to_json(verdict, &found, line);
	else
		add_line(line, verdict, &found);
	return verdict;
}
