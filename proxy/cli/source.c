#include "proxy/cli/cli.h"

#include "filters/builtin.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool cli_color(int fd)
{
	const char *never = getenv("NO_COLOR");
	return isatty(fd) && !(never && never[0]);
}

void cli_complain(const struct diag *d)
{
	struct buf out = {0};
	diag_print(d, &out, cli_color(STDERR_FILENO));
	fwrite(out.at ? out.at : "", 1, out.len, stderr);
	buf_free(&out);
}

bool cli_output(const struct flag *flags, const struct words *w, bool *json)
{
	const char *word = flags_value(flags, w, "output");
	*json = word && strcmp(word, "json") == 0;
	if (!word || *json || strcmp(word, "text") == 0)
		return true;
	fprintf(stderr, "vane: -o is text or json, not %s\n", word);
	return false;
}

/* A YAML scalar in double quotes: JSON's escapes are YAML's. */
static void add_quoted(struct buf *b, struct str s)
{
	buf_addc(b, '"');
	buf_add_json(b, s);
	buf_addc(b, '"');
}

/* The value given for version `name` by a flag of the form V=VALUE, or the empty slice. */
static struct str value_for(const struct given *g, struct str name)
{
	for (unsigned i = g->count; i-- > 0;) {
		struct str value = str_from(g->values[i]), key = str_cut(&value, '=');
		if (str_eq(key, name) && value.at)
			return value;
	}
	return (struct str){NULL, 0};
}

static bool all_for_a_version(const char *flag, const struct given *g, const struct given *backends)
{
	for (unsigned i = 0; i < g->count; i++) {
		struct str value = str_from(g->values[i]), name = str_cut(&value, '=');
		if (!value.at || !name.len) {
			fprintf(stderr, "vane: --%s is VERSION=%s, as in --%s v1=…\n", flag,
				strcmp(flag, "backend") == 0 ? "ADDRESS" : "VALUE", flag);
			return false;
		}
		if (!value_for(backends, name).at) {
			fprintf(stderr, "vane: --%s names version %.*s, which has no --backend\n", flag, STR_ARG(name));
			return false;
		}
	}
	return true;
}

static void add_line(struct buf *text, const char *key, struct str value)
{
	if (!value.at)
		return;
	buf_addf(text, "%s: ", key);
	add_quoted(text, value);
	buf_addc(text, '\n');
}

static bool text_from_flags(const struct flag *flags, const struct words *w, struct buf *text)
{
	const struct given *backends = flags_given(flags, w, "backend"), *contracts = flags_given(flags, w, "contract"),
			   *deprecated = flags_given(flags, w, "deprecate");
	if (!all_for_a_version("backend", backends, backends) || !all_for_a_version("contract", contracts, backends) ||
	    !all_for_a_version("deprecate", deprecated, backends))
		return false;
	const char *mode = flags_value(flags, w, "validate"), *listen = flags_value(flags, w, "listen"),
		   *admin = flags_value(flags, w, "admin");
	add_line(text, "listen", str_from(listen));
	if (admin)
		buf_add(text, STR("admin:\n"));
	add_line(text, "  listen", str_from(admin));
	if (mode)
		buf_add(text, STR("validate:\n"));
	add_line(text, "  requests", str_from(mode));
	add_line(text, "  responses", str_from(mode));
	buf_add(text, STR("versions:\n"));
	for (unsigned i = 0; i < backends->count; i++) {
		struct str value = str_from(backends->values[i]), name = str_cut(&value, '=');
		buf_add(text, STR("  "));
		add_quoted(text, name);
		buf_add(text, STR(":\n"));
		add_line(text, "    backend", value);
		add_line(text, "    contract", value_for(contracts, name));
		struct str sunset = value_for(deprecated, name);
		if (sunset.at)
			buf_add(text, STR("    deprecated: 1970-01-01\n"));
		add_line(text, "    sunset", sunset);
	}
	return true;
}

bool cli_source(const struct flag *flags, const struct words *w, unsigned operand, struct snapshot_source *source,
		struct buf *text)
{
	static const char *const usual[] = {"vane.yaml", "/etc/vane/vane.yaml"};
	*source = (struct snapshot_source){.filters = builtin_filters};
	source->path = w->operand_count > operand ? w->operands[operand] : flags_value(flags, w, "config");
	bool by_flags = flags_given(flags, w, "backend")->count > 0;
	if (source->path && by_flags) {
		fprintf(stderr, "vane: a configuration file and --backend exclude each other\n");
		return false;
	}
	if (by_flags) {
		bool good = text_from_flags(flags, w, text);
		source->text = buf_str(text);
		return good;
	}
	for (size_t i = 0; !source->path && i < sizeof usual / sizeof usual[0]; i++)
		if (access(usual[i], R_OK) == 0)
			source->path = usual[i];
	if (source->path)
		return true;
	fprintf(stderr, "vane: there is no vane.yaml here; name a file, or give --backend v1=127.0.0.1:9001\n");
	return false;
}
