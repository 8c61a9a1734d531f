/* The configuration's tables `log:`, `usage:` and `admin:`. */
#include "proxy/observe.h"

static const char *const levels[] = {
#define X(name, word) word,
    LOG_LEVELS(X)
#undef X
	NULL};
static const char *const formats[] = {"json", "text", NULL};
static const char *const accesses[] = {"stdout", "off", NULL};
static const struct key_hint level_hints[] = {
    {"warning", "warn"}, {"trace", "debug"}, {"fatal", "error"}, {NULL, NULL}};
static const struct key_hint format_hints[] = {{"plain", "text"}, {"console", "text"}, {"ecs", "json"}, {NULL, NULL}};
static const struct key_hint access_hints[] = {{"none", "off"}, {"on", "stdout"}, {"true", "stdout"}, {NULL, NULL}};
static const struct key_hint usage_hints[] = {
    {"file", "ledger"}, {"path", "ledger"}, {"retention", "keep"}, {"field_use", "fields"}, {NULL, NULL}};
static const struct key_hint admin_hints[] = {{"address", "listen"}, {"token", "token_file"}, {NULL, NULL}};

static const struct key log_rows[] = {
    {.name = "level",
     KEY_AT(WORD, struct log_settings, level),
     .normal = "info",
     .words = levels,
     .hints = level_hints,
     .about = "the least important lines that are written"},
    {.name = "format",
     KEY_AT(WORD, struct log_settings, format),
     .normal = "json",
     .words = formats,
     .hints = format_hints,
     .about = "one JSON object per line, or text for people"},
    {.name = "access",
     KEY_AT(WORD, struct log_settings, access),
     .normal = "stdout",
     .words = accesses,
     .hints = access_hints,
     .about = "a line for each exchange"},
};
const struct key_table log_keys = {.name = "the log", KEY_TABLE_OF(struct log_settings, log_rows)};

static const struct key usage_rows[] = {
    {.name = "ledger",
     KEY_AT(STRING, struct usage_settings, ledger),
     .about = "the file that keeps who uses what; without one it lives in memory"},
    {.name = "keep",
     KEY_AT(DURATION, struct usage_settings, keep),
     .normal = "400d",
     .min = 86400000,
     .about = "how long usage and events are kept"},
    {.name = "fields",
     KEY_AT(PERCENT, struct usage_settings, fields),
     .normal = "0%",
     .about = "the share of exchanges in which is kept, by consumer, which parameters and properties they have (names of the "
	      "contract, never a value); the first one of a consumer and operation in every hour is looked at too; "
	      "`vane can-remove` asks for it"},
};
const struct key_table usage_keys = {.name = "the usage ledger",
				     KEY_TABLE_OF(struct usage_settings, usage_rows),
				     .hints = usage_hints,
				     .shorthand = "ledger"};

static const struct key admin_rows[] = {
    {.name = "listen",
     KEY_AT(ADDRESS, struct admin_settings, listen),
     .normal = "127.0.0.1:9900",
     .about = "where the admin port listens"},
    {.name = "token_file",
     KEY_AT(STRING, struct admin_settings, token_file),
     .about = "a file with the token that changes by POST need; without one there are none"},
};
const struct key_table admin_keys = {.name = "the admin port",
				     KEY_TABLE_OF(struct admin_settings, admin_rows),
				     .hints = admin_hints,
				     .shorthand = "listen"};
