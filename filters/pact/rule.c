#include "filters/pact/rule.h"

#include "filters/pact/rule_path.h"

const char *matcher_word(enum matcher_kind kind)
{
	static const char *const words[] = {
#define X(name, word) word,
	    MATCHERS(X)
#undef X
	};
	return words[kind];
}

/* Words of earlier tools. */
static const struct {
	const char *word;
	enum matcher_kind kind;
} aliases[] = {
    {"timestamp", MATCHER_DATETIME},    {"array-contains", MATCHER_ARRAY_CONTAINS}, {"each-key", MATCHER_EACH_KEY},
    {"each-value", MATCHER_EACH_VALUE}, {"content-type", MATCHER_CONTENT_TYPE},     {"not-empty", MATCHER_NOT_EMPTY},
    {"real", MATCHER_DECIMAL},          {"status-code", MATCHER_STATUS_CODE}};

struct reading {
	struct arena *arena;
	struct diag *d;
	struct regex **regexes;
	unsigned depth; /* of rules in rules */
};

enum { RULES_DEPTH = 8 };

static bool read_matcher(struct reading *r, const struct node *n, struct matcher *m);
static bool read_body_rules(struct reading *r, const struct node *n, struct rules *rules);

static enum matcher_kind kind_of_word(struct str word)
{
	for (unsigned k = 0; k < MATCHER_UNKNOWN; k++)
		if (str_eq(word, str_from(matcher_word(k))))
			return k;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (str_eq(word, str_from(aliases[i].word)))
			return aliases[i].kind;
	return MATCHER_UNKNOWN;
}

/* Without `match`, what stands beside tells: {"min": 2} is a rule for types. */
static enum matcher_kind kind_of(const struct node *n)
{
	static const struct {
		const char *member;
		enum matcher_kind kind;
	} tells[] = {{"regex", MATCHER_REGEX},        {"min", MATCHER_TYPE},  {"max", MATCHER_TYPE},
		     {"timestamp", MATCHER_DATETIME}, {"date", MATCHER_DATE}, {"time", MATCHER_TIME}};
	const struct node *word = tree_get(n, STR("match"));
	if (word)
		return kind_of_word(tree_text(word));
	for (size_t i = 0; i < sizeof tells / sizeof *tells; i++)
		if (tree_get(n, str_from(tells[i].member)))
			return tells[i].kind;
	return MATCHER_UNKNOWN;
}

static bool read_length(struct reading *r, const struct node *n, struct str name, bool *has, uint64_t *value)
{
	const struct node *at = tree_get(n, name);
	*has = at && at->kind != NODE_NULL;
	if (*has && !str_to_u64(tree_text(at), value))
		return diag_error(r->d, tree_place(at), "\"%.*s\" is a number of items", STR_ARG(name));
	return true;
}

static bool read_regex(struct reading *r, const struct node *n, struct matcher *m)
{
	char why[REGEX_MESSAGE];
	const struct node *source = tree_get(n, STR("regex"));
	if (!source || source->kind != NODE_STRING)
		return diag_error(r->d, tree_place(n), "a rule \"regex\" has its expression under \"regex\"");
	m->regex = regex_compile(source->text, why);
	if (!m->regex)
		return diag_error(r->d, tree_place(source), "not a regular expression: %s", why);
	m->regex->next = *r->regexes;
	*r->regexes = m->regex;
	return true;
}

static bool read_list(struct reading *r, const struct node *list, struct matchers *m)
{
	bool good = true;
	m->at = ARENA_ARRAY(r->arena, struct matcher, list->count);
	for (uint32_t i = 0; i < list->count; i++)
		good &= read_matcher(r, &list->items[i], &m->at[m->count++]);
	return good;
}

static bool read_each(struct reading *r, const struct node *n, struct matcher *m)
{
	const struct node *rules = tree_get(n, STR("rules"));
	if (!rules)
		return true;
	if (rules->kind != NODE_SEQUENCE)
		return diag_error(r->d, tree_place(rules), "\"rules\" is a list of matching rules");
	return read_list(r, rules, &m->each);
}

static bool read_variants(struct reading *r, const struct node *n, struct matcher *m)
{
	const struct node *list = tree_get(n, STR("variants"));
	bool good = true;
	if (!list)
		return true;
	if (list->kind != NODE_SEQUENCE)
		return diag_error(r->d, tree_place(list), "\"variants\" is a list");
	m->variant = ARENA_ARRAY(r->arena, struct variant, list->count);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct node *one = &list->items[i], *index = tree_get(one, STR("index")),
				  *rules = tree_get(one, STR("rules"));
		struct variant *v = &m->variant[m->variants++];
		v->index = i;
		if (index && !str_to_u64(tree_text(index), &v->index))
			good = diag_error(r->d, tree_place(index), "\"index\" is the number of an item of the example");
		good = (!rules || read_body_rules(r, rules, &v->rules)) && good;
	}
	return good;
}

