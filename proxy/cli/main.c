#include "proxy/cli/cli.h"
#include "proxy/cli/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const struct verb verbs[] = {
#define VERB_ROW(verb, word, operands, most, about) {word, operands, about, most, flags_##verb, cli_##verb},
    VERBS(VERB_ROW){0}};

enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] - 1 };

static const struct verb *find_verb(const char *word)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return &verbs[i];
	return NULL;
}

static void overview(FILE *out)
{
	fprintf(out, "vane: a sidecar HTTP proxy that enforces API versions\n\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  vane %-10s %s\n", verbs[i].name, verbs[i].about);
	fprintf(out, "\n"
		     "  vane run --backend v1=127.0.0.1:9001 --contract v1=openapi.yaml\n"
		     "  vane route 'GET /v1/orders/7' -H 'Accept: application/json'\n"
		     "\n"
		     "vane help VERB says more. Exit: 0 clean or yes, 1 findings or no, 2 cannot tell.\n");
}

static int unknown_verb(const char *word)
{
	struct str names[VERB_COUNT + 1];
	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i] = str_from(verbs[i].name);
	names[VERB_COUNT] = STR("help");
	struct str near = diag_nearest(str_from(word), names, VERB_COUNT + 1);
	fprintf(stderr, "vane: there is no verb %s", word[0] ? word : "''");
	if (near.len)
		fprintf(stderr, "; did you mean %.*s?", STR_ARG(near));
	fprintf(stderr, "\n      vane help lists them\n");
	return EXIT_CANNOT_TELL;
}

static int help(const char *word)
{
	const struct verb *v = word ? find_verb(word) : NULL;
	if (word && !v)
		return unknown_verb(word);
	if (!v) {
		overview(stdout);
		return EXIT_CLEAN;
	}
	printf("vane %s%s%s\n\n%s\n", v->name, v->operands[0] ? " " : "", v->operands, v->about);
	if (v->flags[0].name)
		printf("\n");
	flags_help(v->flags);
	return EXIT_CLEAN;
}

static bool as_many_as_it_takes(const struct verb *v, const struct words *w)
{
	if (w->operand_count <= v->most)
		return true;
	fprintf(stderr, "vane: %s has no use for %s\n      vane help %s tells what it takes\n", v->name, w->operands[v->most],
		v->name);
	return false;
}

static int carry_out(const struct verb *v, int argc, char **argv)
{
	struct words words;
	bool good = flags_read(v->name, v->flags, argc, argv, &words) && as_many_as_it_takes(v, &words);
	int code = good ? v->run(&words) : EXIT_CANNOT_TELL;
	flags_free(&words);
	return code;
}

/* An answer that could not be written is none, whatever it was. */
static int written(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "vane: standard output: %s\n", strerror(errno));
	return EXIT_CANNOT_TELL;
}

static int answer(int argc, char **argv)
{
	if (argc < 2) {
		overview(stdout);
		return EXIT_CLEAN;
	}
	const char *word = argv[1];
	if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	if (strcmp(word, "--version") == 0)
		word = "version";
	const struct verb *v = find_verb(word);
	if (!v)
		return unknown_verb(word);
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return help(word);
	return carry_out(v, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
	return written(answer(argc, argv));
}
