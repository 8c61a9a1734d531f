/* vane diff OLD NEW: may the new contract follow the old one? Or the new JSON Schema the old one? */
#include "proxy/cli/diff.h"

#include "filters/contract/json_tree.h"
#include "proxy/base/clock.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { DOCUMENT_BYTES = 64 << 20 };

const struct flag flags_diff[] = {
    {"output", 'o', "FORM", "text, json, markdown, junit, sarif or github"},
    {"fail-on", 0, "LEVEL", "exit 1 from this level on: error (default) or warning"},
    {"mode", 0, "MODE", "backward (the default: may the provider go first?), forward, full or none"},
    {"policy", 0, "POLICY",
     "undeclared members count as errors (strict) or not at all (lenient); default: as warnings, of bare schemas "
     "strict"},
    {"fill-defaults", 0, NULL, "vane fills defaults into requests: a new required member that has one is no break"},
    {"transitive", 0, "DIR", "compare with every document of this folder as the old one"},
    {"all", 0, NULL, "show changes of level info too (text and markdown)"},
    {"dialect", 0, "WORD", "of bare JSON Schemas without $schema: 2020-12, 2019-09, 7, 6, 4, openapi-3.0, openapi-3.1"},
    {"formats", 0, "WHAT", "of bare JSON Schemas: on (the default: `format` decides) or off"},
    CALLERS_FLAGS,
    {"explain", 0, NULL, "print what each kind of change means, and how it is graded"},
    {NULL, 0, NULL, NULL},
};

static bool is_bare(const struct node *root)
{
	return root && !tree_get(root, STR("openapi")) && !tree_get(root, STR("swagger")) &&
	       !tree_get(root, STR("paths"));
}

/* The tree alone; false after a message. */
static bool read_tree(struct diff_side *side, const char *path)
{
	struct diag d;
	*side = (struct diff_side){.path = path};
	arena_init(&side->arena, 1 << 16);
	diag_init(&d);
	side->root = document_read(&side->arena, path, DOCUMENT_BYTES, &d);
	if (!side->root)
		cli_complain(&d);
	diag_free(&d);
	return side->root != NULL;
}

/* Of warnings only this one bears on what is compared. */
static void tell_unknown(const struct diag *d)
{
	static const char words[] = "what it stands for is not known";
	struct buf all = {0};
	diag_print(d, &all, false);
	if (all.len && memmem(all.at, all.len, words, sizeof words - 1))
		cli_complain(d);
	buf_free(&all);
}

static bool compile(struct diff_side *side, const struct validator_options *bare)
{
	struct contract_options options = {.assert_formats = true, .tolerant = true};
	struct diag d;
	diag_init(&d);
	if (bare && is_bare(side->root))
		side->validator = validator_load(side->path, bare, &d);
	else
		side->contract = contract_load(side->path, &options, &d);
	if (!side->contract && !side->validator)
		cli_complain(&d);
	else
		tell_unknown(&d);
	diag_free(&d);
	return side->contract || side->validator;
}

bool diff_open(struct diff_side *side, const char *path)
{
	return read_tree(side, path) && compile(side, NULL);
}

void diff_close(struct diff_side *side)
{
	contract_free(side->contract);
	validator_free(side->validator);
	arena_free(&side->arena);
}

/* What the mode asks for: a set of inclusions. */
static bool read_mode(const char *word, unsigned *inclusions)
{
	static const struct {
		const char *word;
		unsigned inclusions;
	} modes[] = {{"backward", PROVIDER_FIRST},
		     {"forward", CONSUMERS_FIRST},
		     {"full", PROVIDER_FIRST | CONSUMERS_FIRST},
		     {"none", 0}};
	*inclusions = PROVIDER_FIRST;
	for (size_t i = 0; word && i < sizeof modes / sizeof *modes; i++)
		if (strcmp(word, modes[i].word) == 0) {
			*inclusions = modes[i].inclusions;
			return true;
		}
	if (word)
		fprintf(stderr, "vane: --mode is backward, forward, full or none, not %s\n", word);
	return !word;
}

