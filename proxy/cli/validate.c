#include "proxy/cli/cli.h"
#include "proxy/cli/instances.h"

#include "filters/contract/contract.h"

#include <stdio.h>
#include <stdlib.h>

const struct flag flags_validate[] = {
    {"contract", 0, "FILE", "the OpenAPI document; a body is judged against one of its operations"},
    {"operation", 0, "ID", "operationId, or 'METHOD /template'"},
    {"status", 0, "CODE", "judge a response with this status instead of a request"},
    {"content-type", 0, "TYPE", "of the body (default application/json)"},
    {"content-encoding", 0, "CODING", "of the body (gzip, deflate, br)"},
    {"unknown-fields", 0, "WHAT", "allow (default) or reject"},
    {"findings", 0, "COUNT", "how many findings are told (default 64); 1: the first"},
    {"schema", 0, "FILE", "a JSON Schema instead: instances are judged, one per file"},
    {"dialect", 0, "WORD", "of the schema, where it has no $schema: 2020-12, 2019-09, 7, 6, 4, openapi-3.0, openapi-3.1, openapi-3.2"},
    {"remote", 0, "URL=FILE", "a document that the schema refers to (may be given again)"},
    {"formats", 0, NULL, "`format` decides"},
    {"lines", 0, NULL, "one instance on each line"},
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

/* Only the body is judged here: what the head's parameters lack is no finding. */
static void keep_of_body(struct findings *f)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < f->count; i++)
		if (f->at[i].location == IN_BODY || f->at[i].location == IN_MEDIA_TYPE || f->at[i].location == IN_STATUS)
			f->at[kept++] = f->at[i];
	f->count = kept;
}

struct question {
	const struct contract *contract;
	const struct operation *operation;
	unsigned status; /* 0: a request */
	const char *type, *coding;
	unsigned findings; /* that are told at most */
};

static enum judgement judge_body(const struct question *q, struct str body, struct judge *j, struct findings *out)
{
	struct field fields[2] = {{STR("Content-Type"), str_from(q->type)}};
	struct message_head head = {.method = q->operation->method, .status = q->status, .fields = fields, .field_count = 1,
				    .has_body = body.len > 0};
	struct body_plan plan = {0};
	if (q->coding)
		fields[head.field_count++] = (struct field){STR("Content-Encoding"), str_from(q->coding)};
	if (q->status) {
		contract_response_head(q->contract, q->operation, &head, j, out, &plan);
	} else {
		struct path_match match = {.operation = q->operation, .template = q->operation->template};
		contract_request_head(q->contract, &match, &head, j, out, &plan);
	}
	keep_of_body(out);
	if (out->count)
		return INVALID;
	if (!plan.judge) {
		out->unchecked = plan.unchecked ? plan.unchecked : "no_schema";
		return UNDECIDED;
	}
	return contract_body(q->contract, &plan, q->status ? RESPONSE : REQUEST, body, j, out);
}

static void add_text(enum judgement judgement, const struct findings *f, struct buf *out)
{
	buf_addf(out, "%s%s%s", judgement_word(judgement), judgement == UNDECIDED ? ": " : "",
		 judgement == UNDECIDED && f->unchecked ? f->unchecked : "");
	for (unsigned i = 0; i < f->count; i++) {
		buf_add(out, STR("\n  "));
		finding_to_text(&f->at[i], out);
	}
	if (f->total > f->count)
		buf_addf(out, "\n  (%u more)", f->total - f->count);
}

static int tell(enum judgement judgement, const struct findings *f, bool json)
{
	struct buf out = {0};
	if (json)
		findings_to_json(judgement, f, &out);
	else
		add_text(judgement, f, &out);
	buf_addc(&out, '\n');
	fwrite(out.at, 1, out.len, stdout);
	buf_free(&out);
	return judgement == VALID ? EXIT_CLEAN : judgement == INVALID ? EXIT_FINDINGS : EXIT_CANNOT_TELL;
}

static int judge_against(const struct question *q, const char *path, bool json)
{
	struct arena arena;
	struct buf body = {0};
	struct findings findings;
	int code = EXIT_CANNOT_TELL;
	arena_init(&arena, 4096);
	findings_begin(&findings, &arena, q->findings);
	if (input_read(path, &body)) {
		struct judge_limits limits = {.size = INPUT_BYTES};
		struct judge *j = judge_new(&limits);
		code = tell(judge_body(q, buf_str(&body), j, &findings), &findings, json);
		judge_free(j);
	}
	buf_free(&body);
	arena_free(&arena);
	return code;
}

