#include "proxy/cli/tell.h"

#include "proxy/cli/client.h"

#include <errno.h>
#include <stdio.h>

enum { TOKEN_MAX = 4096 };

/* The file's first line. */
static bool read_token(const char *path, char *token, size_t size)
{
	FILE *file = fopen(path, "r");
	bool good = file && fgets(token, (int)size, file);
	if (!good)
		fprintf(stderr, "vane: %s: %s\n", path, file ? "no token in it" : strerror(errno));
	if (file)
		fclose(file);
	return good;
}

static bool ask(const struct flag *flags, const struct words *w, const char *method, struct str path,
		struct client_answer *answer)
{
	const char *admin = flags_value(flags, w, "admin"), *file = flags_value(flags, w, "token-file");
	char token[TOKEN_MAX] = "";
	struct buf why = {0};
	if (file && !read_token(file, token, sizeof token))
		return false;
	struct str secret = str_from(token);
	secret = str_trim(str_cut(&secret, '\n'));
	bool good = client_ask(admin ? admin : "127.0.0.1:9900", method, path, secret, answer, &why);
	if (!good)
		fprintf(stderr, "vane: %.*s\n", STR_ARG(buf_str(&why)));
	buf_free(&why);
	return good;
}

static int code_of(unsigned status)
{
	if (status / 100 == 2)
		return EXIT_CLEAN;
	return status == 401 || status >= 500 ? EXIT_CANNOT_TELL : EXIT_FINDINGS;
}

int tell_post(const struct flag *flags, const struct words *w, struct str path)
{
	struct client_answer answer = {0};
	int code = EXIT_CANNOT_TELL;
	if (ask(flags, w, "POST", path, &answer)) {
		code = code_of(answer.status);
		fprintf(code == EXIT_CLEAN ? stdout : stderr, "%s%.*s", code == EXIT_CLEAN ? "" : "vane: ",
			STR_ARG(buf_str(&answer.body)));
		if (answer.status == 401)
			fprintf(stderr, "      --token-file (or VANE_TOKEN_FILE) names it\n");
	}
	buf_free(&answer.body);
	return code;
}

int tell_get(const struct flag *flags, const struct words *w, struct str path, struct buf *body)
{
	struct client_answer answer = {0};
	if (!ask(flags, w, "GET", path, &answer)) {
		buf_free(&answer.body);
		return EXIT_CANNOT_TELL;
	}
	*body = answer.body;
	if (answer.status / 100 != 2)
		fprintf(stderr, "vane: it answered %u\n", answer.status);
	return code_of(answer.status);
}
