/* vane pact check PACT... --contract FILE: does a contract give consumers what their pacts say? */
#include "proxy/cli/pacts.h"

#include <stdio.h>

const struct flag flags_pact[] = {
    {"contract", 0, "FILE", "check: the OpenAPI document of the provider"},
    {"output", 'o', "FORM", "text, json, junit or github"},
    {NULL, 0, NULL, NULL},
};

static int usage(void)
{
	fprintf(stderr, "vane: pact check PACT... --contract FILE\n");
	return EXIT_CANNOT_TELL;
}

/* The pact files of the command line, behind the word that says what to do. */
static bool read_pacts(const struct words *w, struct pacts *p, struct diag *d)
{
	bool good = true;
	for (unsigned i = 1; i < w->operand_count; i++)
		good = pacts_add(p, w->operands[i], d) && good;
	return good;
}

static int check(const struct words *w, struct diag *d)
{
	const char *file = flags_value(flags_pact, w, "contract");
	struct pacts pacts = {0};
	struct provider provider;
	struct pact_findings found;
	struct buf out = {0};
	enum pacts_form form;
	if (!pacts_form(flags_value(flags_pact, w, "output"), &form))
		return EXIT_CANNOT_TELL;
	if (!file || w->operand_count < 2)
		return usage();
	pact_findings_begin(&found);
	bool good = read_pacts(w, &pacts, d);
	good = provider_open(&provider, file, d) && good;
	for (size_t i = 0; good && i < pacts.list.len; i++)
		for (unsigned k = 0; k < pacts.list.at[i]->count; k++)
			(void)provider_judge(&provider, pacts.list.at[i], &pacts.list.at[i]->at[k],
					     pacts.list.at[i]->at[k].request.path, &found);
	cli_complain(d);
	if (good)
		pacts_write(&pacts, &found, form, &out);
	fwrite(out.at ? out.at : "", 1, out.len, stdout);
	int code = !good ? EXIT_CANNOT_TELL : found.errors ? EXIT_FINDINGS : EXIT_CLEAN;
	buf_free(&out);
	pact_findings_free(&found);
	provider_close(&provider);
	pacts_free(&pacts);
	return code;
}

/* What consumers say they need: checked against a contract. */
int cli_pact(struct words *w)
{
	struct diag d;
	int code;
	diag_init(&d);
	if (w->operand_count && strcmp(w->operands[0], "check") == 0)
		code = check(w, &d);
	else
		code = usage();
	diag_free(&d);
	return code;
}
