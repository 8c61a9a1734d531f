#include "proxy/cli/instances.h"

#include "filters/contract/validator.h"

#include <errno.h>
#include <stdio.h>

enum { FINDINGS = 64, MOST_FINDINGS = 10000 };

bool input_read(const char *path, struct buf *body)
{
	FILE *f = path ? fopen(path, "rb") : stdin;
	if (!f) {
		fprintf(stderr, "vane: %s: %s\n", path, strerror(errno));
		return false;
	}
	size_t got;
	do {
		got = fread(buf_reserve(body, 65536), 1, 65536, f);
		body->len += got;
	} while (got && body->len <= INPUT_BYTES);
	bool good = !ferror(f) && body->len <= INPUT_BYTES;
	if (!good)
		fprintf(stderr, "vane: %s: %s\n", path ? path : "standard input",
			body->len > INPUT_BYTES ? "more than 256 MiB" : strerror(errno));
	if (path)
		fclose(f);
	return good;
}

bool findings_read(const char *word, unsigned *findings)
{
	uint64_t n = FINDINGS;
	if (word && (!str_to_u64(str_from(word), &n) || n < 1 || n > MOST_FINDINGS)) {
		fprintf(stderr, "vane: --findings is a number from 1 to %d, not %s\n", MOST_FINDINGS, word);
		return false;
	}
	*findings = (unsigned)n;
	return true;
}

static bool read_remotes(const struct given *g, struct validator_remote *remotes)
{
	for (unsigned i = 0; i < g->count; i++) {
		const char *equals = strrchr(g->values[i], '=');
		if (!equals || equals == g->values[i]) {
			fprintf(stderr, "vane: --remote is URL=FILE, not %s\n", g->values[i]);
			return false;
		}
		remotes[i] = (struct validator_remote){str_of(g->values[i], (size_t)(equals - g->values[i])), equals + 1};
	}
	return true;
}

/* The worst of two: an invalid instance is a finding, an undecided one leaves the answer open. */
static int worse(int code, enum judgement judgement)
{
	if (judgement == INVALID || code == EXIT_FINDINGS)
		return EXIT_FINDINGS;
	return judgement == UNDECIDED ? EXIT_CANNOT_TELL : code;
}

static enum judgement judge_one(struct validator *v, struct str instance)
{
	struct buf line = {0};
	enum judgement judgement = validator_judge(v, instance, &line);
	buf_addc(&line, '\n');
	fwrite(line.at, 1, line.len, stdout);
	buf_free(&line);
	return judgement;
}

static int judge_text(struct validator *v, struct str text, bool lines, int code)
{
	if (!lines)
		return worse(code, judge_one(v, text));
	while (text.at && text.len) {
		struct str line = str_cut(&text, '\n');
		code = worse(code, judge_one(v, line));
	}
	return code;
}

static int judge_inputs(struct validator *v, const struct words *w, bool lines)
{
	int code = EXIT_CLEAN;
	unsigned count = w->operand_count ? w->operand_count : 1;
	for (unsigned i = 0; i < count; i++) {
		struct buf input = {0};
		if (input_read(w->operand_count ? w->operands[i] : NULL, &input))
			code = judge_text(v, buf_str(&input), lines, code);
		else if (code == EXIT_CLEAN)
			code = EXIT_CANNOT_TELL;
		buf_free(&input);
	}
	return code;
}

int validate_instances(const struct flag *flags, const struct words *w)
{
	struct validator_remote remotes[FLAG_VALUES];
	const struct given *given = flags_given(flags, w, "remote");
	struct validator_options options = {.dialect = str_from(flags_value(flags, w, "dialect")),
					    .assert_formats = flags_value(flags, w, "formats") != NULL,
					    .remotes = remotes,
					    .remote_count = given->count};
	struct diag d;
	int code = EXIT_CANNOT_TELL;
	if (!read_remotes(given, remotes) || !cli_output(flags, w, &options.json) ||
	    !findings_read(flags_value(flags, w, "findings"), &options.findings))
		return code;
	diag_init(&d);
	struct validator *v = validator_load(flags_value(flags, w, "schema"), &options, &d);
	cli_complain(&d);
	diag_free(&d);
	if (v)
		code = judge_inputs(v, w, flags_value(flags, w, "lines") != NULL);
	validator_free(v);
	return code;
}