static bool read_policy(const char *word, enum change_policy *policy)
{
	*policy = !word ? POLICY_PLAIN : strcmp(word, "strict") == 0 ? POLICY_STRICT : POLICY_LENIENT;
	if (!word || *policy == POLICY_STRICT || strcmp(word, "lenient") == 0)
		return true;
	fprintf(stderr, "vane: --policy is strict or lenient, not %s\n", word);
	return false;
}

static bool read_level(const char *word, enum change_level *level)
{
	*level = word && strcmp(word, "warning") == 0 ? CHANGE_WARNING : CHANGE_ERROR;
	if (!word || *level == CHANGE_WARNING || strcmp(word, "error") == 0)
		return true;
	fprintf(stderr, "vane: --fail-on is error or warning, not %s\n", word);
	return false;
}

struct told_kinds {
	struct buf ids; /* each between line ends */
};

/* A kind that two tables name is printed once. */
static void explain_row(void *context, const char *id, enum change_level level, const char *text)
{
	struct told_kinds *told = context;
	char line[160];
	int len = snprintf(line, sizeof line, "\n%s\n", id);
	if (told->ids.len && memmem(told->ids.at, told->ids.len, line, (size_t)len))
		return;
	buf_add(&told->ids, str_of(line, (size_t)len));
	printf("%-55s %-8s %s\n", id, change_level_word(level), text);
}

static void explain(void)
{
	printf("%-55s %-8s %s\n", "kind", "level", "meaning");
	struct told_kinds told = {{0}};
	for (unsigned i = 0; i < CHANGE_KINDS; i++)
		explain_row(&told, change_rows[i].id, change_rows[i].level, change_rows[i].text);
	comparison_explain(explain_row, &told);
	comparison_explain_notes(explain_row, &told);
	buf_free(&told.ids);
}

/* What breaks consumers-first alone has its level already: some of it is a broken promise to old callers all the same.
 */
static bool told_anyway(const struct change *one, unsigned inclusions)
{
	return inclusions & PROVIDER_FIRST && !(one->breaks & PROVIDER_FIRST);
}

/* By the mode: a change that breaks none of the inclusions that are asked for is information; one that breaks one is an
 * error, whichever direction the table had in mind. */
static void regrade(struct comparison *c, unsigned inclusions, enum change_policy policy)
{
	static const enum change_level undeclared[] = {
	    [POLICY_PLAIN] = CHANGE_WARNING, [POLICY_STRICT] = CHANGE_ERROR, [POLICY_LENIENT] = CHANGE_INFO};
	for (size_t i = 0; i < c->count; i++) {
		struct change *one = &c->at[i];
		if (!one->breaks)
			one->level = inclusions ? one->level : CHANGE_INFO;
		else if (!(one->breaks & inclusions))
			one->level = told_anyway(one, inclusions) ? one->level : CHANGE_INFO;
		else if (one->level == CHANGE_INFO && !(one->breaks & PROVIDER_FIRST))
			one->level = one->verdict == COMPAT_UNKNOWN ? CHANGE_WARNING
				     : one->undeclared              ? undeclared[policy]
								    : CHANGE_ERROR;
	}
}

static int by_level(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	int order = str_cmp(x->operation, y->operation);
	order = order ? order : str_cmp(x->where, y->where);
	order = order ? order : str_cmp(x->pointer, y->pointer);
	return order ? order : strcmp(x->id, y->id);
}

struct asked {
	unsigned inclusions;
	enum change_level fail_on;
	struct comparison_options options;
	enum diff_form form;
	struct validator_options bare;
	bool bare_only; /* something was asked that is only for bare schemas */
	const struct callers *callers;
	bool all;
};

