#include "proxy/cli/flags.h"

#include "conf/diag.h"
#include "proxy/base/check.h"
#include "proxy/base/vec.h"

#include <stdio.h>
#include <stdlib.h>

static size_t count_flags(const struct flag *flags)
{
	size_t count = 0;
	while (flags[count].name)
		count++;
	return count;
}

static const struct flag *find_long(const struct flag *flags, struct str name)
{
	for (; flags->name; flags++)
		if (str_eq(str_from(flags->name), name))
			return flags;
	return NULL;
}

static const struct flag *find_short(const struct flag *flags, char letter)
{
	for (; flags->name; flags++)
		if (flags->letter && flags->letter == letter)
			return flags;
	return NULL;
}

static bool unknown(const char *verb, const struct flag *flags, const char *word)
{
	VEC(struct str) names = {0};
	struct str name = str_from(word);
	while (name.len && name.at[0] == '-')
		name = str_skip(name, 1);
	for (const struct flag *f = flags; f->name; f++)
		VEC_PUSH(&names, str_from(f->name));
	struct str near = diag_nearest(str_head(name, str_find(name, '=')), names.at, names.len);
	fprintf(stderr, "vane: %s has no flag %s", verb, word);
	if (near.len)
		fprintf(stderr, " (did you mean --%.*s?)", STR_ARG(near));
	fprintf(stderr, "\n       vane help %s shows them\n", verb);
	VEC_FREE(&names);
	return false;
}

static bool give(const char *verb, const struct flag *f, struct given *g, const char *value)
{
	if (g->count == FLAG_VALUES) {
		fprintf(stderr, "vane: %s: --%s is given more than %d times\n", verb, f->name, FLAG_VALUES);
		return false;
	}
	g->values[g->count++] = value;
	return true;
}

/* One flag at argv[*at], with its value behind '=' or in the next word. */
static bool read_flag(const char *verb, const struct flag *flags, int argc, char **argv, int *at, struct words *w)
{
	const char *word = argv[*at];
	bool is_long = word[1] == '-';
	const char *equals = is_long ? strchr(word, '=') : NULL;
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct flag *f = is_long ? find_long(flags, str_of(word + 2, length - 2)) : find_short(flags, word[1]);
	if (!f)
		return unknown(verb, flags, word);
	struct given *g = &w->given[f - flags];
	if (!f->value) {
		if (equals || (!is_long && word[2])) {
			fprintf(stderr, "vane: %s: --%s takes no value\n", verb, f->name);
			return false;
		}
		return give(verb, f, g, "");
	}
	if (equals)
		return give(verb, f, g, equals + 1);
	if (!is_long && word[2])
		return give(verb, f, g, word + 2);
	if (*at + 1 >= argc) {
		fprintf(stderr, "vane: %s: --%s needs a value: --%s %s\n", verb, f->name, f->name, f->value);
		return false;
	}
	return give(verb, f, g, argv[++*at]);
}

/* --canary-weight is VANE_CANARY_WEIGHT. */
static const char *from_environment(const struct flag *f)
{
	char name[64] = "VANE_";
	size_t at = 5;
	for (const char *c = f->name; *c && at + 1 < sizeof name; c++)
		name[at++] = *c == '-' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	name[at] = '\0';
	return getenv(name);
}

static void read_environment(const struct flag *flags, struct words *w)
{
	for (size_t i = 0; flags[i].name; i++) {
		const char *value = w->given[i].count ? NULL : from_environment(&flags[i]);
		if (value && (flags[i].value || str_eq(str_from(value), STR("1")) || str_eq(str_from(value), STR("true"))))
			w->given[i].values[w->given[i].count++] = value;
	}
}

bool flags_read(const char *verb, const struct flag *flags, int argc, char **argv, struct words *w)
{
	bool operands_only = false;
	*w = (struct words){.given = must_zalloc(count_flags(flags), sizeof(struct given))};
	for (int i = 0; i < argc; i++) {
		if (!operands_only && strcmp(argv[i], "--") == 0) {
			operands_only = true;
		} else if (!operands_only && argv[i][0] == '-' && argv[i][1]) {
			if (!read_flag(verb, flags, argc, argv, &i, w))
				return false;
		} else if (w->operand_count == FLAG_OPERANDS) {
			fprintf(stderr, "vane: %s: too many words\n", verb);
			return false;
		} else {
			w->operands[w->operand_count++] = argv[i];
		}
	}
	read_environment(flags, w);
	return true;
}

void flags_free(struct words *w)
{
	free(w->given);
	w->given = NULL;
}

const struct given *flags_given(const struct flag *flags, const struct words *w, const char *name)
{
	const struct flag *f = find_long(flags, str_from(name));
	CHECK(f);
	return &w->given[f - flags];
}

const char *flags_value(const struct flag *flags, const struct words *w, const char *name)
{
	const struct given *g = flags_given(flags, w, name);
	return g->count ? g->values[g->count - 1] : NULL;
}

void flags_help(const struct flag *flags)
{
	for (; flags->name; flags++) {
		char left[64];
		snprintf(left, sizeof left, "%s%c%s--%s%s%s", flags->letter ? "-" : "", flags->letter ? flags->letter : ' ',
			 flags->letter ? ", " : "   ", flags->name, flags->value ? " " : "", flags->value ? flags->value : "");
		printf("  %-36s %s\n", left, flags->about);
	}
}