static bool read_status(const char *word, unsigned *status)
{
	uint64_t n = 0;
	*status = 0;
	if (word && (!str_to_u64(str_from(word), &n) || n < 100 || n > 599)) {
		fprintf(stderr, "vane: --status is a number from 100 to 599, not %s\n", word);
		return false;
	}
	*status = (unsigned)n;
	return true;
}

static bool read_unknown_fields(const char *word, bool *closed)
{
	*closed = word && strcmp(word, "reject") == 0;
	if (!word || *closed || strcmp(word, "allow") == 0)
		return true;
	fprintf(stderr, "vane: --unknown-fields is allow or reject, not %s\n", word);
	return false;
}

/* An operation's body, or a schema's instances: what belongs to the other would be passed over in silence. */
static bool one_question(const struct words *w, bool by_schema)
{
	static const char *const of_contract[] = {"operation", "status", "content-type", "content-encoding",
						  "unknown-fields", NULL};
	static const char *const of_schema[] = {"dialect", "remote", "formats", "lines", NULL};
	if (by_schema && flags_value(flags_validate, w, "contract")) {
		fprintf(stderr, "vane: --contract and --schema exclude each other\n");
		return false;
	}
	for (const char *const *other = by_schema ? of_contract : of_schema; *other; other++)
		if (flags_value(flags_validate, w, *other)) {
			fprintf(stderr, "vane: --%s goes with --%s, not with --%s\n", *other, by_schema ? "contract" : "schema",
				by_schema ? "schema" : "contract");
			return false;
		}
	if (!by_schema && w->operand_count > 1) {
		fprintf(stderr, "vane: validate judges one body by an operation, not also %s\n", w->operands[1]);
		return false;
	}
	return true;
}

static const struct operation *find_operation(const struct contract *c, const char *name)
{
	const struct operation *o = contract_operation_named(c, str_from(name));
	if (o)
		return o;
	size_t count = contract_operation_count(c);
	struct str *names = must_zalloc(count, sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = contract_operation(c, (uint32_t)i)->id;
	struct str near = diag_nearest(str_from(name), names, count);
	fprintf(stderr, "vane: the contract has no operation %s", name);
	if (near.len)
		fprintf(stderr, "; did you mean %.*s?", STR_ARG(near));
	fputc('\n', stderr);
	free(names);
	return NULL;
}

static int validate_body(const struct words *w)
{
	const char *file = flags_value(flags_validate, w, "contract"), *name = flags_value(flags_validate, w, "operation"),
		   *type = flags_value(flags_validate, w, "content-type");
	struct question q = {.type = type ? type : "application/json",
			     .coding = flags_value(flags_validate, w, "content-encoding")};
	struct contract_options options = {.assert_formats = true};
	struct diag d;
	bool json;
	int code = EXIT_CANNOT_TELL;
	if (!cli_output(flags_validate, w, &json) || !read_status(flags_value(flags_validate, w, "status"), &q.status) ||
	    !findings_read(flags_value(flags_validate, w, "findings"), &q.findings) ||
	    !read_unknown_fields(flags_value(flags_validate, w, "unknown-fields"), &options.closed_objects))
		return code;
	if (!file || !name) {
		fprintf(stderr, "vane: validate needs --contract FILE and --operation ID, or --schema FILE\n");
		return code;
	}
	diag_init(&d);
	struct contract *c = contract_load(file, &options, &d);
	cli_complain(&d);
	diag_free(&d);
	q.contract = c;
	q.operation = c ? find_operation(c, name) : NULL;
	if (q.operation)
		code = judge_against(&q, w->operand_count ? w->operands[0] : NULL, json);
	if (c)
		contract_free(c);
	return code;
}

/* Judges bodies by an operation, or instances by a schema. */
int cli_validate(struct words *w)
{
	bool by_schema = flags_value(flags_validate, w, "schema") != NULL;
	if (!one_question(w, by_schema))
		return EXIT_CANNOT_TELL;
	return by_schema ? validate_instances(flags_validate, w) : validate_body(w);
}
