#include "proxy/cli/cli.h"
#include "proxy/cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

const struct verb verbs[] = {
#define VERB_ROW(verb, word, operands, about) {word, operands, about, flags_##verb, cli_##verb},
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
		     "  vane check vane.yaml\n"
		     "  vane route 'GET /v1/orders/7' -H 'Accept: application/json'\n"
		     "\n"
		     "vane help VERB tells more. Exit codes: 0 clean or yes, 1 findings or no, 2 could not tell.\n");
}

static int unknown_verb(const char *word)
{
	struct str names[VERB_COUNT + 1];
	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i] = str_from(verbs[i].name);
	names[VERB_COUNT] = STR("help");
	struct str near = diag_nearest(str_from(word), names, VERB_COUNT + 1);
	fprintf(stderr, "vane: there is no verb %s", word);
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
	printf("vane %s %s\n\n%s\n", v->name, v->operands, v->about);
	if (v->flags[0].name)
		printf("\n");
	flags_help(v->flags);
	return EXIT_CLEAN;
}

int main(int argc, char **argv)
{
	struct words words;
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
	int code = flags_read(v->name, v->flags, argc - 2, argv + 2, &words) ? v->run(&words) : EXIT_CANNOT_TELL;
	flags_free(&words);
	return code;
}