static void compare_sides(struct comparison *c, const struct diff_side *old, const struct diff_side *new,
			  const struct comparison_options *options)
{
	struct comparison_options own = *options;
	struct bare_schema a = {.root = old->root}, b = {.root = new->root};
	if (!old->validator) {
		comparison_make(c, old->contract, old->root, new->contract, new->root, options);
		return;
	}
	/* Of values it is known what they are: nothing but the verdict counts, where nobody asks for less. */
	own.policy = own.policy == POLICY_PLAIN ? POLICY_STRICT : own.policy;
	a.program = validator_program(old->validator, &a.entry);
	b.program = validator_program(new->validator, &b.entry);
	comparison_make_bare(c, &a, &b, &own);
}

static int compare(const struct diff_side *old, const struct diff_side *new, const struct asked *asked)
{
	struct comparison c;
	struct buf out = {0};
	int code = EXIT_CLEAN;
	uint64_t began = clock_mono_ns();
	compare_sides(&c, old, new, &asked->options);
	regrade(&c, asked->inclusions,
		old->validator && asked->options.policy == POLICY_PLAIN ? POLICY_STRICT : asked->options.policy);
	if (c.count)
		qsort(c.at, c.count, sizeof *c.at, by_level);
	for (size_t i = 0; i < c.count; i++)
		if (c.at[i].level >= asked->fail_on)
			code = EXIT_FINDINGS;
	/* What was asked for is not proved: that is no yes. */
	if (code == EXIT_CLEAN && c.unknown & asked->inclusions)
		code = EXIT_CANNOT_TELL;
	struct diff_report r = {old,           new, &c, asked->all, cli_color(1), (clock_mono_ns() - began) / 1000000u,
				asked->callers};
	diff_write(&r, asked->form, &out);
	fwrite(out.at ? out.at : "", 1, out.len, stdout);
	buf_free(&out);
	comparison_free(&c);
	return code;
}

static bool of_one_kind(const struct diff_side *old, const struct diff_side *new, const struct asked *asked)
{
	bool bare = is_bare(old->root);
	if (bare != is_bare(new->root))
		fprintf(stderr, "vane: %s is an OpenAPI document and %s a bare schema: they cannot be compared\n",
			bare ? new->path : old->path, bare ? old->path : new->path);
	else if (!bare && asked->bare_only)
		fprintf(stderr, "vane: --dialect and --formats are for bare JSON Schemas, which %s is not\n",
			old->path);
	else if (bare && asked->options.fills_defaults)
		fprintf(stderr, "vane: --fill-defaults is about requests: %s is a bare schema\n", old->path);
	return bare == is_bare(new->root) && (bare ? !asked->options.fills_defaults : !asked->bare_only);
}

/* Where nobody says in which draft they are written: both in the same, the older one that their words are of. */
static void guess_dialect(const struct diff_side *old, const struct diff_side *new, struct validator_options *bare)
{
	const struct diff_side *sides[] = {old, new};
	enum dialect oldest = DIALECT_2020_12;
	for (unsigned i = 0; i < 2 && !bare->dialect.len && is_bare(old->root); i++) {
		const char *word;
		enum dialect own = dialect_guess(sides[i]->root, &word);
		if (tree_get(sides[i]->root, STR("$schema")) || own >= oldest)
			continue;
		oldest = own;
		fprintf(stderr,
			"vane: %s has no $schema; its \"%s\" is of draft %s, as which it is read (--dialect names "
			"another)\n",
			sides[i]->path, word, dialect_word(own).at);
	}
	if (oldest != DIALECT_2020_12)
		bare->dialect = dialect_word(oldest);
}

