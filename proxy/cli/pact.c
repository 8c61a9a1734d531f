/* vane pact check PACT... --contract FILE: does a contract give consumers what their pacts say? And
 * vane pact verify PACT... --backend ADDRESS: does a backend? */
#include "proxy/cli/pact_verify.h"

#include "proxy/http/token.h"

#include <stdio.h>

const struct flag flags_pact[] = {
    {"contract", 0, "FILE", "check: the OpenAPI document of the provider"},
    {"backend", 0, "ADDR", "verify: where it runs: host:port, http://host:port/path or unix:/path"},
    {"state-url", 0, "URL", "verify: each provider state is POSTed there before its interaction, as JSON"},
    {"header", 'H', "'NAME: VALUE'",
     "verify: a field of each request, in the place of the pact's (may be given again)"},
    {"output", 'o', "FORM", "text, json, junit or github"},
    {NULL, 0, NULL, NULL},
};

static int usage(void)
{
	fprintf(stderr, "vane: pact check PACT... --contract FILE, or pact verify PACT... --backend ADDRESS\n");
	return EXIT_CANNOT_TELL;
}

/* What both have in common. */
struct job {
	struct pacts pacts;
	struct pact_findings found;
	enum pacts_form form;
	struct buf out;
	struct diag complaints;
};

/* The pact files of the command line, behind the word that says what to do. */
static bool read_pacts(const struct words *w, struct job *j)
{
	bool good = true;
	for (unsigned i = 1; i < w->operand_count; i++)
		good = pacts_add(&j->pacts, w->operands[i], &j->complaints) && good;
	return good;
}

static int check(const struct words *w, struct job *j)
{
	const char *file = flags_value(flags_pact, w, "contract");
	struct provider provider;
	if (!file || w->operand_count < 2)
		return usage();
	bool good = read_pacts(w, j);
	good = provider_open(&provider, file, &j->complaints) && good;
	for (size_t i = 0; good && i < j->pacts.list.len; i++)
		for (unsigned k = 0; k < j->pacts.list.at[i]->count; k++) {
			const struct interaction *x = &j->pacts.list.at[i]->at[k];
			(void)provider_judge(&provider, j->pacts.list.at[i], x, x->request.path, &j->found);
		}
	cli_complain(&j->complaints);
	if (good)
		pacts_write(&j->pacts, &j->found, j->form, &j->out);
	fwrite(j->out.at ? j->out.at : "", 1, j->out.len, stdout);
	provider_close(&provider);
	return !good ? EXIT_CANNOT_TELL : j->found.errors ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* "Name: value" into fields; false after a message. */
static bool read_fields(const struct words *w, struct field *fields, size_t *count)
{
	const struct given *g = flags_given(flags_pact, w, "header");
	for (unsigned i = 0; i < g->count; i++) {
		struct str value = str_from(g->values[i]), name = str_cut(&value, ':');
		if (!value.at || !token_valid(name) || strpbrk(g->values[i], "\r\n")) {
			fprintf(stderr, "vane: --header is 'NAME: VALUE', not %s\n", g->values[i]);
			return false;
		}
		fields[(*count)++] = (struct field){name, str_trim(value)};
	}
	return true;
}

static void write_verification(struct job *j, const struct verification *v)
{
	if (j->form == PACTS_JSON) {
		buf_addf(&j->out, "{\"interactions\":[%.*s],", STR_ARG(buf_str(&v->log)));
		pacts_write_members(&j->pacts, &j->found, &j->out);
		buf_addf(&j->out, ",\"verified\":%u,\"failed\":%u,\"untold\":%u}\n", v->verified, v->failed, v->untold);
		return;
	}
	if (j->form == PACTS_TEXT)
		buf_add(&j->out, buf_str(&v->log));
	pacts_write(&j->pacts, &j->found, j->form, &j->out);
}

static int verify(const struct words *w, struct job *j)
{
	struct field fields[FLAG_VALUES];
	struct verification v = {.backend = flags_value(flags_pact, w, "backend"),
				 .state_url = flags_value(flags_pact, w, "state-url"),
				 .fields = fields,
				 .json = j->form == PACTS_JSON};
	if (!v.backend || w->operand_count < 2)
		return usage();
	if (!read_fields(w, fields, &v.field_count))
		return EXIT_CANNOT_TELL;
	bool good = read_pacts(w, j);
	cli_complain(&j->complaints);
	if (good) {
		pact_verify(&v, &j->pacts, &j->found);
		write_verification(j, &v);
	}
	fwrite(j->out.at ? j->out.at : "", 1, j->out.len, stdout);
	buf_free(&v.log);
	return !good ? EXIT_CANNOT_TELL : v.failed ? EXIT_FINDINGS : v.untold ? EXIT_CANNOT_TELL : EXIT_CLEAN;
}

/* What consumers say they need: checked against a contract, or against a backend. */
int cli_pact(struct words *w)
{
	const char *word = w->operand_count ? w->operands[0] : "";
	struct job j = {0};
	int code = EXIT_CANNOT_TELL;
	if (!pacts_form(flags_value(flags_pact, w, "output"), &j.form))
		return code;
	pact_findings_begin(&j.found);
	diag_init(&j.complaints);
	if (strcmp(word, "check") == 0)
		code = check(w, &j);
	else if (strcmp(word, "verify") == 0)
		code = verify(w, &j);
	else
		code = usage();
	diag_free(&j.complaints);
	buf_free(&j.out);
	pact_findings_free(&j.found);
	pacts_free(&j.pacts);
	return code;
}