/* Where the format of a date may stand, and the text of others. */
static struct str text_of(const struct node *n, enum matcher_kind kind)
{
	static const char *const members[MATCHER_KINDS][3] = {
	    [MATCHER_INCLUDE] = {"value"},       [MATCHER_CONTENT_TYPE] = {"value"},
	    [MATCHER_STATUS_CODE] = {"status"},  [MATCHER_DATE] = {"format", "date"},
	    [MATCHER_TIME] = {"format", "time"}, [MATCHER_DATETIME] = {"format", "timestamp", "datetime"}};
	for (unsigned i = 0; i < 3 && members[kind][i]; i++) {
		const struct node *at = tree_get(n, str_from(members[kind][i]));
		if (at)
			return tree_text(at);
	}
	return (struct str){NULL, 0};
}

static bool read_matcher(struct reading *r, const struct node *n, struct matcher *m)
{
	*m = (struct matcher){.kind = MATCHER_UNKNOWN, .place = tree_place(n)};
	if (n->kind != NODE_MAPPING)
		return diag_error(r->d, m->place, "a matching rule is an object such as {\"match\": \"type\"}");
	if (r->depth == RULES_DEPTH)
		return diag_error(r->d, m->place, "rules in rules, more than %d deep", RULES_DEPTH);
	m->kind = (uint8_t)kind_of(n);
	m->text = text_of(n, m->kind);
	m->codes = tree_get(n, STR("status"));
	if (m->codes && m->codes->kind != NODE_SEQUENCE)
		m->codes = NULL;
	if (m->kind == MATCHER_UNKNOWN)
		diag_warn(r->d, m->place,
			  "a matching rule that the specification does not have: what it is for cannot be told");
	bool good =
	    read_length(r, n, STR("min"), &m->has_min, &m->min) && read_length(r, n, STR("max"), &m->has_max, &m->max);
	r->depth++;
	if (m->kind == MATCHER_REGEX)
		good = read_regex(r, n, m) && good;
	else if (m->kind == MATCHER_EACH_KEY || m->kind == MATCHER_EACH_VALUE)
		good = read_each(r, n, m) && good;
	else if (m->kind == MATCHER_ARRAY_CONTAINS)
		good = read_variants(r, n, m) && good;
	r->depth--;
	return good;
}

/* {"matchers": […], "combine": "AND"}, or one matcher by itself (version 2). */
static bool read_matchers(struct reading *r, const struct node *n, struct matchers *m)
{
	const struct node *list = tree_get(n, STR("matchers"));
	if (list && list->kind != NODE_SEQUENCE)
		return diag_error(r->d, tree_place(list), "\"matchers\" is a list");
	m->any = str_eq_nocase(tree_text(tree_get(n, STR("combine"))), STR("OR"));
	if (list)
		return read_list(r, list, m);
	m->at = ARENA_NEW(r->arena, struct matcher);
	m->count = 1;
	return read_matcher(r, n, m->at);
}

static struct rule *add_rule(struct rules *rules, const struct member *member, enum category category)
{
	struct rule *rule = &rules->at[rules->count++];
	*rule = (struct rule){.category = (uint8_t)category, .place = tree_place(&member->key)};
	return rule;
}

static bool read_path(struct reading *r, const struct member *member, struct rule *rule)
{
	const char *why;
	rule->step = rule_path_read(r->arena, member->key.text, &rule->steps, &why);
	return rule->step || diag_error(r->d, rule->place, "not the path of a matching rule: %s", why);
}

static bool read_body_rules(struct reading *r, const struct node *n, struct rules *rules)
{
	bool good = true;
	if (n->kind != NODE_MAPPING)
		return diag_error(r->d, tree_place(n), "the rules of a body are an object of paths");
	rules->at = ARENA_ARRAY(r->arena, struct rule, n->count);
	for (uint32_t i = 0; i < n->count; i++) {
		struct rule *rule = add_rule(rules, &n->members[i], CATEGORY_BODY);
		good = read_path(r, &n->members[i], rule) && good;
		good = read_matchers(r, &n->members[i].value, &rule->matchers) && good;
	}
	return good;
}

static bool category_of(struct str word, enum category *category)
{
	static const char *const words[] = {
#define X(name, word) word,
	    CATEGORIES(X)
#undef X
	};
	if (str_eq(word, STR("headers")))
		word = STR("header");
	for (unsigned i = 0; i < CATEGORY_COUNT; i++)
		if (str_eq(word, str_from(words[i]))) {
			*category = i;
			return true;
		}
	return false;
}

