#include "conf/yaml_input.h"

#include "conf/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/* libyaml's words (those that people meet) and ours. */
static const struct {
	const char *theirs, *ours, *hint;
} words[] = {
    {"found character that cannot start any token", "this character cannot begin a value",
     "indent with spaces, not with tabs; put values that begin with @, `, % or a tab in quotes"},
    {"found a tab character that violates indentation", "a tab cannot indent", "use spaces"},
    {"mapping values are not allowed in this context", "a \":\" does not belong here",
     "put values that contain \": \" in quotes, and check the indentation of this line and the one before"},
    {"could not find expected ':'", "a \":\" is missing after this key",
     "check this line and the one before: a quote or a bracket may be missing as well"},
    {"did not find expected key", "a key was expected here", "check the indentation of this line"},
    {"did not find expected '-' indicator", "a list goes on here, but not with \"- \"",
     "check the indentation of this line"},
    {"did not find expected ',' or ']'", "a \",\" or \"]\" is missing", NULL},
    {"did not find expected ',' or '}'", "a \",\" or \"}\" is missing",
     "a value with ${NAME} inside of { } or [ ] goes in quotes"},
    {"did not find expected node content", "a value is missing here", NULL},
    {"did not find expected <document start>", "something is left over here", "check the indentation of this line"},
    {"block sequence entries are not allowed in this context", "a list cannot begin here",
     "begin it on a line of its own"},
    {"block mapping entries are not allowed in this context", "a mapping cannot begin here", NULL},
    {"mapping keys are not allowed in this context", "a key cannot stand here", "check the indentation of this line"},
    {"found unexpected end of stream", "the file ends inside of a value", "a closing quote is missing"},
    {"found unexpected document indicator", "a quoted value is still open here", "a closing quote is missing"},
    {"found unknown escape character", "this escape is not known in a string in double quotes",
     "write \\\\ for a backslash, or use single quotes"},
    {"found undefined tag handle", "this tag is not known", NULL},
    {"found duplicate %YAML directive", "%YAML stands here twice", NULL},
    {"found incompatible YAML document", "only YAML 1.1 and 1.2 can be read", NULL},
};

/* Where byte `offset` of `text` stands. */
static struct place place_at(struct str text, size_t offset, const char *file)
{
	struct place p = {file, 1, 1};
	for (size_t i = 0; i < offset && i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (c == '\n' || (c == '\r' && (i + 1 == text.len || text.at[i + 1] != '\n')))
			p.line++, p.column = 1;
		else if ((c & 0xC0) != 0x80)
			p.column++;
	}
	return p;
}

static bool complain_of_bytes(const yaml_parser_t *parser, struct str text, const char *file, struct diag *d)
{
	struct place at = place_at(text, parser->problem_offset, file);
	if (parser->problem && strstr(parser->problem, "control characters"))
		return diag_error(d, at, "the control character U+%04X is not allowed",
				  (unsigned)parser->problem_value);
	diag_error(d, at, "this is not UTF-8");
	diag_hint(d, "save the file as UTF-8");
	return false;
}

bool yaml_complain(const struct yaml_parser_s *parser, struct str text, const char *file, struct diag *d)
{
	CHECK(parser->error != YAML_MEMORY_ERROR);
	if (parser->error == YAML_READER_ERROR)
		return complain_of_bytes(parser, text, file, d);
	const char *problem = parser->problem ? parser->problem : "not YAML";
	yaml_mark_t mark = parser->problem_mark;
	struct place at = {file, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(problem, words[i].theirs) != 0)
			continue;
		diag_error(d, at, "%s", words[i].ours);
		if (words[i].hint)
			diag_hint(d, "%s", words[i].hint);
		return false;
	}
	if (parser->context)
		return diag_error(d, at, "%s %s", parser->context, problem);
	return diag_error(d, at, "%s", problem);
}

static bool slurp(int fd, struct arena *arena, size_t limit, struct str *text, struct place at, struct diag *d)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return diag_error(d, at, "cannot be read: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return diag_error(d, at, "cannot be read: it is a folder");
	struct buf all = {0};
	ssize_t got = 1;
	size_t first = st.st_size > 0 && (size_t)st.st_size < limit ? (size_t)st.st_size + 1 : 65536;
	while (got > 0 && all.len <= limit) {
		char *to = buf_reserve(&all, all.len ? 65536 : first);
		got = read(fd, to, all.cap - all.len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			all.len += (size_t)got;
	}
	bool good = got >= 0 && all.len <= limit;
	if (got < 0)
		diag_error(d, at, "cannot be read: %s", strerror(errno));
	else if (!good)
		diag_error(d, at, "larger than %zu bytes", limit);
	else
		*text = arena_dup(arena, buf_str(&all));
	buf_free(&all);
	return good;
}

bool yaml_slurp(struct arena *arena, const char *path, size_t limit, struct str *text, struct diag *d)
{
	struct place at = {path, 0, 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag_error(d, at, "cannot be read: %s", strerror(errno));
	bool good = slurp(fd, arena, limit, text, at, d);
	close(fd);
	return good;
}