static int one_pair(const char *old_path, const char *new_path, const struct asked *asked)
{
	struct diff_side old, new;
	int code = EXIT_CANNOT_TELL;
	struct validator_options bare = asked->bare;
	bool good = read_tree(&old, old_path);
	good = read_tree(&new, new_path) && good && of_one_kind(&old, &new, asked);
	if (good) {
		guess_dialect(&old, &new, &bare);
		good = compile(&old, &bare);
		good = compile(&new, &bare) && good;
	}
	if (good)
		code = compare(&old, &new, asked);
	diff_close(&old);
	diff_close(&new);
	return code;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every document of the folder against the new one; the worst code counts. */
static int transitive(const char *folder, const char *new_path, const struct asked *asked)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	struct arena arena;
	char **paths = NULL;
	size_t count = 0;
	int worst = dir ? EXIT_CLEAN : EXIT_CANNOT_TELL;
	arena_init(&arena, 4096);
	if (!dir)
		fprintf(stderr, "vane: %s cannot be read\n", folder);
	while (dir && (e = readdir(dir))) {
		struct str name = str_from(e->d_name);
		if (!str_ends(name, STR(".json")) && !str_ends(name, STR(".yaml")) && !str_ends(name, STR(".yml")))
			continue;
		paths = must_realloc(paths, (count + 1) * sizeof *paths);
		paths[count++] = (char *)(uintptr_t)arena_printf(&arena, "%s/%s", folder, e->d_name).at;
	}
	if (dir)
		closedir(dir);
	if (count)
		qsort(paths, count, sizeof *paths, by_name);
	for (size_t i = 0; i < count; i++) {
		fprintf(stderr, "vane: %s\n", paths[i]);
		int code = one_pair(paths[i], new_path, asked);
		worst = code > worst ? code : worst;
	}
	if (dir && !count) {
		fprintf(stderr, "vane: %s holds no .json, .yaml or .yml\n", folder);
		worst = EXIT_CANNOT_TELL;
	}
	free(paths);
	arena_free(&arena);
	return worst;
}

static bool read_bare(const struct words *w, struct asked *asked)
{
	const char *dialect = flags_value(flags_diff, w, "dialect"), *formats = flags_value(flags_diff, w, "formats");
	enum dialect known;
	bool off = formats && strcmp(formats, "off") == 0;
	asked->bare = (struct validator_options){.dialect = str_from(dialect ? dialect : ""), .assert_formats = !off};
	asked->bare_only = dialect || formats;
	if (dialect && !dialect_from_word(str_from(dialect), &known)) {
		fprintf(stderr, "vane: --dialect is 2020-12, 2019-09, 7, 6, 4, openapi-3.0 or openapi-3.1, not %s\n",
			dialect);
		return false;
	}
	if (!formats || off || strcmp(formats, "on") == 0)
		return true;
	fprintf(stderr, "vane: --formats is on or off, not %s\n", formats);
	return false;
}

int cli_diff(struct words *w)
{
	struct asked asked = {.options = {.now_ms = clock_wall_ms()}};
	const char *folder = flags_value(flags_diff, w, "transitive");
	if (flags_value(flags_diff, w, "explain")) {
		explain();
		return EXIT_CLEAN;
	}
	if (!diff_form(flags_value(flags_diff, w, "output"), &asked.form) ||
	    !read_mode(flags_value(flags_diff, w, "mode"), &asked.inclusions) ||
	    !read_policy(flags_value(flags_diff, w, "policy"), &asked.options.policy) ||
	    !read_level(flags_value(flags_diff, w, "fail-on"), &asked.fail_on) || !read_bare(w, &asked))
		return EXIT_CANNOT_TELL;
	asked.all = flags_value(flags_diff, w, "all") != NULL;
	asked.options.fills_defaults = flags_value(flags_diff, w, "fill-defaults") != NULL;
	if (w->operand_count != (folder ? 1 : 2)) {
		fprintf(stderr, "vane: %s\n",
			folder ? "diff --transitive DIR NEW" : "diff needs two documents: vane diff OLD NEW");
		return EXIT_CANNOT_TELL;
	}
	struct callers callers;
	int code = EXIT_CANNOT_TELL;
	asked.callers = &callers;
	if (callers_gather(flags_diff, w, &callers))
		code = folder ? transitive(folder, w->operands[0], &asked)
			      : one_pair(w->operands[0], w->operands[1], &asked);
	callers_free(&callers);
	return code;
}
