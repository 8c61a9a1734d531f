/* cli: what the verbs of the command line share: their table, where the configuration comes from, how complaints are
 * shown. Each verb is one file with one function; results go to standard output, talk to standard error. Exit codes,
 * whatever the output's form: 0 clean or yes, 1 findings or no, 2 could not tell. */
#ifndef PROXY_CLI_CLI_H
#define PROXY_CLI_CLI_H

#include "proxy/cli/flags.h"
#include "proxy/snapshot.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_CANNOT_TELL = 2 };

/* X(verb, "word", "operands", how many at most, "what it does"): the order is that of the help. Each is
 * `int cli_<verb>(struct words *)` with its table `flags_<verb>`. */
#define VERBS(X)                                                                                                       \
	X(run, "run", "[FILE]", 1, "serve: route by version, check against the contracts")                              \
	X(init, "init", "[NAME=]OPENAPI...", FLAG_OPERANDS, "write a first configuration, from OpenAPI documents")      \
	X(check, "check", "[FILE]", 1, "tell all that is wrong with a configuration, or a contract")                    \
	X(route, "route", "'METHOD /path' [FILE]", 3, "explain which version and operation a request gets, and why")    \
	X(validate, "validate", "[FILE...]", FLAG_OPERANDS, "judge a body by an operation, or instances by a schema")   \
	X(diff, "diff", "OLD NEW", 2, "may this contract follow that one, and who goes first?")                         \
	X(guide, "guide", "OLD NEW", 2, "write the upgrade guide from one contract to the next")                        \
	X(pact, "pact", "check|verify PACT...", FLAG_OPERANDS, "hold consumer contracts against a contract, or a backend")        \
	X(plan, "plan", "[LANDSCAPE]", 1, "which versions of many services fit together, and in which order to deploy") \
	X(usage, "usage", "[VERSION]", 1, "who uses which operation of which version, and since when")                  \
	X(can_retire, "can-retire", "VERSION[/OPERATION]", 1, "may it be switched off? 0 yes, 1 no and who, 2 cannot tell") \
	X(can_remove, "can-remove", "V 'METHOD /path' request|response FIELD", 4,                                      \
	  "does anybody still use this field? 0 no, 1 who, 2 cannot tell")                                           \
	X(can_deploy, "can-deploy", "NEW", 1, "may this contract take its place? 0 yes, 1 no and who, 2 cannot tell")    \
	X(status, "status", "", 0, "what a running vane says: 0 ready, 1 not, 2 no answer")                             \
	X(canary, "canary", "set V 10% | abort V | reset V", 3, "move a canary's weight in a running vane")             \
	X(revision, "revision", "activate LABEL [V] | reset [V]", 3, "switch a running vane to another revision")       \
	X(reload, "reload", "", 0, "make a running vane read its configuration again")                                  \
	X(drain, "drain", "", 0, "make a running vane finish what it has and end")                                      \
	X(schema, "schema", "[landscape]", 1, "print the JSON Schema of the configuration, or of a landscape")           \
	X(manual, "manual", "reference|vane.1|vane.yaml.5", 1, "print a part of the manual")                            \
	X(completion, "completion", "bash|zsh|fish", 1, "print the completions for a shell")                            \
	X(version, "version", "", 0, "which vane this is")

#define VERB_DECLARATION(verb, word, operands, most, about)                                                            \
	extern const struct flag flags_##verb[];                                                                       \
	int cli_##verb(struct words *w);
VERBS(VERB_DECLARATION)
#undef VERB_DECLARATION

/* The flags that make a configuration without a file, for the tables of run, check and route. */
#define CONFIGURATION_FLAGS                                                                                            \
	{"config", 'c', "FILE", "the configuration (default: vane.yaml, then /etc/vane/vane.yaml)"},                   \
	    {"backend", 0, "V=ADDR", "no file needed: version V is served at ADDR (may be given again)"},              \
	    {"contract", 0, "V=FILE", "the OpenAPI document of version V"},                                            \
	    {"deprecate", 0, "V=DATE", "version V is deprecated, with its sunset on DATE"},                            \
	    {"listen", 0, "ADDR", "where clients connect (default :8080)"},                                            \
	    {"admin", 0, "ADDR", "where the admin port listens (default 127.0.0.1:9900)"},                             \
	{                                                                                                              \
		"validate", 0, "MODE", "requests and responses: enforce, report (default) or off"                      \
	}

/* Finds the configuration by operand, --config, the flags above or the usual places. `text` keeps what was made from
 * flags. False after a message. */
bool cli_source(const struct flag *flags, const struct words *w, unsigned operand, struct snapshot_source *source,
		struct buf *text) WARN_UNUSED;
/* Shows all complaints on standard error, in colour where that is wanted. */
void cli_complain(const struct diag *d);
/* Whether colours are wanted on this descriptor: a terminal, and no NO_COLOR. */
bool cli_color(int fd);
/* The value of -o: "text" or "json"; false after a message for another word. */
bool cli_output(const struct flag *flags, const struct words *w, bool *json) WARN_UNUSED;

#endif
