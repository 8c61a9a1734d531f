#include "proxy/cli/cli.h"

#include "proxy/cli/verbs.h"

#include <stdio.h>

const struct flag flags_completion[] = {{NULL, 0, NULL, NULL}};

static void print_flags(const struct flag *flags, const char *before, const char *after)
{
	for (; flags->name; flags++)
		printf("%s--%s%s", before, flags->name, after);
}

static void bash(void)
{
	printf("_vane() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} words=\n\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\twords=\"help");
	for (const struct verb *v = verbs; v->name; v++)
		printf(" %s", v->name);
	printf("\"\n\telse\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (const struct verb *v = verbs; v->name; v++) {
		printf("\t\t%s) words=\"", v->name);
		print_flags(v->flags, "", " ");
		printf("\" ;;\n");
	}
	printf("\t\tesac\n\tfi\n\tcase $word in\n\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n\t*)\n"
	       "\t\tif [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	       "\t\telse COMPREPLY=($(compgen -f -- \"$word\")); fi ;;\n\tesac\n}\ncomplete -o filenames -F _vane vane\n");
}

/* A description in single quotes for zsh and fish: the quote itself is doubled away. */
static void quoted(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (*text == ':' || *text == '[' || *text == ']')
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh(void)
{
	printf("#compdef vane\n_vane() {\n\tlocal -a verbs\n\tverbs=(\n");
	for (const struct verb *v = verbs; v->name; v++) {
		printf("\t\t'%s:", v->name);
		quoted(v->about);
		printf("'\n");
	}
	printf("\t)\n\tif (( CURRENT == 2 )); then _describe verb verbs; return; fi\n\tcase $words[2] in\n");
	for (const struct verb *v = verbs; v->name; v++) {
		printf("\t%s) _arguments", v->name);
		for (const struct flag *f = v->flags; f->name; f++) {
			printf(" '--%s[", f->name);
			quoted(f->about);
			printf("]%s'", f->value ? ":value:_files" : "");
		}
		printf(" '*:file:_files' ;;\n");
	}
	printf("\tesac\n}\n_vane \"$@\"\n");
}

static void fish_text(const char *text)
{
	for (; *text; text++)
		printf(*text == '\'' ? "\\%c" : "%c", *text);
}

static void fish(void)
{
	for (const struct verb *v = verbs; v->name; v++) {
		printf("complete -c vane -n __fish_use_subcommand -f -a %s -d '", v->name);
		fish_text(v->about);
		printf("'\n");
		for (const struct flag *f = v->flags; f->name; f++) {
			printf("complete -c vane -n '__fish_seen_subcommand_from %s' -l %s%s -d '", v->name, f->name,
			       f->value ? " -r" : "");
			fish_text(f->about);
			printf("'\n");
		}
	}
}

/* Prints a shell's completions, made from the tables of verbs and flags. */
int cli_completion(struct words *w)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
	for (size_t i = 0; w->operand_count == 1 && i < sizeof shells / sizeof shells[0]; i++) {
		if (strcmp(w->operands[0], shells[i].name) == 0) {
			shells[i].print();
			return EXIT_CLEAN;
		}
	}
	fprintf(stderr, "vane: completion needs the name of a shell: bash, zsh or fish\n");
	return EXIT_CANNOT_TELL;
}
