/* contract: judging bodies against real schemas. The cases are those of a folder that cases.py made: its index has a line
 * "NAME DOCUMENT MESSAGE valid|invalid" for each; a document describes POST /x with the schema. Without words on stdin a
 * case is measured as a row; with --serve a line with a number on stdin measures that case for a few milliseconds and
 * answers its nanoseconds and verdict, so that bench/micro/run can take turns with contract_ajv.mjs.
 *
 *   contract FOLDER [--serve] */
#include "filters/contract/contract.h"

#include "bench/micro/micro.h"
#include "conf/yaml.h"
#include "proxy/base/check.h"

enum { CASES = 256 };

struct work {
	struct contract *contract;
	struct path_match match;
	struct body_plan plan;
	struct judge *judge;
	struct arena *arena;
	struct str body;
	char name[128];
	enum judgement said;
};

static void judge(void *arg)
{
	struct work *w = arg;
	struct findings out;
	arena_reset(w->arena);
	findings_begin(&out, w->arena, 1);
	w->said = contract_body(w->contract, &w->plan, REQUEST, w->body, w->judge, &out);
}

static struct contract *load(const char *path)
{
	struct diag d;
	struct contract_options options = {.assert_formats = true};
	diag_init(&d);
	struct contract *c = contract_load(path, &options, &d);
	if (!c) {
		struct buf out = {0};
		diag_print(&d, &out, false);
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
		buf_free(&out);
	}
	diag_free(&d);
	return c;
}

static bool prepare(struct work *w, const char *folder, const char *document, const char *message, struct arena *texts)
{
	static const struct field fields[] = {{STR_INIT("Content-Type"), STR_INIT("application/json")}};
	char path[512];
	struct diag d;
	struct findings out;
	struct message_head head = {.method = STR("POST"), .fields = fields, .field_count = 1, .has_body = true};
	snprintf(path, sizeof path, "%s/%s", folder, document);
	w->contract = load(path);
	if (!w->contract)
		return false;
	snprintf(path, sizeof path, "%s/%s", folder, message);
	diag_init(&d);
	CHECK(yaml_slurp(texts, path, 64u << 20, &w->body, &d));
	diag_free(&d);
	contract_find(w->contract, STR("POST"), STR("/x"), &w->match);
	CHECK(w->match.operation);
	findings_begin(&out, w->arena, 1);
	contract_request_head(w->contract, &w->match, &head, w->judge, &out, &w->plan);
	CHECK(w->plan.judge);
	return true;
}

static unsigned read_index(const char *folder, struct work *works, struct judge *j, struct arena *scratch, struct arena *texts)
{
	char path[512], document[128], message[128], kind[16];
	unsigned count = 0;
	snprintf(path, sizeof path, "%s/index", folder);
	FILE *in = fopen(path, "r");
	CHECK(in);
	while (count < CASES && fscanf(in, "%127s %127s %127s %15s", works[count].name, document, message, kind) == 4) {
		works[count].judge = j;
		works[count].arena = scratch;
		CHECK(prepare(&works[count], folder, document, message, texts));
		count++;
	}
	fclose(in);
	return count;
}

static void serve(struct work *works, unsigned count)
{
	static const char *const words[] = {"valid", "invalid", "undecided"};
	unsigned at;
	while (scanf("%u", &at) == 1 && at < count) {
		unsigned long times = 1;
		double ns = micro_round(judge, &works[at], times);
		while (ns * (double)times < 2e6)
			ns = micro_round(judge, &works[at], times *= 2);
		printf("%.1f %s\n", ns, words[works[at].said]);
		fflush(stdout);
	}
}

int main(int count, char **words)
{
	static struct work works[CASES];
	struct arena scratch, texts;
	CHECK(count >= 2);
	arena_init(&scratch, 4096);
	arena_init(&texts, 65536);
	struct judge *j = judge_new(&(struct judge_limits){0});
	unsigned n = read_index(words[1], works, j, &scratch, &texts);
	if (count > 2)
		serve(works, n);
	for (unsigned i = 0; i < n && count == 2; i++) {
		char name[200];
		snprintf(name, sizeof name, "judge %s, %zu bytes", works[i].name, works[i].body.len);
		micro(name, judge, &works[i]);
	}
	for (unsigned i = 0; i < n; i++)
		contract_free(works[i].contract);
	judge_free(j);
	arena_free(&texts);
	arena_free(&scratch);
	return 0;
}