/* Version 2: the first step of `$.body.a` is the category. */
static bool read_v2_rule(struct reading *r, const struct member *member, struct rules *rules)
{
	enum category category = CATEGORY_BODY;
	struct rule *rule = add_rule(rules, member, CATEGORY_BODY);
	bool good = read_path(r, member, rule);
	if (good && (!rule->steps || rule->step[0].kind != STEP_NAME || !category_of(rule->step[0].name, &category)))
		good = diag_error(r->d, rule->place, "a rule begins with $.body, $.headers, $.query or $.path");
	if (good) {
		rule->step++;
		rule->steps--;
	}
	rule->category = (uint8_t)category;
	return read_matchers(r, &member->value, &rule->matchers) && good;
}

static bool read_named_rule(struct reading *r, const struct member *member, enum category category, struct rules *rules)
{
	struct rule *rule = add_rule(rules, member, category);
	bool good = true;
	if (category == CATEGORY_BODY || str_starts(member->key.text, STR("$")))
		good = read_path(r, member, rule);
	else
		rule->step = rule_path_name(r->arena, member->key.text, &rule->steps);
	return read_matchers(r, &member->value, &rule->matchers) && good;
}

/* A category that is one value has its matchers at once; the others by name. */
static bool read_category(struct reading *r, const struct member *member, struct rules *rules)
{
	enum category category;
	if (!category_of(member->key.text, &category)) {
		diag_warn(r->d, tree_place(&member->key), "matching rules for what no message has: they are left out");
		return true;
	}
	const struct node *n = &member->value;
	if (n->kind != NODE_MAPPING)
		return diag_error(r->d, tree_place(n), "matching rules are an object");
	if (category <= CATEGORY_STATUS) {
		if (!n->count)
			return true;
		return read_matchers(r, n, &add_rule(rules, member, category)->matchers);
	}
	bool good = true;
	for (uint32_t i = 0; i < n->count; i++)
		good = read_named_rule(r, &n->members[i], category, rules) && good;
	return good;
}

bool rules_read(struct rules *rules, struct arena *arena, const struct node *n, struct diag *d)
{
	struct reading r = {.arena = arena, .d = d, .regexes = &rules->regexes};
	size_t most = 0;
	bool good = true;
	*rules = (struct rules){0};
	if (!n || n->kind == NODE_NULL)
		return true;
	if (n->kind != NODE_MAPPING)
		return diag_error(d, tree_place(n), "\"matchingRules\" is an object");
	for (uint32_t i = 0; i < n->count; i++)
		most += 1 + (n->members[i].value.kind == NODE_MAPPING ? n->members[i].value.count : 0);
	rules->at = ARENA_ARRAY(arena, struct rule, most);
	for (uint32_t i = 0; i < n->count; i++) {
		const struct member *member = &n->members[i];
		bool second = str_starts(member->key.text, STR("$"));
		good = (second ? read_v2_rule(&r, member, rules) : read_category(&r, member, rules)) && good;
	}
	return good;
}

void rules_free(struct rules *rules)
{
	while (rules->regexes) {
		struct regex *next = rules->regexes->next;
		regex_free(rules->regexes);
		rules->regexes = next;
	}
}

/* The exponent of the product of weights, or -1 where the path is another. */
static int weight(const struct rule *rule, const struct step *path)
{
	int exact = 0;
	for (unsigned i = 0; i < rule->steps; i++) {
		const struct step *a = &rule->step[i], *b = &path[i];
		bool field = rule->category == CATEGORY_HEADER && i == 0;
		if (a->kind == STEP_STAR)
			continue;
		if (a->kind != b->kind || a->index != b->index ||
		    !(field ? str_eq_nocase(a->name, b->name) : str_eq(a->name, b->name)))
			return -1;
		exact++;
	}
	return exact;
}

/* What speaks of a collection as a whole says nothing of what is below it. */
static bool cascades(const struct rule *rule)
{
	for (unsigned i = 0; i < rule->matchers.count; i++) {
		enum matcher_kind k = rule->matchers.at[i].kind;
		if (k == MATCHER_VALUES || k == MATCHER_ARRAY_CONTAINS || k == MATCHER_EACH_KEY ||
		    k == MATCHER_EACH_VALUE)
			return false;
	}
	return true;
}

const struct rule *rules_select(const struct rules *rules, enum category category, const struct step *path,
				unsigned depth, uint64_t *work)
{
	const struct rule *best = NULL;
	int most = -1;
	for (unsigned i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->at[i];
		*work += 1 + rule->steps;
		if (rule->category != category || rule->steps > depth || !rule->matchers.count)
			continue;
		int own = weight(rule, path);
		if (own < most || own < 0 || (rule->steps < depth && !cascades(rule)))
			continue;
		if (own > most || rule->steps > best->steps) {
			best = rule;
			most = own;
		}
	}
	return best;
}
